import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TestClock } from '../../clock.test-kit.ts'
import { createWishes, type Use } from './wishes.ts'

/** Wishes over tools that finish when the test says so. */
function setUp() {
  const clock = new TestClock()
  const runs: { use: Use; finish: (result: unknown) => void; over: boolean }[] = []
  const slow: string[] = []
  const wishes = createWishes({
    clock,
    slowMs: 1500,
    onSlow: ({ id }) => slow.push(id),
    run: (use, signal) =>
      new Promise((resolve) => {
        const one = {
          use,
          over: false,
          finish(result: unknown) {
            one.over = true
            resolve(result)
          },
        }
        runs.push(one)
        signal.addEventListener('abort', () => one.finish({ error: 'stopped' }))
      }),
  })
  let ids = 0
  const ask = (values: Record<string, unknown> = {}, id = `u${ids++}`, name = 'look') => {
    const asker = new AbortController()
    return { id, asker, result: wishes.ask({ id, name, arguments: values }, asker.signal) }
  }
  return { clock, runs, slow, wishes, ask }
}
const interrupted = { error: expect.stringContaining('Interrupted') }
const settle = () => new Promise((resolve) => setImmediate(resolve))

test('asked for again while it runs, it is met; the order of names does not matter, their values do', async () => {
  const { ask, runs } = setUp()
  const first = ask({ a: 1, b: { x: [1, 2], y: null } })
  first.asker.abort()
  expect(await first.result).toEqual(interrupted)
  const second = ask({ b: { y: null, x: [1, 2] }, a: 1 })
  const others = [ask({ a: 1, b: { x: [2, 1], y: null } }), ask({ a: '1', b: { x: [1, 2], y: null } }), ask({ a: 1, b: { x: [1, 2] } })]
  expect(runs).toHaveLength(4)
  for (const run of runs) run.finish('seen')
  expect(await second.result).toBe('seen')
  for (const other of others) expect(await other.result).toBe('seen')
})

test('finished with nobody there, it is given to the next who asks, once; then it runs anew', async () => {
  const { ask, runs } = setUp()
  const first = ask()
  first.asker.abort()
  runs[0]?.finish('old')
  await settle()
  expect(await ask().result).toBe('old')
  const third = ask()
  expect(runs).toHaveLength(2)
  runs[1]?.finish('new')
  expect(await third.result).toBe('new')
})

test('one of two who wait leaves: given to the other, it runs anew', async () => {
  const { ask, runs } = setUp()
  const [one, two] = [ask(), ask()]
  one.asker.abort()
  runs[0]?.finish('seen')
  expect(await two.result).toBe('seen')
  void ask()
  expect(runs).toHaveLength(2)
})

test('an id asked for again gets what it got; nothing is asked for somebody who has left already', async () => {
  const { ask, runs, wishes } = setUp()
  const first = ask({}, 'same')
  runs[0]?.finish('seen')
  expect(await first.result).toBe('seen')
  expect(await ask({}, 'same').result).toBe('seen')
  expect(await wishes.ask({ id: 'late', name: 'look', arguments: { b: 1 } }, AbortSignal.abort())).toEqual(interrupted)
  expect(runs).toHaveLength(1)
})

test('arguments too deep to be walked are an error, not a fault', async () => {
  const { ask, runs } = setUp()
  const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)
  expect(await ask({ deep }).result).toEqual({ error: expect.stringContaining('levels deep') })
  expect(runs).toEqual([])
})

test('somebody who waits long is told of once; nobody else is', async () => {
  const { ask, runs, slow, clock } = setUp()
  const [one, two, quick] = [ask({ a: 1 }), ask({ a: 2 }), ask({ a: 3 })]
  one.asker.abort()
  await clock.advance(1499)
  runs[2]?.finish('quick')
  await quick.result
  expect(slow).toEqual([])
  await clock.advance(1)
  expect(slow).toEqual([two.id])
  const again = ask({ a: 1 })
  await clock.advance(10_000)
  expect(slow).toEqual([two.id, again.id])
  runs[0]?.finish(1)
  runs[1]?.finish(2)
  await Promise.all([again.result, two.result])
  expect(clock.waiting).toBe(0)
})

test('in any order of asking, leaving and finishing: never twice for a wish nobody was given, every asker answered, nothing left', async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('ask' as const), what: fc.integer({ min: 0, max: 2 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat(20) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('finish' as const), which: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.constant({ do: 'settle' as const }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { ask, runs, wishes, clock } = setUp()
      const askers: { what: number; asker: AbortController; result: Promise<unknown>; got?: unknown }[] = []
      /** Runs of each wish whose result nobody was given. */
      const undelivered = () =>
        [0, 1, 2].map((what) => {
          const given = new Set(askers.flatMap((one) => (one.what === what && typeof one.got === 'number' ? [one.got] : [])))
          return runs.filter((run, place) => run.use.arguments.what === what && !given.has(place)).length
        })
      for (const each of steps) {
        if (each.do === 'ask') {
          const one: (typeof askers)[number] = { what: each.what, ...ask({ what: each.what }) }
          askers.push(one)
          void one.result.then((got) => {
            one.got = got
          })
        } else if (each.do === 'leave') askers[each.which % Math.max(1, askers.length)]?.asker.abort()
        else if (each.do === 'finish') {
          const place = each.which % Math.max(1, runs.length)
          runs[place]?.finish(place)
        }
        // What finished has to reach its askers before the next step can be judged.
        await settle()
        for (const count of undelivered()) expect(count).toBeLessThanOrEqual(1)
      }
      wishes.close()
      await Promise.all(askers.map((one) => one.result))
      expect(runs.every((run) => run.over)).toBe(true)
      expect(clock.waiting).toBe(0)
      expect(await ask({ what: 0 }).result).toEqual({ error: 'The call ended.' })
    }),
    { numRuns: 200 },
  )
})
