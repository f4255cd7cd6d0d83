import { afterAll, describe, expect, test } from 'vitest'
import { withSandbox } from '../sandbox.test-kit.ts'
import { turnComplete, Visitor, voice } from './live.test-kit.ts'

/** Talking with the vendor's own client. */

const sandbox = withSandbox()
afterAll(() => voice.close())
const COST = 'What does the Monsoon lamp cost?'
const ANSWER = 'The Monsoon lamp costs 2,450 rupees.'

describe('a spoken question', () => {
  test.each([16_000, 8000, 24_000, 48_000])('at %i Hz is transcribed and answered in speech', async (rateHz) => {
    const visitor = await Visitor.connect(sandbox)
    await visitor.say(COST, { rateHz })
    const last = await visitor.until(turnComplete)
    expect(visitor.heard()).toBe(COST)
    expect(visitor.spoken()).toBe(ANSWER)
    expect(visitor.messages.filter((each) => each.serverContent?.inputTranscription?.finished)).toHaveLength(1)
    expect(visitor.messages.filter((each) => each.serverContent?.generationComplete)).toHaveLength(1)
    expect(last.usageMetadata?.totalTokenCount).toBeGreaterThan(50)
    const said = await voice.say(ANSWER, 'slt', 24_000)
    expect(visitor.sound()).toEqual(said)
  })

  test.each(['awb', 'kal', 'rms'] as const)('is understood in the voice %s', async (by) => {
    const visitor = await Visitor.connect(sandbox)
    await visitor.say(COST, { by })
    await visitor.until(turnComplete)
    expect(visitor.heard()).toBe(COST)
  })

  test('that nobody taught is unintelligible', async () => {
    const visitor = await Visitor.connect(sandbox)
    await visitor.say('Seven green elephants dance by the river.')
    await visitor.until(turnComplete)
    expect(visitor.heard()).toBe('(unintelligible)')
  })
})

describe('interruption', () => {
  test('speech cuts the answer, and is answered', async () => {
    const visitor = await Visitor.connect(sandbox)
    await visitor.say(COST)
    await visitor.until((each) => each.data)
    const from = visitor.messages.length
    await visitor.say('When is the shop open?')
    await visitor.until((each) => each.serverContent?.interrupted, from)
    const cut = visitor.messages.length
    await visitor.until(turnComplete, cut + 1)
    expect(visitor.sound().length).toBeGreaterThan(0)
  })
})
