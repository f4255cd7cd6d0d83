import { expect, test } from 'vitest'
import { Persona, ToolSpec } from '../agents/persona.ts'
import { answering, fakeVoice, scriptedEngine, world } from './fakes.test-kit.ts'
import type { Engine, Voice } from './ports.ts'

const never = new AbortController().signal
const agent = (engines: readonly Engine[], more: object = {}) =>
  Persona.parse({ name: 'Mira', engine: engines[0]?.name, fallbacks: engines.slice(1).map(({ name }) => name), ...more })
const tone = ToolSpec.parse({ name: 'describe', description: 'Describe it.' })

const failing = scriptedEngine('first', (input, { emit }) => {
  if (input.type !== 'turn') return
  emit({ type: 'text', utterance: input.utterance, text: 'This was said before it failed. And this is half of' })
  emit({ type: 'failed', fault: { code: 'dropped', message: 'the line to the model broke', retryable: true } })
})

test('an agent answers with nobody on the line, in its voice and at its pace, and opens no call', async () => {
  const asked: { voice: string; speed: number }[] = []
  const plain = fakeVoice()
  const voice: Voice = {
    ...plain,
    speak(text, how, signal) {
      asked.push({ voice: how.voice, speed: how.speed })
      return plain.speak(text, how, signal)
    },
  }
  const engines = [answering('first', (text) => `You said ${text}`)]
  const { calls, log } = world(engines, { voice })
  const answer = await calls.rehearse(
    agent(engines, { voice: { name: 'rms' }, manner: { responseSpeed: 'fast' } }),
    'hello. And so on it goes.',
    never,
  )
  expect(answer).toMatchObject({ engine: 'first', text: 'You said hello. And so on it goes.', sound: { sampleRateHz: 24_000 } })
  expect(answer.sound.bytes.length).toBe(9 * 100 * 24 * 2)
  expect(plain.spoken.map((text) => text.trim())).toEqual(['You said hello.', 'And so on it goes.'])
  expect(asked[0]).toEqual({ voice: 'rms', speed: 1.1 })
  expect(log.entries.size).toBe(0)
  expect(calls.size).toBe(0)
})

test('how long the first sound took is measured from the question', async () => {
  const engine = scriptedEngine('slow', (input, { clock, emit }) => {
    if (input.type !== 'turn') return
    clock.after(230, () => emit({ type: 'text', utterance: input.utterance, text: 'Here it is. ' }))
    clock.after(900, () => emit({ type: 'text', utterance: input.utterance, text: 'And more.' }))
    clock.after(950, () => emit({ type: 'done', utterance: input.utterance }))
  })
  const { calls, clock } = world([engine])
  const answering = calls.rehearse(agent([engine]), 'Where is it?', never)
  await clock.advance(1000)
  expect((await answering).firstSoundMs).toBe(230)
  expect(engine.closed).toBe(1)
  expect(clock.waiting).toBe(0)
})

test('what an engine began before it failed is not part of the answer that the next one gives', async () => {
  const engines = [failing, answering('second', () => 'The second answers.')]
  const { calls } = world(engines)
  const answer = await calls.rehearse(agent(engines), 'Hello?', never)
  expect([answer.engine, answer.text]).toEqual(['second', 'The second answers.'])
  expect(answer.sound.bytes.length).toBe(3 * 100 * 24 * 2)
})

test('an engine with a voice of its own is heard as it is', async () => {
  const engine = scriptedEngine(
    'sings',
    (input, { emit }) => {
      if (input.type !== 'turn') return
      emit({ type: 'said', utterance: input.utterance, text: 'La la.' })
      emit({ type: 'audio', utterance: input.utterance, bytes: new Uint8Array(480) })
      emit({ type: 'done', utterance: input.utterance })
    },
    { speaks: 'audio', speaksHz: 16_000 },
  )
  const { calls, voice } = world([engine])
  const answer = await calls.rehearse(agent([engine]), 'Sing.', never)
  expect(answer).toMatchObject({ text: 'La la.', sound: { sampleRateHz: 16_000 } })
  expect(answer.sound.bytes.length).toBe(480)
  expect(voice).toMatchObject({ spoken: [] })
})

test('without an engine that answers, or once nobody wants it any more, it says why, and leaves nothing behind', async () => {
  const silent = scriptedEngine('mute', () => undefined)
  const { calls, clock } = world([failing, silent])
  await expect(calls.rehearse(agent([failing]), 'Hello?', never)).rejects.toThrow('the line to the model broke')
  const waited = calls.rehearse(agent([silent]), 'Hello?', never)
  const refused = expect(waited).rejects.toThrow('said nothing')
  await clock.advance(3000)
  await refused
  const gone = new AbortController()
  const left = expect(calls.rehearse(agent([silent]), 'Hello?', gone.signal)).rejects.toThrow('nobody waits')
  gone.abort(new Error('nobody waits'))
  await left
  await clock.advance(60_000)
  expect(clock.waiting).toBe(0)
})

test('a model’s own structured answer is what it puts into the tool it is given', async () => {
  const engine = scriptedEngine('tools', (input, context) => {
    if (input.type !== 'turn') return
    expect(context.tools.map(({ name }) => name)).toEqual(['describe'])
    void context.useTool({ id: 'x', name: 'describe', arguments: { of: input.text } }, never)
  })
  const { calls } = world([engine])
  expect(await calls.askForTool(agent([engine]), { tool: tone, text: 'Good morning.' }, never)).toEqual({ of: 'Good morning.' })
  const plain = answering('plain', () => 'I would say: friendly.')
  expect(await world([plain]).calls.askForTool(agent([plain]), { tool: tone, text: 'Good morning.' }, never)).toBeUndefined()
  await expect(world([failing]).calls.askForTool(agent([failing]), { tool: tone, text: 'x' }, never)).rejects.toThrow('broke')
})
