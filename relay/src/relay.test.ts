import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq, sql } from 'drizzle-orm'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { LEASE_MS } from './calls/log/leases.ts'
import { TestClock } from './clock.test-kit.ts'
import { createClosers } from './lifetime.ts'
import { createLogger } from './logger.ts'
import type { WebCall } from './protocol/index.ts'
import { ownPage, startTestRelay, type TestRelay } from './relay.test-kit.ts'
import { takeDataFolder } from './store/data-folder.ts'
import { StoreInUse } from './store/open.ts'
import { calls } from './store/schema.ts'
import { onPostgres } from './store/store.test-kit.ts'

const houses: TestRelay[] = []
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close()
})
async function start(...how: Parameters<typeof startTestRelay>): Promise<TestRelay> {
  const house = await startTestRelay(...how)
  houses.push(house)
  return house
}

/** A typed call on this relay that somebody is in. */
async function callOn(house: TestRelay): Promise<{ callId: string; leaseMs: () => Promise<number> }> {
  const how = { method: 'POST', headers: ownPage(house.relay), json: { agentId: 'demo', modality: 'text' } }
  const { callId, mediaUrl } = (await (await house.ask('/api/web-calls', how)).json()) as WebCall
  await once(new WebSocket(mediaUrl), 'message')
  const rowOf = async () => (await house.relay.store.db.select().from(calls).where(eq(calls.id, callId)))[0]
  return { callId, leaseMs: async () => (await rowOf())?.leaseUntil.getTime() ?? 0 }
}

describe('the relay', () => {
  it('drains: ends its calls and streams, refuses new ones, and leaves nothing behind', async () => {
    const house = await start({ extras: { extend: (app) => void app.get('/shop', (c) => c.text('lamps')) } })
    expect(await (await house.ask('/shop')).text()).toBe('lamps')
    expect((await house.ask('/readyz')).status).toBe(200)
    const call = (await (
      await house.ask('/api/web-calls', { method: 'POST', headers: ownPage(house.relay), json: { agentId: 'demo', modality: 'text' } })
    ).json()) as WebCall
    const ws = new WebSocket(call.mediaUrl)
    const said: { type: string }[] = []
    ws.on('message', (data) => said.push(JSON.parse(String(data))))
    await once(ws, 'message')
    const stream = await house.ask(`/api/calls/${call.callId}/transcript`, {
      token: await house.token('viewer'),
      headers: { accept: 'text/event-stream' },
    })

    const drained = house.relay.drain()
    expect(house.relay.drain()).toBe(drained)
    const late = (path: string, init?: RequestInit) => house.relay.app.request(path, init)
    expect((await late('/readyz')).status).toBe(503)
    expect((await late('/healthz')).status).toBe(200)
    const headers = { ...ownPage(house.relay), 'content-type': 'application/json' }
    expect((await late('/api/web-calls', { method: 'POST', headers, body: '{"agentId":"demo"}' })).status).toBe(503)
    await expect(fetch(`${house.url}/healthz`, { headers: { connection: 'close' } })).rejects.toThrow()

    expect(await stream.text()).toContain('event: ended')
    await drained
    expect(said.at(-1)).toMatchObject({ type: 'ended' })
    await (await takeDataFolder(house.dataDir)).release()
  })

  it('tells nobody that its calls live where the store is its own', async () => {
    const clock = new TestClock()
    const house = await start({ clock })
    const { leaseMs } = await callOn(house)
    const before = await leaseMs()
    await clock.advance(3 * LEASE_MS)
    await house.relay.store.db.execute(sql`select 1`)
    expect(await leaseMs()).toBe(before)
  })

  it('is alone on its data folder, also with Postgres', async () => {
    const house = await start()
    for (const env of [{}, { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', ENCRYPTION_KEY: Buffer.alloc(32).toString('base64') }]) {
      await expect(startTestRelay({ env: { ...env, DATA_DIR: house.dataDir } })).rejects.toThrow(StoreInUse)
    }
  })

  it('does not start with another ENCRYPTION_KEY than its storage was made with, and says so in one line', async () => {
    const house = await start()
    await house.relay.drain()
    const other = { DATA_DIR: house.dataDir, ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64') }
    await expect(startTestRelay({ env: other })).rejects.toMatchObject({ variable: 'ENCRYPTION_KEY' })
  })

  it('lets go of everything when it cannot listen', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const dataDir = mkdtempSync(join(tmpdir(), 'relay-'))
    try {
      const PORT = String((taken.address() as AddressInfo).port)
      await expect(startTestRelay({ env: { PORT, DATA_DIR: dataDir } })).rejects.toMatchObject({ variable: 'PORT' })
      await (await takeDataFolder(dataDir)).release()
    } finally {
      taken.close()
      rmSync(dataDir, { recursive: true })
    }
  })
})

describe('closing', () => {
  it('goes backwards, once, and past what fails', async () => {
    const order: string[] = []
    const closers = createClosers(createLogger({ level: 'silent' }))
    closers.add('first', () => order.push('first'))
    closers.add('broken', () => Promise.reject(new Error('stuck')))
    closers.add('last', async () => order.push('last'))
    await Promise.all([closers.close(), closers.close()])
    await closers.close()
    expect(order).toEqual(['last', 'first'])
  })
})

onPostgres('a relay beside others', (room) => {
  it('says that its calls live, and ends those of one that is gone', async () => {
    const clock = new TestClock()
    const house = await start({
      clock,
      env: { DATABASE_URL: await room.newDatabase(), ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64') },
    })
    const { db } = house.relay.store
    const { callId, leaseMs } = await callOn(house)
    const before = await leaseMs()
    const [mine] = await db.select().from(calls).where(eq(calls.id, callId))
    if (!mine) throw new Error('no such call')
    await db.insert(calls).values({ ...mine, id: 'c_gone', owner: 'gone', leaseUntil: new Date(0) })
    const gone = async () => (await db.select().from(calls).where(eq(calls.id, 'c_gone')))[0]?.status
    await vi.waitFor(
      async () => {
        await clock.advance(1000)
        expect([await gone(), (await leaseMs()) > before]).toEqual(['failed', true])
      },
      { timeout: 20_000, interval: 5 },
    )
  })
})
