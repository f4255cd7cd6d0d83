import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import postgres from 'postgres'
import { expect, it, vi } from 'vitest'
import { startEmbedded } from './embedded.ts'

it('starts the embedded database anew when it gave up, with everything that was stored', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'voice-agent-embedded-'))
  const socketPath = join(dataDir, 'database.sock')
  const embedded = await startEmbedded({ dataDir, socketPath, logger: pino({ level: 'silent' }) })
  const ask = async (statement: string) => {
    const sql = postgres({ path: socketPath, user: 'postgres', database: 'postgres', max: 1, fetch_types: false, connect_timeout: 2 })
    try {
      return await sql.unsafe(statement)
    } finally {
      await sql.end({ timeout: 1 })
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
