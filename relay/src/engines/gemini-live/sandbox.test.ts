/// <reference path="../../../../demo/src/sandbox/speech/wasm.d.ts" />
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { SANDBOX_KEY } from '../../../../demo/src/sandbox/key.ts'
import { withSandbox } from '../../../../demo/src/sandbox/sandbox.test-kit.ts'
import { createSpeech } from '../../../../demo/src/sandbox/speech/speech.ts'
import { Persona, ToolSpec } from '../../agents/persona.ts'
import type { EngineContext } from '../../calls/ports.ts'
import { systemClock } from '../../clock.ts'
import { silent, talkWith } from '../conformance.test-kit.ts'
import { geminiLive } from './index.ts'

/** The engine against the sandbox, which was written from the protocol alone. */

const sandbox = withSandbox()
const human = createSpeech()
afterAll(() => human.close())
const COST = 'What does the Monsoon lamp cost?'
const persona = Persona.parse({
  name: 'Tara',
  prompt: 'You sell lamps.',
  knowledge: {
    questions: [
      { question: COST, answer: 'The Monsoon lamp costs two thousand rupees.' },
      { question: 'When are you open?', answer: 'We are open from ten to seven, Monday to Saturday.' },
    ],
  },
})

async function call(o: { model?: string; context?: Partial<EngineContext>; pace?: number } = {}) {
  await sandbox.post('gemini-live/settings', { pace: o.pace ?? 0, firstAudioMs: 0, waitForPlayback: false })
  const engine = geminiLive({
    apiKey: SANDBOX_KEY,
    model: o.model ?? 'gemini-3.8-live',
    baseUrl: sandbox.url(),
    apiVersion: 'v1beta',
    textRoute: 'auto',
    logger: silent,
  })
  const talk = await talkWith(engine, { persona, clock: systemClock, ...o.context })
  onTestFinished(() => talk.session.close())
  const send = (samples: Int16Array, sampleRateHz: number) => {
    const frame = sampleRateHz / 50
    for (let at = 0; at + frame <= samples.length; at += frame) {
      const bytes = new Uint8Array(samples.slice(at, at + frame).buffer)
      talk.session.take({ type: 'audio', bytes, sampleRateHz })
    }
  }
  return {
    ...talk,
    async say(words: string, sampleRateHz = 16_000) {
      send(new Int16Array(sampleRateHz / 5), sampleRateHz)
      send(await human.say(words, 'slt', sampleRateHz), sampleRateHz)
      send(new Int16Array(sampleRateHz), sampleRateHz)
    },
    said: (utterance: string) =>
      talk.events.flatMap((event) => (event.type === 'said' && event.utterance === utterance ? [event.text] : [])).join(''),
    soundMs: (utterance: string) =>
      talk.events.reduce((sum, event) => sum + (event.type === 'audio' && event.utterance === utterance ? event.bytes.length / 48 : 0), 0),
    over: (utterance: string) => talk.until((event) => event.type === 'done' && event.utterance === utterance),
    failed: () => talk.events.filter((event) => event.type === 'failed'),
  }
}

async function session(at: number) {
  const { sessions } = (await (await fetch(`${sandbox.url()}/sandbox/gemini-live/sessions`)).json()) as {
    sessions: { id: string; toolCalls: unknown[]; toolResponses: unknown[]; resumed?: object }[]
  }
  return sessions[at]
}

describe('the sandbox’s Gemini Live', () => {
  test.each([8000, 16_000, 48_000])('hears a question at %i Hz and is heard', async (rateHz) => {
    const { say, said, soundMs, until, over, events } = await call()
    await say(COST, rateHz)
    const answers = await until((event) => event.type === 'answers')
    const utterance = answers.type === 'answers' ? answers.utterance : ''
    await over(utterance)
    expect(said(utterance).trim()).toBe('The Monsoon lamp costs two thousand rupees.')
    expect(soundMs(utterance)).toBeGreaterThan(1500)
    await until((event) => event.type === 'heard' && event.final)
    expect(events.findLast((event) => event.type === 'heard')).toMatchObject({ text: COST, final: true })
  })

  test.each(['gemini-3.8-live', 'gemini-2.5-flash-native-audio-latest'])(
    'answers %s what is typed, and takes remarks beside it',
    async (model) => {
      const { session: engine, turn, over, said, failed } = await call({ model })
      engine.take({ type: 'context', text: 'They look at lamps.' })
      turn('u1', COST)
      await over('u1')
      expect(said('u1').trim()).toBe('The Monsoon lamp costs two thousand rupees.')
      engine.take({ type: 'interrupted', utterance: 'u1', heard: 'The Monsoon' })
      turn('u2', 'When are you open?')
      await over('u2')
      expect(said('u2')).toContain('ten to seven')
      expect(failed()).toEqual([])
    },
  )

  test('is interrupted by voice, and its late words are nobody’s', async () => {
    const { turn, say, until, events, over, said } = await call({ pace: 2 })
    turn('u1', 'When are you open?')
    await until((event) => event.type === 'audio')
    await say(COST)
    expect(await until((event) => event.type === 'interrupted')).toMatchObject({ utterance: 'u1' })
    const cutAt = events.length
    const answers = await until((event) => event.type === 'answers')
    const utterance = answers.type === 'answers' ? answers.utterance : ''
    await over(utterance)
    expect(said(utterance)).toContain('two thousand')
    expect(events.slice(cutAt).filter((event) => 'utterance' in event && event.utterance === 'u1')).toEqual([])
  })

  test('comes back by its handle, and remembers', async () => {
    const { turn, over, said, failed, until } = await call()
    turn('u1', 'My name is Asha')
    await over('u1')
    await until((event) => event.type === 'usage')
    await sandbox.post('gemini-live/now', { do: 'drop' })
    turn('u2', 'What is my name?')
    await over('u2')
    expect(said('u2')).toContain('Asha')
    expect((await session(1))?.resumed).toMatchObject({ handle: expect.any(String) })
    expect(failed()).toEqual([])
  })

  test('uses a tool once, though its connection is lost while the tool works', async () => {
    const finished = Promise.withResolvers<unknown>()
    const began = Promise.withResolvers<void>()
    let runs = 0
    const { turn, over, said } = await call({
      context: {
        tools: [ToolSpec.parse({ name: 'check_stock', description: 'Looks.' })],
        useTool() {
          runs += 1
          began.resolve()
          return finished.promise
        },
      },
    })
    turn('u1', 'When are you open?')
    await over('u1')
    await sandbox.order({ service: 'gemini-live', kind: 'tool', name: 'check_stock', arguments: { lamp: 'Monsoon' }, times: 2 })
    turn('u2', 'Is it in stock?')
    await began.promise
    await sandbox.post('gemini-live/now', { do: 'drop' })
    await expect.poll(async () => (await session(1))?.toolCalls.length).toBe(1)
    finished.resolve({ stock: 4 })
    await over('u2')
    expect(said('u2')).toContain('stock 4')
    expect(runs).toBe(1)
  })

  test('may end a piece of sound in the middle of a sample: every byte is handed on', async () => {
    const whole = await call()
    whole.turn('u1', COST)
    await whole.over('u1')
    await sandbox.order({ service: 'gemini-live', kind: 'odd-chunk', afterWords: 2 })
    const odd = await call()
    odd.turn('u1', COST)
    await odd.over('u1')
    expect(odd.failed()).toEqual([])
    expect(Math.abs(odd.soundMs('u1') - whole.soundMs('u1'))).toBeLessThan(1)
  })
})
