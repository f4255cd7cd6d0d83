import fc from 'fast-check'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { Problem } from '../protocol/index.ts'
import { createAfterwards } from './afterwards.ts'

/** A database that is there or not, or hangs. */
function world() {
  const clock = new TestClock()
  const database = { is: 'there' as 'there' | 'away' | 'silent' }
  const done: number[] = []
  const onDisk = new Map<number, string>()
  let kept = 0
  const journal = {
    async keep(text: string) {
      if (text === 'disk full') throw new Error('ENOSPC')
      kept += 1
      onDisk.set(kept, text)
      return { id: kept, text }
    },
    async done(id: number) {
      onDisk.delete(id)
    },
  }
  const afterwards = createAfterwards({ clock, logger: pino({ level: 'silent' }), alive: async () => database.is === 'there', journal })
  const write = (what: number) => async () => {
    if (database.is === 'away') throw new Error('ECONNREFUSED')
    if (database.is === 'silent') await new Promise<void>((_, reject) => clock.after(10_000, () => reject(new Error('timeout'))))
    done.push(what)
  }
  return { afterwards, clock, database, done, onDisk, write }
}

describe('what a carrier has told', () => {
  it('is done at once while the database is there, and its faults are the carrier’s to know', async () => {
    const { afterwards, done, write } = world()
    await afterwards.now(write(1))
    expect(done).toEqual([1])
    await expect(afterwards.now(() => Promise.reject(new Problem('invalid_request', 'no')))).rejects.toThrow('no')
    let tries = 0
    const always = () => Promise.reject(new Error(`broken ${++tries}`))
    await expect(afterwards.now(always)).rejects.toThrow('broken 2')
    expect(afterwards.size).toBe(0)
  })

  it('is kept while the database is away, and done in order when it is back', async () => {
    const { afterwards, clock, database, done, write } = world()
    database.is = 'away'
    for (const what of [1, 2, 3]) await afterwards.now(write(what))
    await clock.advance(60_000)
    expect([done, afterwards.size]).toEqual([[], 3])
    database.is = 'there'
    await clock.advance(1000)
    expect([done, afterwards.size]).toEqual([[1, 2, 3], 0])
    expect(clock.waiting).toBe(0)
  })

  it('keeps no carrier waiting for a database that says nothing', async () => {
    const { afterwards, clock, database, done, write } = world()
    database.is = 'silent'
    let answered = false
    void afterwards.now(write(1)).then(() => {
      answered = true
    })
    await clock.advance(999)
    expect(answered).toBe(false)
    await clock.advance(1)
    expect(answered).toBe(true)
    await clock.advance(20_000)
    expect(afterwards.size).toBe(1)
    database.is = 'there'
    await clock.advance(1000)
    expect(done).toEqual([1])
  })

  it('is on the disk before its carrier is thanked, and leaves it once it is done', async () => {
    const { afterwards, clock, database, done, onDisk, write } = world()
    database.is = 'away'
    await afterwards.now(write(1), async () => 'one')
    expect([...onDisk.values()]).toEqual(['one'])
    database.is = 'silent'
    const thanked = afterwards.now(write(2), async () => 'two')
    await clock.advance(1000)
    await thanked
    expect([...onDisk.values()]).toEqual(['one', 'two'])
    database.is = 'there'
    await clock.advance(30_000)
    expect([done, [...onDisk.values()]]).toEqual([[1, 2], []])
    await afterwards.now(write(3), async () => 'three')
    expect(onDisk.size).toBe(0)
  })

  it('stays in memory where the disk is full', async () => {
    const { afterwards, clock, database, done, write } = world()
    database.is = 'away'
    await afterwards.now(write(1), async () => 'disk full')
    database.is = 'there'
    await clock.advance(1000)
    expect(done).toEqual([1])
  })

  it('keeps no more than it may, and lets the carrier know', async () => {
    const { afterwards, database, write } = world()
    database.is = 'away'
    for (let what = 0; what < 10_000; what++) await afterwards.now(write(what))
    await expect(afterwards.now(write(10_000))).rejects.toThrow('ECONNREFUSED')
    expect(afterwards.size).toBe(10_000)
    afterwards.close()
  })

  it('one that can never be done holds up no other', async () => {
    const { afterwards, clock, database, done, write } = world()
    database.is = 'away'
    await afterwards.now(() => Promise.reject(new Error('never')))
    await afterwards.now(write(2))
    database.is = 'there'
    await clock.advance(1000)
    expect([done, afterwards.size]).toEqual([[2], 0])
  })

  it('is done once each and in order, however the database comes and goes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.constantFrom('away', 'there'), fc.nat(3000)), { maxLength: 40 }), async (steps) => {
        const { afterwards, clock, database, done, write } = world()
        let told = 0
        for (const step of steps) {
          if (typeof step === 'string') database.is = step as 'away' | 'there'
          else {
            if (afterwards.size === 0 || database.is === 'away') await afterwards.now(write(told++))
            await clock.advance(step)
          }
        }
        database.is = 'there'
        await clock.advance(2000)
        expect(done).toEqual(Array.from({ length: told }, (_, at) => at))
      }),
      { numRuns: 100 },
    )
  })
})
