import { ActivityHandling, type LiveServerMessage } from '@google/genai'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { withSandbox } from '../sandbox.test-kit.ts'
import { QUICK, sessionsOf, turnComplete, Visitor, voice } from './live.test-kit.ts'

/** Talking with the vendor's own client. */

const sandbox = withSandbox()
beforeEach(async () => void (await sandbox.post('gemini-live/settings', QUICK)))
afterAll(() => voice.close())
const COST = 'What does the Monsoon lamp cost?'
const ANSWER = 'The Monsoon lamp costs 2,450 rupees.'
const OPEN = 'When is the shop open?'
const count = (visitor: Visitor, fits: (message: LiveServerMessage) => unknown) => visitor.messages.filter(fits).length
const interrupted = (message: LiveServerMessage) => message.serverContent?.interrupted

describe('a spoken question', () => {
  test.each([16_000, 8000, 24_000, 44_100, 48_000])('at %i Hz is transcribed and answered in speech', async (rateHz) => {
    const visitor = await Visitor.connect(sandbox)
    await visitor.say(COST, { rateHz })
    const last = await visitor.until(turnComplete)
    expect(visitor.heard()).toBe(COST)
    expect(visitor.spoken()).toBe(ANSWER)
    expect(count(visitor, (each) => each.serverContent?.inputTranscription?.finished)).toBe(1)
    expect(count(visitor, (each) => each.serverContent?.generationComplete)).toBe(1)
    expect(last.usageMetadata).toMatchObject({ totalTokenCount: expect.any(Number), responseTokenCount: expect.any(Number) })
    expect(visitor.sound()).toEqual(await voice.say(ANSWER, 'slt', 24_000))
  })

  test.each(['awb', 'kal', 'rms'] as const)('is understood in the voice %s', async (by) => {
    const visitor = await Visitor.connect(sandbox)
    await visitor.say(COST, { by })
    await visitor.until(turnComplete)
    expect(visitor.heard()).toBe(COST)
  })

  test('that nobody taught is unintelligible, until somebody teaches it', async () => {
    const visitor = await Visitor.connect(sandbox)
    const words = 'Seven green elephants dance by the river.'
    await visitor.say(words)
    await visitor.until(turnComplete)
    expect(visitor.heard()).toBe('(unintelligible)')
    expect(visitor.spoken()).toContain('did not understand')
    await sandbox.post('gemini-live/phrases', { phrases: [words] })
    const from = visitor.messages.length
    await visitor.say(words)
    await visitor.until(turnComplete, from)
    expect(visitor.heard(from)).toBe(words)
  })

  test('is transcribed only for those who ask', async () => {
    const visitor = await Visitor.connect(sandbox, {
      config: { inputAudioTranscription: undefined, outputAudioTranscription: undefined } as never,
    })
    await visitor.say(COST)
    await visitor.until(turnComplete)
    expect([visitor.heard(), visitor.spoken()]).toEqual(['', ''])
    expect(visitor.sound().length).toBeGreaterThan(24_000)
  })

  test('ends with the stream, without a silence', async () => {
    const visitor = await Visitor.connect(sandbox)
    visitor.send(await voice.say(COST, 'slt', 16_000), 16_000)
    visitor.session.sendRealtimeInput({ audioStreamEnd: true })
    await visitor.until(turnComplete)
    expect(visitor.heard()).toBe(COST)
  })

  test('begins and ends when the client says so, where it detects speech itself', async () => {
    const visitor = await Visitor.connect(sandbox, { config: { realtimeInputConfig: { automaticActivityDetection: { disabled: true } } } })
    const speech = await voice.say(COST, 'slt', 16_000)
    visitor.silence(1000)
    visitor.session.sendRealtimeInput({ activityStart: {} })
    visitor.send(speech, 16_000)
    visitor.silence(1500)
    visitor.session.sendRealtimeInput({ activityEnd: {} })
    await visitor.until(turnComplete)
    expect(visitor.heard()).toBe(COST)
    const [session] = await sessionsOf(sandbox)
    expect(session?.speech).toHaveLength(1)
  })

  test('waits for the silence that was asked for', async () => {
    const visitor = await Visitor.connect(sandbox, {
      config: { realtimeInputConfig: { automaticActivityDetection: { silenceDurationMs: 2000 } } },
    })
    await visitor.say(COST)
    await visitor.say(COST)
    visitor.silence(2000)
    await visitor.until(turnComplete)
    const [session] = await sessionsOf(sandbox)
    expect(session?.speech).toHaveLength(1)
  })

  test('a cough is no question', async () => {
    const visitor = await Visitor.connect(sandbox)
    visitor.silence(300)
    visitor.send((await voice.say('Ah', 'slt', 16_000)).slice(0, 2400), 16_000)
    await visitor.say(COST)
    await visitor.until(turnComplete)
    expect(visitor.heard()).toBe(COST)
  })
})

describe('typed words', () => {
  test('are answered by realtimeInput on any model', async () => {
    for (const model of ['gemini-3.8-live', 'gemini-2.5-flash-native-audio-preview-12-2025']) {
      const visitor = await Visitor.connect(sandbox, { model })
      visitor.session.sendRealtimeInput({ text: COST })
      await visitor.until(turnComplete)
      expect(visitor.spoken()).toBe(ANSWER)
    }
  })

  test('belong to the turn of who speaks meanwhile', async () => {
    const visitor = await Visitor.connect(sandbox, { config: { sessionResumption: {} } })
    const speech = await voice.say(COST, 'slt', 16_000)
    visitor.send(speech.subarray(0, 16_000), 16_000)
    visitor.session.sendRealtimeInput({ text: 'My name is Asha.' })
    visitor.send(speech.subarray(16_000), 16_000)
    visitor.silence(700)
    const update = await visitor.until((each) => each.sessionResumptionUpdate)
    expect(visitor.messages.filter(turnComplete)).toHaveLength(1)
    const handle = update.sessionResumptionUpdate?.newHandle ?? ''
    const next = await Visitor.connect(sandbox, { config: { sessionResumption: { handle } } })
    next.session.sendRealtimeInput({ text: 'What did I just say?' })
    await next.until(turnComplete)
    expect(next.spoken()).toBe(`You asked: My name is Asha. ${COST}`)
  })

  test('are answered by clientContent before 3.x, and refused from there on', async () => {
    const older = await Visitor.connect(sandbox, { model: 'gemini-2.5-flash-native-audio-preview-12-2025' })
    older.session.sendClientContent({
      turns: [
        { role: 'user', parts: [{ text: 'My name is Asha' }] },
        { role: 'model', parts: [{ text: 'Hello.' }] },
      ],
      turnComplete: false,
    })
    older.session.sendClientContent({ turns: 'What is my name?' })
    await older.until(turnComplete)
    expect(older.spoken()).toBe('Your name is Asha.')
    const newer = await Visitor.connect(sandbox)
    newer.session.sendClientContent({ turns: 'What is my name?' })
    expect(await newer.closed.promise).toEqual({ code: 1007, reason: 'Request contains an invalid argument.' })
  })
})

describe('interruption', () => {
  beforeEach(async () => void (await sandbox.post('gemini-live/phrases', { phrases: [OPEN] })))

  test('speech cuts the answer: no generationComplete, then the new question is answered', async () => {
    await sandbox.post('gemini-live/settings', { pace: 1 })
    const visitor = await Visitor.connect(sandbox)
    await visitor.say(COST)
    await visitor.until((each) => each.data)
    await visitor.say(OPEN)
    await visitor.until(interrupted)
    const cut = visitor.messages.findIndex(interrupted)
    expect(count(visitor, (each) => each.serverContent?.generationComplete)).toBe(0)
    const whole = await voice.say(ANSWER, 'slt', 24_000)
    const before = visitor.sound()
    expect(before.length).toBeLessThan(whole.length)
    expect(before).toEqual(whole.subarray(0, before.length))
    expect(visitor.messages[cut + 1]?.serverContent?.turnComplete).toBe(true)
    await sandbox.post('gemini-live/settings', QUICK)
    await visitor.until((each) => each.serverContent?.generationComplete, cut)
    expect(visitor.spoken(cut)).toContain('ten to seven')
  })

  test('also while the answer, all sent, still sounds', async () => {
    await sandbox.post('gemini-live/settings', { waitForPlayback: true })
    const visitor = await Visitor.connect(sandbox)
    await visitor.say(COST)
    await visitor.until((each) => each.serverContent?.generationComplete)
    expect(count(visitor, turnComplete)).toBe(0)
    await visitor.say(OPEN)
    await visitor.until(interrupted)
    expect(visitor.sound()).toEqual(await voice.say(ANSWER, 'slt', 24_000))
  })

  test('not where the client does not want it: the question waits', async () => {
    await sandbox.post('gemini-live/settings', { pace: 1 })
    const visitor = await Visitor.connect(sandbox, {
      config: { realtimeInputConfig: { activityHandling: ActivityHandling.NO_INTERRUPTION } },
    })
    await visitor.say(COST)
    await visitor.until((each) => each.data)
    await sandbox.post('gemini-live/settings', QUICK)
    await visitor.say(OPEN)
    await visitor.until(turnComplete)
    const first = visitor.messages.findIndex(turnComplete)
    await visitor.until(turnComplete, first + 1)
    expect(count(visitor, interrupted)).toBe(0)
    expect(visitor.spoken()).toMatch(/2,450 rupees\..*ten to seven/)
  })

  test('what was cut off is not remembered, what was sent is', async () => {
    await sandbox.post('gemini-live/settings', { pace: 1 })
    const visitor = await Visitor.connect(sandbox, { config: { sessionResumption: {} } })
    visitor.session.sendRealtimeInput({ text: COST })
    await visitor.until((each) => each.serverContent?.outputTranscription?.text?.includes('Monsoon'))
    visitor.session.sendRealtimeInput({ text: 'My name is Asha' })
    await visitor.until(interrupted)
    const [session] = await sessionsOf(sandbox)
    expect(session?.answers[0]).toMatchObject({ interruptedMs: expect.any(Number) })
    expect(ANSWER.startsWith(session?.answers[0]?.text ?? '-')).toBe(true)
    expect(session?.answers[0]?.text).not.toBe(ANSWER)
  })
})
