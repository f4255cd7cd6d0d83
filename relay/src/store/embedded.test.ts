import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { settingsOf } from './connection.ts'
import { startEmbedded } from './embedded.ts'

it('starts the embedded database anew when it gave up, with everything that was stored', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'voice-agent-embedded-'))
  const socketPath = join(dataDir, 'database.sock')
  const embedded = await startEmbedded({ dataDir, socketPath, logger: pino({ level: 'silent' }) })
  const ask = async (statement: string) => {
    const client = new pg.Client({ ...settingsOf({ path: socketPath }), connectionTimeoutMillis: 2000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return (await client.query(statement)).rows
    } finally {
      await client.end()
    }
  }
  await ask('create table kept (word text)')
  await ask(`insert into kept values ('here')`)

  // No message begins like this: Postgres answers FATAL and is over.
  const peer = connect(socketPath)
  await once(peer, 'connect')
  peer.on('error', () => undefined).resume()
  peer.write(Uint8Array.of(0x5a, 0, 0, 0, 4))
  await once(peer, 'close')

  const rows = await vi.waitFor(() => ask('select word from kept'), { timeout: 60_000, interval: 100 })
  expect(rows).toEqual([{ word: 'here' }])
  await embedded.stop()
  await rm(dataDir, { recursive: true, force: true })
}, 120_000)
