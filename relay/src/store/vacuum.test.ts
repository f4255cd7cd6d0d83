import { randomBytes } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { callbacks, callKeys } from './schema.ts'
import { eachStore, onPostgres, type StoreRoom } from './store.test-kit.ts'
import { vacuumErased } from './vacuum.ts'

const newKey = () => ({ callId: randomBytes(8).toString('hex'), keyId: 'house', wrapped: randomBytes(93) })
const destroy = ({ store }: StoreRoom, { callId }: { callId: string }) => store.db.delete(callKeys).where(eq(callKeys.callId, callId))

eachStore('after an erasure', (room) => {
  it('the destroyed key is in no table file, and the others are whole', async () => {
    const [gone, kept] = [newKey(), newKey()]
    await room.store.db.insert(callKeys).values([gone, kept])
    expect(await room.filesWith(gone.wrapped)).toHaveLength(1)
    await destroy(room, gone)
    await vacuumErased(room.store)
    expect(await room.filesWith(gone.wrapped)).toEqual([])
    expect(await room.filesWith(kept.wrapped)).toHaveLength(1)
    const rows = await room.store.db.select().from(callKeys)
    expect(rows.map((row) => ({ ...row, wrapped: Buffer.from(row.wrapped) }))).toEqual([kept])
    await vacuumErased(room.store)
    expect(await room.store.db.select().from(callKeys)).toHaveLength(1)
  })

  it('what was asked for under the house’s key is in no table file any more, and the others wait on', async () => {
    const at = new Date()
    const asked = () => ({
      ...{ callId: randomBytes(8).toString('hex'), organisationId: 'org', agentId: 'demo', sessionId: 's', runAt: at, createdAt: at },
      ...{ state: 'waiting' as const, request: randomBytes(93) },
    })
    const [begun, erased, kept] = [asked(), asked(), asked()]
    const { db } = room.store
    // What is left stands before what is gone: nothing has to move over it.
    await db.insert(callbacks).values([kept, begun, erased])
    await db.update(callbacks).set({ state: 'begun', request: null }).where(eq(callbacks.callId, begun.callId))
    await db.delete(callbacks).where(eq(callbacks.callId, erased.callId))
    expect(await room.filesWith(begun.request)).toHaveLength(1)
    await vacuumErased(room.store)
    expect([await room.filesWith(begun.request), await room.filesWith(erased.request)]).toEqual([[], []])
    const [row] = await db.select().from(callbacks).where(eq(callbacks.callId, kept.callId))
    expect(Buffer.from(row?.request ?? []).equals(kept.request)).toBe(true)
    await db.execute(sql`analyze callbacks`)
    const { rows } = await db.execute(sql`select attname from pg_stats where tablename = 'callbacks' and attname = 'request'`)
    expect(rows).toEqual([])
  })

  it('the database’s statistics keep no copy of a key: they know of every column but the wrapped keys', async () => {
    const keys = Array.from({ length: 50 }, newKey)
    await room.store.db.insert(callKeys).values(keys)
    const known = async () => {
      await room.store.db.execute(sql`analyze call_keys`)
      const { rows } = await room.store.db.execute<{ attname: string }>(sql`select attname from pg_stats where tablename = 'call_keys'`)
      return rows.map(({ attname }) => attname).toSorted()
    }
    expect(await known()).toEqual(['call_id', 'key_id'])
    expect(await room.filesWith(keys[0]?.wrapped ?? new Uint8Array())).toHaveLength(1)
    // It is the column's setting that keeps them out.
    await room.store.db.execute(sql`alter table call_keys alter column wrapped set statistics -1`)
    expect(await known()).toContain('wrapped')
  })
})

onPostgres('after an erasure, among others', (room) => {
  /** A transaction that has done this much and goes on until it is told to end. */
  async function meanwhile(first: string) {
    const other = await room.again?.()
    if (!other) throw new Error('Postgres takes more than one.')
    const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const done = other.db.transaction(
      async (tx) => {
        await tx.execute(sql.raw(first))
        begun.resolve()
        await end.promise
      },
      { isolationLevel: 'repeatable read' },
    )
    await begun.promise
    return async () => {
      end.resolve()
      await done
      await other.close()
    }
  }

  it('the destroyed key is gone although an older transaction could still have read it', async () => {
    const gone = newKey()
    await room.store.db.insert(callKeys).values(gone)
    const end = await meanwhile('select 1 from organisations')
    await destroy(room, gone)
    await vacuumErased(room.store)
    expect(await room.filesWith(gone.wrapped)).toEqual([])
    await end()
  })

  it('no call waits for somebody who reads the keys for long: it is tried again later', async () => {
    const gone = newKey()
    await room.store.db.insert(callKeys).values(gone)
    const end = await meanwhile('select 1 from call_keys')
    await destroy(room, gone)
    await expect(vacuumErased(room.store)).rejects.toMatchObject({ cause: { code: '55P03' } })
    await room.store.db.insert(callKeys).values(newKey())
    await end()
    await vacuumErased(room.store)
    expect(await room.filesWith(gone.wrapped)).toEqual([])
  })
})
