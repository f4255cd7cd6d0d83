import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { answering, type FakeAudioLeg, fakeAudioLeg, fakeVoice, world } from './fakes.test-kit.ts'
import type { FeedWriter } from './feed.ts'
import type { Voice } from './ports.ts'

const echo = () => answering('first', (text) => `You said ${text} and I heard it well.`)

async function threeOnTheLine() {
  const house = world([echo()])
  const legs = await Promise.all(
    [0, 1, 2].map(async () => {
      const call = await house.open()
      const leg = fakeAudioLeg(house.clock)
      call.attach(leg)
      return leg
    }),
  )
  await house.clock.advance(1000)
  return { ...house, legs }
}

test('drain: every visitor hears goodbye to its end, and all is stored', async () => {
  const { clock, open, calls, log, legs, lines } = await threeOnTheLine()
  const waiting = await open()
  const drained = calls.drain(8000)
  await clock.advance(7000)
  await drained
  expect(calls.size).toBe(0)
  expect(log.closes.map((end) => end.endReason)).toEqual(Array(4).fill('operator'))
  expect(legs.map((leg) => leg.closedWith)).toEqual(['operator', 'operator', 'operator'])
  expect(lines().filter((line) => /^agent: Sorry.*Goodbye\.$/.test(line))).toHaveLength(3)
  expect(waiting.status).toBe('failed')
  expect(clock.waiting).toBe(0)
})

test('drain: who would speak longer than there is time is cut; a log that cannot write does not hold it up', async () => {
  const { clock, calls, log, legs } = await threeOnTheLine()
  log.close = () => new Promise(() => undefined)
  let drained = false
  void calls.drain(1500).then(() => {
    drained = true
  })
  await clock.advance(490)
  expect(legs.map((leg) => leg.closedWith)).toEqual([undefined, undefined, undefined])
  await clock.advance(20)
  expect(legs.map((leg) => leg.closedWith)).toEqual(['operator', 'operator', 'operator'])
  expect(drained).toBe(false)
  await clock.advance(1000)
  expect(drained).toBe(true)
})

test('no call is opened once the relay drains', async () => {
  const { calls, open } = world([echo()])
  const drained = calls.drain(1000)
  await expect(open()).rejects.toMatchObject({ code: 'provider_unavailable' })
  await drained
})

test('a call whose end is being written is known as unsettled, and as nothing else', async () => {
  const { calls, open, log } = world([echo()])
  const stored = Promise.withResolvers<void>()
  const close = log.close.bind(log)
  log.close = async (...end) => {
    await stored.promise
    return close(...end)
  }
  const call = await open()
  call.hangUp('operator')
  await expect.poll(() => calls.get(call.id)).toBeUndefined()
  expect(calls.unsettled(call.id)?.endReason).toBe('operator')
  stored.resolve()
  await call.closed
  expect(calls.unsettled(call.id)).toBeUndefined()
})

/** Ways a call can go, the edge paths included: most leaks are on those. */
const ENDS: ((at: { leg: FakeAudioLeg; hangUp: () => void; advance: (ms: number) => Promise<void> }) => Promise<void> | void)[] = [
  ({ hangUp }) => hangUp(),
  ({ leg }) => leg.emit({ type: 'closed', reason: 'visitor' }),
  async ({ leg, advance }) => {
    leg.emit({ type: 'detached' })
    await advance(30_000)
  },
  async ({ leg, advance, hangUp }) => {
    leg.emit({ type: 'text', text: 'tea' })
    await advance(100)
    leg.emit({ type: 'text', text: 'coffee' })
    hangUp()
  },
  async ({ leg, advance, hangUp }) => {
    leg.echo = false
    leg.emit({ type: 'digits', digits: '4' })
    leg.emit({ type: 'detached', leaving: 'page-close' })
    leg.emit({ type: 'attached' })
    await advance(20)
    leg.emit({ type: 'interrupt' })
    hangUp()
  },
  async ({ leg, advance }) => {
    leg.room = false
    leg.emit({ type: 'text', text: 'tea' })
    await advance(200)
    leg.emit({ type: 'detached', leaving: 'page-close' })
    await advance(5000)
  },
]

test('two thousand calls leave no call, timer, listener or memory behind', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const engine = echo()
  const { clock, open, calls, log } = world([engine])
  const calling: WeakRef<object>[] = []
  const feeds: FeedWriter[] = []
  let listening = 0
  for (let round = 0; round < 2000; round++) {
    const call = await open()
    calling.push(new WeakRef(call))
    call.feed.listen(() => undefined)
    feeds.push(call.feed as FeedWriter)
    const leg = fakeAudioLeg(clock)
    const listen = leg.listen
    leg.listen = (listener) => {
      listening += 1
      const stop = listen(listener)
      return () => {
        listening -= 1
        stop()
      }
    }
    if (round % 7 !== 0) {
      call.attach(leg)
      if (round % 2 === 0) await clock.advance(30)
      await ENDS[round % ENDS.length]?.({ leg, hangUp: () => call.hangUp('operator'), advance: (ms) => clock.advance(ms) })
    }
    // An end that was not one (its leg never came) ends here.
    call.hangUp('operator')
    await clock.advance(0)
    await call.closed
  }
  expect(log.closes).toHaveLength(2000)
  expect(calls.size).toBe(0)
  expect(listening).toBe(0)
  expect(feeds.splice(0).reduce((sum, feed) => sum + feed.listeners, 0)).toBe(0)
  await clock.advance(5000)
  expect(clock.waiting).toBe(0)
  // The fake keeps what it was given, for tests to look at.
  engine.contexts.length = 0
  collect()
  await clock.advance(0)
  collect()
  // The last few may still stand in a register or a finished promise.
  expect(calling.filter((call) => call.deref() !== undefined).length).toBeLessThan(20)
}, 30_000)

test('an agent of quick answers is heard by that pace: the engine waits less for the end of a turn, the voice speaks faster', async () => {
  let pace: unknown
  const engine = echo()
  const asked: number[] = []
  const plain = fakeVoice()
  const voice: Voice = {
    ...plain,
    speak(text, how, signal) {
      asked.push(how.speed)
      return plain.speak(text, how, signal)
    },
  }
  const { clock, open } = world(
    [
      {
        ...engine,
        start(context) {
          pace = context.persona.turns.endSilenceMs
          return engine.start(context)
        },
      },
    ],
    { voice },
  )
  const call = await open({ manner: { responseSpeed: 'fast' } })
  call.attach(fakeAudioLeg(clock))
  await clock.advance(1000)
  expect(pace).toBe(420)
  expect(new Set(asked)).toEqual(new Set([1.1]))
  call.hangUp('operator')
  await call.closed
})
