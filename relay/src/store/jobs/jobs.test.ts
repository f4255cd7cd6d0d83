import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { TestClock } from '../../clock.test-kit.ts'
import { eachStore } from '../store.test-kit.ts'
import { claimJobs } from './claim.ts'
import { createJobs, type Jobs } from './index.ts'

const POLL_MS = 1000
const LOCK_MS = 5 * 60_000

eachStore('jobs', (room) => {
  const clock = new TestClock()
  const made: Jobs[] = []
  const worker = (owner = 'w') => {
    const jobs = createJobs({ store: room.store, clock, logger: pino({ level: 'silent' }), owner })
    made.push(jobs)
    return jobs
  }
  const rows = async () => {
    type Row = { kind: string; attempts: number; last_error: string | null; dead: boolean; locked_by: string | null }
    const found = await room.store.db.execute<Row>(
      sql`select kind, attempts, last_error, dead_at is not null as dead, locked_by from jobs order by id`,
    )
    return found.rows
  }
  /** Polls until this is so; the database answers in its own time, so turns of the clock are given to it. */
  const until = (so: () => unknown) =>
    vi.waitFor(
      async () => {
        await clock.advance(POLL_MS)
        if (!(await so())) throw new Error('not yet')
      },
      { timeout: 20_000, interval: 5 },
    )

  beforeEach(async () => {
    await room.store.db.execute(sql`delete from jobs`)
  })
  afterEach(async () => {
    for (const jobs of made.splice(0)) await jobs.stop()
  })

  it('runs a job once, when it is due, and forgets it', async () => {
    const jobs = worker()
    const ran: unknown[] = []
    jobs.handle('now', async (payload) => void ran.push(payload))
    await jobs.add('later', { n: 2 }, { runAt: clock.nowMs() + 24 * 3_600_000 })
    await jobs.add('now', { n: 1 })
    jobs.handle('later', async (payload) => void ran.push(payload))
    jobs.start()
    await until(() => ran.length > 0)
    await until(async () => (await rows()).length === 1)
    expect(ran).toEqual([{ n: 1 }])
    await clock.advance(24 * 3_600_000)
    await until(async () => (await rows()).length === 0)
    expect(ran).toEqual([{ n: 1 }, { n: 2 }])
  })

  it('is one job under one key, at the earlier time, and wakes a dead one', async () => {
    const jobs = worker()
    await jobs.add('k', { n: 1 }, { key: 'x', runAt: clock.nowMs() })
    await jobs.add('k', { n: 2 }, { key: 'x', runAt: clock.nowMs() + 3_600_000 })
    await jobs.add('k', { n: 3 }, { key: 'y' })
    expect(await rows()).toHaveLength(2)
    await room.store.db.execute(sql`update jobs set dead_at = now(), attempts = 10`)
    await jobs.add('k', { n: 4 }, { key: 'x' })
    const ran: unknown[] = []
    jobs.handle('k', async (payload) => void ran.push(payload))
    jobs.start()
    await until(async () => (await rows()).length === 1)
    expect(ran).toEqual([{ n: 4 }])
  })

  it('tries again ever later, then keeps the job dead with its error', async () => {
    const jobs = worker()
    const atMs: number[] = []
    jobs.handle('bad', async () => {
      atMs.push(clock.nowMs())
      throw new Error('no such luck')
    })
    await jobs.add('bad', {}, { maxAttempts: 4 })
    jobs.start()
    await until(async () => (await rows())[0]?.dead)
    expect(await rows()).toMatchObject([{ attempts: 4, last_error: 'no such luck', dead: true, locked_by: null }])
    const waits = atMs.slice(1).map((at, index) => at - (atMs[index] ?? 0))
    for (const [index, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(1000 * 2 ** index)
    await clock.advance(24 * 3_600_000)
    expect(atMs).toHaveLength(4)
  })

  it('gives each job to one worker, however many ask at once', async () => {
    const jobs = worker()
    for (let n = 0; n < 20; n++) await jobs.add('k', { n })
    const others = await Promise.all(room.again ? [room.again(), room.again()] : [])
    const dbs = [room.store, ...others].map(({ db }) => db)
    const now = new Date(clock.nowMs())
    const claim = (lockedBy: string, index: number) =>
      claimJobs(dbs[index % dbs.length] ?? room.store.db, {
        kinds: ['k'],
        now,
        lockedBy,
        lockedUntil: new Date(clock.nowMs() + LOCK_MS),
        limit: 5,
      })
    const taken = (await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(claim))).flat().map(({ id }) => id)
    for (const other of others) await other.close()
    expect(new Set(taken).size).toBe(taken.length)
    expect(taken).toHaveLength(20)
  })

  it('looks when a job is due that was added here, and as soon as there is room for one more', async () => {
    const jobs = worker()
    const ranAtMs: number[] = []
    jobs.handle('k', async () => void ranAtMs.push(clock.nowMs()))
    jobs.start()
    const ran = (times: number) =>
      vi.waitFor(
        async () => {
          await clock.advance(0)
          expect(ranAtMs).toHaveLength(times)
        },
        { timeout: 20_000, interval: 5 },
      )
    const idle = () => vi.waitFor(async () => expect([clock.waiting, await rows()]).toEqual([1, []]), { timeout: 20_000, interval: 5 })
    await clock.advance(POLL_MS)
    await idle()
    const fromMs = clock.nowMs()
    await jobs.add('k', { n: 1 })
    await jobs.add('k', { n: 2 }, { runAt: fromMs + 300 })
    for (const [times, ms] of [
      [1, 0],
      [2, 300],
    ] as const) {
      await clock.advance(ms)
      await ran(times)
    }
    expect(ranAtMs).toEqual([fromMs, fromMs + 300])
    await idle()
    for (let n = 0; n < 12; n++) await jobs.add('k', { n })
    const manyMs = clock.nowMs()
    await ran(14)
    expect(new Set(ranAtMs.slice(2))).toEqual(new Set([manyMs]))
  })

  it('takes over from a worker that died, not before its lock ran out', async () => {
    const jobs = worker('second')
    await jobs.add('k', { n: 1 })
    const o = { kinds: ['k'], lockedBy: 'first', limit: 5 }
    const locked = await claimJobs(room.store.db, {
      ...o,
      now: new Date(clock.nowMs()),
      lockedUntil: new Date(clock.nowMs() + LOCK_MS),
    })
    expect(locked).toHaveLength(1)
    const diedAtMs = clock.nowMs()
    let ranAtMs = 0
    jobs.handle('k', async () => {
      ranAtMs = clock.nowMs()
    })
    jobs.start()
    await until(async () => (await rows()).length === 0)
    expect(ranAtMs).toBeGreaterThan(diedAtMs + LOCK_MS)
  })

  it('runs once more when it was added again while it ran', async () => {
    const jobs = worker()
    const go = Promise.withResolvers<void>()
    let runs = 0
    jobs.handle('k', async () => {
      runs += 1
      if (runs === 1) await go.promise
    })
    await jobs.add('k', {}, { key: 'x' })
    jobs.start()
    await until(() => runs === 1)
    await jobs.add('k', {}, { key: 'x' })
    go.resolve()
    await until(async () => (await rows()).length === 0)
    expect(runs).toBe(2)
  })

  it('runs again soon when it was added again while it ran and failed', async () => {
    const jobs = worker()
    const go = Promise.withResolvers<void>()
    let runs = 0
    jobs.handle('k', async () => {
      runs += 1
      if (runs > 1) return
      await go.promise
      throw new Error('the first did not work')
    })
    await jobs.add('k', {}, { key: 'x', maxAttempts: 1 })
    jobs.start()
    await until(() => runs === 1)
    await jobs.add('k', {}, { key: 'x' })
    const addedMs = clock.nowMs()
    go.resolve()
    await until(async () => (await rows()).length === 0)
    expect(runs).toBe(2)
    expect(clock.nowMs() - addedMs).toBeLessThan(LOCK_MS)
  })

  it('keeps a job that takes long its own', async () => {
    const [mine, other] = [worker('mine'), worker('other')]
    const go = Promise.withResolvers<void>()
    let runs = 0
    for (const jobs of [mine, other])
      jobs.handle('long', async () => {
        runs += 1
        await go.promise
      })
    await mine.add('long', {})
    mine.start()
    await until(() => runs === 1)
    other.start()
    for (let passedMs = 0; passedMs < 3 * LOCK_MS; passedMs += LOCK_MS / 10) {
      await clock.advance(LOCK_MS / 10)
      // Both have looked and wait to look again.
      await vi.waitFor(() => expect(clock.waiting).toBe(2), { timeout: 20_000, interval: 1 })
    }
    go.resolve()
    expect(runs).toBe(1)
    await until(async () => (await rows()).length === 0)
  })

  it('gives up a job whose worker died at every attempt', async () => {
    const jobs = worker()
    await jobs.add('deadly', {}, { maxAttempts: 2 })
    let ran = false
    jobs.handle('deadly', async () => {
      ran = true
    })
    for (const attempts of [1, 2]) {
      const nowMs = clock.nowMs()
      const [taken] = await claimJobs(room.store.db, {
        kinds: ['deadly'],
        lockedBy: 'dies',
        limit: 1,
        now: new Date(nowMs),
        lockedUntil: new Date(nowMs + LOCK_MS),
      })
      expect(taken?.attempts).toBe(attempts)
      await clock.advance(LOCK_MS + 1)
    }
    jobs.start()
    await until(async () => (await rows())[0]?.dead)
    expect(await rows()).toMatchObject([{ attempts: 2, last_error: expect.stringContaining('worker died'), locked_by: null }])
    expect(ran).toBe(false)
  })

  it('waits for the running job when it stops, asks it to hurry, and takes no other', async () => {
    const jobs = worker()
    const begun = Promise.withResolvers<AbortSignal>()
    const go = Promise.withResolvers<void>()
    jobs.handle('slow', async (_, signal) => {
      begun.resolve(signal)
      await go.promise
    })
    await jobs.add('slow', {})
    jobs.start()
    await until(() => Promise.race([begun.promise, undefined]))
    const signal = await begun.promise
    let stopped = false
    const stopping = jobs.stop().then(() => {
      stopped = true
    })
    expect(signal.aborted).toBe(true)
    await jobs.add('slow', {})
    await clock.advance(10 * POLL_MS)
    expect(stopped).toBe(false)
    go.resolve()
    await stopping
    expect(await rows()).toMatchObject([{ kind: 'slow', attempts: 0 }])
  })
})
