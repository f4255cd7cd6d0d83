import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
import fc from 'fast-check'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { systemClock } from '../clock.ts'
import { NotNow, Problem } from '../protocol/index.ts'
import type { Store } from '../store/open.ts'
import { idempotentRequests } from '../store/schema.ts'
import { eachStore } from '../store/store.test-kit.ts'
import { createKeyring } from './encryption.ts'
import { type Answer, createIdempotency, forgetOldRequests, type Idempotency } from './idempotency.ts'

const keyring = createKeyring({ current: Buffer.alloc(32, 5).toString('base64'), old: [] })
const logger = pino({ level: 'silent' })
const clockAt = (aheadMs: number) => ({ ...systemClock, nowMs: () => Date.now() + aheadMs })
const on = (store: Store, o: { owner?: string; aheadMs?: number } = {}) =>
  createIdempotency({ store, keyring, clock: clockAt(o.aheadMs ?? 0), owner: o.owner ?? 'relay_1', logger })

const HOUR_MS = 3_600_000
let made = 0
const request = (more: object = {}) => ({ scope: 'org click-to-call', key: `key ${++made}`, bodyHash: 'one', ...more })

/** Work that counts how often it ran. */
function ringing(answer: () => Promise<Answer> = async () => ({ status: 202, body: { callId: 'c_1', callUrl: '/secret-way' } })) {
  const counted = {
    rang: 0,
    work() {
      counted.rang++
      return answer()
    },
  }
  return counted
}
const codeOf = (answer: Promise<unknown>) =>
  answer.then(
    () => 'answered',
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  )
/** A run that never comes back, as its relay is killed amid it. */
async function killedAmid(idempotency: Idempotency, asked: ReturnType<typeof request>): Promise<void> {
  await new Promise<void>((begun) => {
    void idempotency.run(asked, () => {
      begun()
      return new Promise(() => undefined)
    })
  })
}

eachStore('requests that must not happen twice', (room) => {
  it('ring once for twenty that come at once, and for one that comes later or after a restart', async () => {
    const [asked, phone] = [request(), ringing()]
    const first = on(room.store)
    const answers = await Promise.all(Array.from({ length: 20 }, () => first.run(asked, phone.work)))
    const later = await first.run(asked, phone.work)
    const restarted = await on(room.store).run(asked, phone.work)
    for (const answer of [...answers, later, restarted]) {
      expect(answer).toEqual({ status: 202, body: { callId: 'c_1', callUrl: '/secret-way' } })
    }
    expect(phone.rang).toBe(1)
  })

  it('ring again for another key, and for the same key of somebody else', async () => {
    const [asked, phone] = [request(), ringing()]
    const idempotency = on(room.store)
    for (const each of [asked, request(), { ...asked, scope: 'other click-to-call' }]) await idempotency.run(each, phone.work)
    expect(phone.rang).toBe(3)
  })

  it('are refused when the key comes with another body, then and later', async () => {
    const [asked, phone] = [request(), ringing()]
    const idempotency = on(room.store)
    const other = { ...asked, bodyHash: 'two' }
    const [one, two] = await Promise.all([codeOf(idempotency.run(asked, phone.work)), codeOf(idempotency.run(other, phone.work))])
    expect([one, two, await codeOf(on(room.store).run(other, phone.work))]).toEqual(['answered', 'conflict', 'conflict'])
    expect(phone.rang).toBe(1)
  })

  it('keep a refusal as the answer, word for word', async () => {
    const refuse = async (): Promise<Answer> => {
      throw new Problem('provider_error', 'The carrier gave no clear answer.', { errors: [{ path: 'phoneNumber', message: 'maybe rang' }] })
    }
    const [asked, phone] = [request(), ringing(refuse)]
    for (const idempotency of [on(room.store), on(room.store)]) {
      const told = await idempotency.run(asked, phone.work).catch((error: unknown) => error)
      expect(told).toMatchObject({ code: 'provider_error', status: 502, message: 'The carrier gave no clear answer.' })
      expect(told).toMatchObject({ errors: [{ path: 'phoneNumber', message: 'maybe rang' }] })
    }
    expect(phone.rang).toBe(1)
  })

  it('may come again after "try again"', async () => {
    const asked = request()
    const idempotency = on(room.store)
    const busy = async (): Promise<Answer> => {
      throw new Problem('rate_limited', 'Too many.', { retryAfterMs: 1000 })
    }
    expect(await codeOf(idempotency.run(asked, busy))).toBe('rate_limited')
    expect(await codeOf(idempotency.run(asked, ringing().work))).toBe('answered')
  })

  it('may come again when what was in their way is gone', async () => {
    const asked = request()
    const tooEarly = async (): Promise<Answer> => {
      throw new NotNow('conflict', 'Nobody has answered yet.')
    }
    expect(await codeOf(on(room.store).run(asked, tooEarly))).toBe('conflict')
    expect(await codeOf(on(room.store).run(asked, ringing().work))).toBe('answered')
  })

  it('never run again when their relay was killed amid them, or failed in a way nobody foresaw', async () => {
    const [killed, broken, phone] = [request(), request(), ringing()]
    await killedAmid(on(room.store), killed)
    const next = on(room.store)
    const crash = async (): Promise<Answer> => {
      throw new TypeError('unforeseen')
    }
    expect(await codeOf(next.run(broken, crash))).toBe('TypeError: unforeseen')
    for (const asked of [killed, broken]) {
      const told = await next.run(asked, phone.work).catch((error: unknown) => error)
      expect(told).toMatchObject({ code: 'conflict', message: expect.stringContaining('nobody knows whether a phone rang') })
    }
    expect(phone.rang).toBe(0)
  })

  it('are forgotten after a day', async () => {
    const [asked, phone] = [request(), ringing()]
    await on(room.store).run(asked, phone.work)
    await on(room.store, { aheadMs: 23.9 * HOUR_MS }).run(asked, phone.work)
    expect(phone.rang).toBe(1)
    await on(room.store, { aheadMs: 24.1 * HOUR_MS }).run({ ...asked, bodyHash: 'two' }, phone.work)
    expect(phone.rang).toBe(2)
  })

  it('leave the database after a day though nobody asks for anything any more', async () => {
    const clock = new TestClock()
    const asked = request()
    const kept = async () => (await room.store.db.select().from(idempotentRequests).where(eq(idempotentRequests.key, asked.key))).length
    await createIdempotency({ store: room.store, keyring, clock, owner: 'relay_1', logger }).run(asked, ringing().work)
    // At the start, and again and again.
    for (const [afterMs, rows] of [
      [23.9 * HOUR_MS, 1],
      [0.3 * HOUR_MS, 0],
    ] as const) {
      const forgetting = forgetOldRequests({ store: room.store, clock, logger })
      await clock.advance(afterMs)
      await forgetting.stop()
      expect(await kept()).toBe(rows)
    }
    expect(clock.waiting).toBe(0)
  })

  it('leave nothing that a phone number can be found by: the hash of what was asked is keyed', async () => {
    const bodyHash = createHash('sha256').update(JSON.stringify('+12025550101')).digest('base64url')
    const asked = request({ bodyHash })
    await on(room.store).run(asked, ringing().work)
    const [row] = await room.store.db.select().from(idempotentRequests).where(eq(idempotentRequests.key, asked.key))
    expect(row?.bodyHash).toMatch(/.{20,}/)
    expect(row?.bodyHash).not.toContain(bodyHash)
  })

  it('leave no answer that can be read in the database', async () => {
    const asked = request()
    await on(room.store).run(asked, ringing().work)
    const [row] = await room.store.db.select().from(idempotentRequests).where(eq(idempotentRequests.key, asked.key))
    expect(row).toMatchObject({ state: 'done', status: 202 })
    expect(Buffer.from(row?.answer ?? []).toString('latin1')).not.toContain('secret-way')
    expect(JSON.stringify(row)).not.toContain('secret-way')
  })

  it('ring at most once a key in any order of asking, restarting and being killed', async () => {
    const step = fc.constantFrom('ask', 'ask twice', 'restart', 'kill', 'other body')
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const [asked, phone] = [request(), ringing()]
        let idempotency = on(room.store)
        for (const each of steps) {
          if (each === 'restart') idempotency = on(room.store)
          else if (each === 'ask') await codeOf(idempotency.run(asked, phone.work))
          else if (each === 'other body') await codeOf(idempotency.run({ ...asked, bodyHash: 'two' }, phone.work))
          else if (each === 'ask twice') await Promise.all([0, 1].map(() => codeOf(idempotency.run(asked, phone.work))))
          else {
            const begun = Promise.withResolvers<void>()
            const hang = () => {
              phone.rang++
              begun.resolve()
              return new Promise<never>(() => undefined)
            }
            await Promise.race([begun.promise, codeOf(idempotency.run(asked, hang))])
            idempotency = on(room.store)
          }
          expect(phone.rang).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('ring once when two relays are asked, and outlive the one that died', async () => {
    // The embedded database is one relay's alone.
    if (!room.again) return
    const store = await room.again()
    try {
      const [asked, phone] = [request(), ringing()]
      const open = Promise.withResolvers<void>()
      const here = on(room.store).run(asked, () => open.promise.then(phone.work))
      const there = on(store, { owner: 'relay_2' }).run(asked, phone.work)
      open.resolve()
      expect(await here).toEqual(await there)
      expect(phone.rang).toBe(1)

      const lost = request()
      await killedAmid(on(room.store), lost)
      expect(await codeOf(on(store, { owner: 'relay_2', aheadMs: 60_000 }).run(lost, phone.work))).toBe('conflict')
      expect(phone.rang).toBe(1)
    } finally {
      await store.close()
    }
  })
})
