import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bestMatch, murmur } from '../audio/correlation.test-kit.ts'
import { bytesOf, samplesOf } from '../audio/signals.test-kit.ts'
import { startTestRelay, type TestRelay } from '../relay.test-kit.ts'
import { type End, end, operatorOf, visit } from './takeover.test-kit.ts'

let house: TestRelay
let asha: ReturnType<typeof operatorOf>
beforeAll(async () => {
  house = await startTestRelay()
  asha = operatorOf(house, await house.token('operator'))
})
afterAll(() => house.close())

const HZ = 24_000
const soundOf = (one: End, from = 0) => samplesOf(Buffer.concat(one.heard.slice(from)))
const VISITORS = murmur(7, 16_000, 1500)
const OPERATORS = murmur(77, 16_000, 1500)
/** The same curves at the rate they are heard at. */
const AS_HEARD = { visitor: murmur(7, HZ, 1500), operator: murmur(77, HZ, 1500) }
const SURE = 0.95
/** How well any fifth of a second of it is found again: a busy machine leaves holes, each of which spoils what lies around it. */
function heardIn(said: Int16Array, heard: Int16Array): number {
  let best = 0
  for (let at = 0; at + HZ / 5 <= said.length && best < SURE; at += HZ / 10) {
    best = Math.max(best, bestMatch(said.subarray(at, at + HZ / 5), heard).correlation)
  }
  return best
}
const speak = (one: End, samples: Int16Array) => one.speak(bytesOf(samples), 640)

describe('a spoken call', () => {
  it('lets operator and visitor hear each other, and a listener both', async () => {
    const { callId, visitor } = await visit(house)
    await visitor.until('state', ({ state }) => state === 'listening')
    const [listening, taken] = [await asha.listen(callId), await asha.takeOver(callId)]
    const [listener, operator] = [await end(listening.body.url), await end(taken.body.mediaUrl)]
    await visitor.until('speaker', ({ who }) => who === 'operator')
    const heardBefore = visitor.heard.length
    await Promise.all([speak(operator, OPERATORS), speak(visitor, VISITORS)])
    await Promise.all([listener.untilHeard(listener.heard.length + 20), visitor.untilHeard(heardBefore + 70)])
    expect(heardIn(AS_HEARD.operator, soundOf(visitor, heardBefore))).toBeGreaterThan(0.9)
    expect(heardIn(AS_HEARD.visitor, soundOf(visitor, heardBefore))).toBeLessThan(0.4)
    expect(heardIn(AS_HEARD.visitor, soundOf(operator))).toBeGreaterThan(0.9)
    // Nobody needs to hear themselves.
    expect(heardIn(AS_HEARD.operator, soundOf(operator))).toBeLessThan(0.4)
    // Two voices at once: each is half of what is heard.
    expect(heardIn(AS_HEARD.operator, soundOf(listener))).toBeGreaterThan(0.55)
    expect(heardIn(AS_HEARD.visitor, soundOf(listener))).toBeGreaterThan(0.55)
    const levels = listener.told.flatMap((message) => (message.type === 'levels' ? [message] : []))
    expect(Math.max(...levels.map(({ visitor: level }) => level))).toBeGreaterThan(0.05)
    expect(Math.max(...levels.map(({ agent: level }) => level))).toBeGreaterThan(0.05)
    visitor.tell({ type: 'hangup' })
    expect(await operator.closed).toBe(1000)
    expect(operator.told.at(-1)).toEqual({ type: 'ended', reason: 'visitor' })
    expect(await listener.closed).toBe(1000)
  })
})
