import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LineEvent } from '../carriers/carrier.ts'
import { TestClock } from '../clock.test-kit.ts'
import { createRipcord, type Ripcord } from './ripcord.ts'

/** A carrier that is asked every second and answers what the test says; when it was asked. */
function polled(
  answer: () => LineEvent | undefined,
  o: { everyMs?: number | undefined; soundComes?: () => boolean; mayLive?: () => boolean } = {},
) {
  const clock = new TestClock()
  const askedAtMs: number[] = []
  let lost = 0
  const ripcord: Ripcord = createRipcord({
    clock,
    everyMs: 'everyMs' in o ? o.everyMs : 1000,
    soundComes: o.soundComes ?? (() => false),
    async ask() {
      askedAtMs.push(clock.monotonicMs())
      return answer()
    },
    onAnswer: (event) => ripcord.heard(event.status),
    onLost() {
      lost += 1
      ripcord.stop()
    },
    mayLive: () => o.mayLive?.() ?? true,
    onFault: () => undefined,
  })
  ripcord.start()
  const waits = () => askedAtMs.map((at, n) => at - (askedAtMs[n - 1] ?? 0))
  return { clock, askedAtMs, ripcord, waits, lost: () => lost }
}
const said = (status: LineEvent['status']): LineEvent => ({ carrierCallId: 'c1', status, said: {} })

test('a carrier that is polled is asked ever less often while nothing changes, and at once as often again when something does', async () => {
  let status: LineEvent['status'] = 'initiated'
  const { clock, waits } = polled(() => said(status))
  await clock.advance(30_000)
  expect(waits().slice(0, 8)).toEqual([1000, 1000, 1500, 2250, 3375, 5000, 5000, 5000])
  status = 'connecting'
  const before = waits().length
  await clock.advance(5000 + 2500)
  expect(waits().slice(before)).toEqual([5000, 1000, 1500])
})

test('one in trouble is left alone for longer, never given up, and one that does not know the call is asked three times', async () => {
  let broken = true
  const { clock, lost, waits } = polled(() => {
    if (broken) throw new Error('503')
    return undefined
  })
  await clock.advance(100_000)
  expect(waits()).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  broken = false
  await clock.advance(100_000)
  expect([lost(), waits().length]).toEqual([1, 10])
})

test('one that cannot be asked is given up once nothing can be left of the call, and one that answers is not', async () => {
  let broken = false
  const answer = () => {
    if (broken) throw new Error('401')
    return said('connected')
  }
  const { clock, lost, waits } = polled(answer, { mayLive: () => false })
  await clock.advance(100_000)
  expect(lost()).toBe(0)
  broken = true
  await clock.advance(5000)
  const asked = waits().length
  await clock.advance(100_000)
  expect([lost(), waits().length]).toEqual([1, asked])
})

test('whatever it answers: never asked more often than set, never left alone for longer than thirty times that, and not once it is stopped', async () => {
  const answer = fc.oneof(fc.constantFrom('initiated', 'connecting', 'connected', 'fault' as const), fc.constant('fault' as const))
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 20 }), async (answers) => {
      let n = 0
      const { askedAtMs, clock, ripcord, waits } = polled(() => {
        const next = answers[n++ % answers.length]
        if (next === undefined || next === 'fault') throw new Error('503')
        return said(next)
      })
      await clock.advance(200_000)
      for (const wait of waits()) expect([wait >= 1000, wait <= 30_000]).toEqual([true, true])
      ripcord.stop()
      const asked = askedAtMs.length
      await clock.advance(100_000)
      expect(askedAtMs.length).toBe(asked)
    }),
    { numRuns: 50 },
  )
})

test('a carrier with callbacks is asked when it tells nothing, and hardly ever while the sound of the call comes', async () => {
  let comes = true
  const { askedAtMs, clock, ripcord } = polled(() => said('connected'), { everyMs: undefined, soundComes: () => comes })
  ripcord.heard('connected')
  await clock.advance(13 * 60_000)
  expect(askedAtMs).toEqual([11 * 60_000])
  comes = false
  await clock.advance(2 * 60_000)
  expect(askedAtMs.slice(1)).toEqual([14 * 60_000, 15 * 60_000])
})
