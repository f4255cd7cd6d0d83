import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect as knock } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { connect } from './connection.ts'
import { startEmbedded } from './embedded.ts'

it('starts the embedded database anew when it gave up, with everything that was stored', async () => {
  const logger = pino({ level: 'silent' })
  const dataDir = await mkdtemp(join(tmpdir(), 'voice-agent-embedded-'))
  const socketPath = join(dataDir, 'database.sock')
  const embedded = await startEmbedded({ dataDir, socketPath, logger })
  const connection = connect({ path: socketPath }, { max: 1, logger })
  const ask = async (statement: string) => (await connection.db.execute(sql.raw(statement))).rows
  await ask('create table kept (word text)')
  await ask(`insert into kept values ('here')`)

  // No message begins like this: Postgres answers FATAL and is over.
  const peer = knock(socketPath)
  await once(peer, 'connect')
  peer.on('error', () => undefined).resume()
  peer.write(Uint8Array.of(0x5a, 0, 0, 0, 4))
  await once(peer, 'close')

  const rows = await vi.waitFor(() => ask('select word from kept'), { timeout: 60_000, interval: 100 })
  expect(rows).toEqual([{ word: 'here' }])
  await connection.close()
  await embedded.stop()
  await rm(dataDir, { recursive: true, force: true })
}, 120_000)
