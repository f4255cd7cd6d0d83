import { expect, test } from 'vitest'
import { fakeAudioLeg } from '../calls/fakes.test-kit.ts'
import type { Call } from '../calls/live-calls.ts'
import type { AudioLeg } from '../calls/ports.ts'
import { phoneWorld } from './lines.test-kit.ts'
import { bringSound } from './phone-leg.ts'

const GREETING = 'one two three four five six seven eight nine ten.'

/** A call whose phone was taken up, being greeted over its first stream. */
async function greeted() {
  const house = phoneWorld({ greeting: GREETING })
  const { call } = await house.lines.ring(house.order)
  await house.clock.advance(0)
  await house.lines.tell(call.id, house.said('connected'))
  const first = fakeAudioLeg(house.clock, 100)
  bringSound(call, first)
  return { ...house, call, first }
}
const framesMs = (leg: ReturnType<typeof fakeAudioLeg>) => leg.frames.length * 20

test('a stream that breaks amid the greeting is followed by one that says the rest', async () => {
  const { call, clock, first, log } = await greeted()
  await clock.advance(400)
  first.emit({ type: 'detached' })
  expect(call.stage).toBe('away')
  await clock.advance(300)
  const second = fakeAudioLeg(clock, 100)
  bringSound(call, second)
  await clock.advance(3000)
  expect(call.stage).toBe('live')
  expect(log.types().filter((type) => type === 'leg.attached').length).toBe(1)
  // A thousand ms of words, and at most the cushion twice.
  expect(framesMs(first) + framesMs(second)).toBeGreaterThanOrEqual(1000)
  expect(framesMs(second)).toBeLessThan(900)
  expect([...log.entries.values()].map(({ text, interrupted }) => [text, interrupted ?? false])).toEqual([[GREETING, false]])
})

test('who is cut short on the second stream was heard over both', async () => {
  const { call, clock, first, log } = await greeted()
  await clock.advance(400)
  first.emit({ type: 'detached' })
  const second = fakeAudioLeg(clock, 100)
  bringSound(call, second)
  await clock.advance(350)
  second.emit({ type: 'interrupt' })
  await clock.advance(500)
  const [entry] = log.entries.values()
  expect(entry?.interrupted).toBe(true)
  const words = entry?.text.split(' ').length ?? 0
  expect(words).toBeGreaterThanOrEqual(6)
  expect(words).toBeLessThanOrEqual(8)
})

test('a stream that comes before the old one is known to be gone replaces it', async () => {
  const { call, clock, first, log } = await greeted()
  await clock.advance(300)
  const second = fakeAudioLeg(clock, 100)
  bringSound(call, second)
  await clock.advance(3000)
  expect(first.closedWith).toBe('connection')
  expect(call.stage).toBe('live')
  expect([...log.entries.values()][0]?.interrupted).toBeUndefined()
})

test('takes frames together where its streams do', () => {
  const { clock } = phoneWorld({ greeting: GREETING })
  const ofCall = (stream: AudioLeg) => {
    const legs: AudioLeg[] = []
    bringSound({ attach: (leg: AudioLeg) => legs.push(leg) } as unknown as Call, stream)
    return legs[0]?.takesRuns
  }
  expect(ofCall(fakeAudioLeg(clock, 100))).toBe(false)
  expect(ofCall({ ...fakeAudioLeg(clock, 100), takesRuns: true })).toBe(true)
})
