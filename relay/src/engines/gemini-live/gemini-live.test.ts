import { afterEach, describe, expect, test } from 'vitest'
import { Persona, ToolSpec } from '../../agents/persona.ts'
import type { EngineContext, EngineEvent } from '../../calls/ports.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { isDone, silent, type Talk, talkWith, testPersona } from '../conformance.test-kit.ts'
import { createLiveFarEnd, type FarSocket, generated, handle, heardWords, interrupted, turnOver, voice } from './far-end.test-kit.ts'
import { geminiLive } from './index.ts'

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of cleanUp.splice(0).reverse()) await close()
})

interface How {
  model?: string
  context?: Partial<EngineContext>
  refuse?: Parameters<typeof createLiveFarEnd>[0]
  status?: number
}

async function call(how: How = {}) {
  const far = await createLiveFarEnd(how.refuse)
  cleanUp.push(() => far.close())
  if (how.status) far.refuseWith(how.status)
  const clock = new TestClock()
  const engine = geminiLive({
    apiKey: 'k',
    model: how.model ?? 'gemini-3.8-live',
    baseUrl: far.url,
    apiVersion: 'v1beta',
    textRoute: 'auto',
    logger: silent,
  })
  const talk = await talkWith(engine, { clock, ...how.context })
  cleanUp.push(() => talk.session.close())
  const failed = () => talk.until((event) => event.type === 'failed').then((event) => (event.type === 'failed' ? event.fault : undefined))
  return { far, clock, talk, failed }
}

const LOUD = new Uint8Array(640).fill(0x20)
const isType = (type: EngineEvent['type']) => (event: EngineEvent) => event.type === type
const typesOf = (talk: Talk) => talk.events.map((event) => event.type)
const audioFrames = (socket: FarSocket) => socket.sent.filter((frame) => frame.realtimeInput?.audio).length

describe('a talk with Gemini Live', () => {
  test('is set up with voice, transcripts, tools, resumption and compression, at a doubled slash', async () => {
    const tool = ToolSpec.parse({
      name: 'find',
      description: 'Finds.',
      parameters: { type: 'object', properties: { what: { type: 'string' } } },
    })
    const { far } = await call({ context: { tools: [tool], persona: { ...testPersona, voice: { ...testPersona.voice, live: 'Kore' } } } })
    const socket = await far.socket(1)
    expect(socket.url).toBe('//ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent?key=k')
    const { setup } = await socket.until((frame) => frame.setup !== undefined)
    expect(setup).toMatchObject({
      model: 'models/gemini-3.8-live',
      generationConfig: { responseModalities: ['AUDIO'], speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } } },
      inputAudioTranscription: {},
      outputAudioTranscription: {},
      sessionResumption: {},
      contextWindowCompression: { triggerTokens: '100000', slidingWindow: { targetTokens: '50000' } },
      tools: [{ functionDeclarations: [{ name: 'find', parametersJsonSchema: { type: 'object' } }] }],
    })
    expect(setup?.systemInstruction?.parts[0]?.text).toContain('You sell tea for Kettle.')
  })

  test('sends the visitor’s sound at its own rate, and what came before the connection too', async () => {
    const { far, talk } = await call()
    talk.session.take({ type: 'audio', bytes: LOUD, sampleRateHz: 8000 })
    const socket = await far.socket(1)
    const first = await socket.until((frame) => frame.realtimeInput !== undefined)
    expect(first.realtimeInput?.audio).toEqual({ data: Buffer.from(LOUD).toString('base64'), mimeType: 'audio/pcm;rate=8000' })
    talk.session.take({ type: 'audio', bytes: LOUD.subarray(0, 320), sampleRateHz: 16_000 })
    await socket.until((frame) => frame.realtimeInput?.audio?.mimeType === 'audio/pcm;rate=16000')
    expect(audioFrames(socket)).toBe(2)
  })

  test('what Gemini hears and says comes in order, several kinds in one message, text and binary frames alike', async () => {
    const { far, talk } = await call()
    const socket = await far.socket(1)
    socket.say(heardWords('What does '))
    socket.say({ serverContent: { ...voice('It').serverContent, ...heardWords('it cost?', true).serverContent } }, 'binary')
    socket.say(voice(' costs nine.'), 'binary')
    socket.say({ ...turnOver, serverContent: { ...generated.serverContent, ...turnOver.serverContent }, ...handle('h1') })
    await talk.until(isType('usage'))
    expect(typesOf(talk)).toEqual(['heard', 'heard', 'answers', 'said', 'audio', 'said', 'audio', 'done', 'usage'])
    const [first, second, answers] = talk.events
    expect(first).toMatchObject({ text: 'What does', final: false })
    expect(second).toMatchObject({ id: first?.type === 'heard' ? first.id : '', text: 'What does it cost?', final: true })
    const utterance = answers?.type === 'answers' ? answers.utterance : ''
    expect(talk.events.filter((event) => 'utterance' in event && event.utterance !== utterance)).toEqual([])
    expect(talk.events.at(-1)).toMatchObject({ inputTokens: 7, outputTokens: 3, model: 'gemini-3.8-live' })
  })

  test.each([
    ['gemini-3.8-live', { realtimeInput: { text: 'Hello?' } }],
    [
      'gemini-2.5-flash-native-audio-latest',
      { clientContent: { turns: [{ role: 'user', parts: [{ text: 'Hello?' }] }], turnComplete: true } },
    ],
  ])('typed text goes to %s by its own route, and is answered under its own utterance', async (model, frame) => {
    const { far, talk } = await call({ model })
    const socket = await far.socket(1)
    await socket.until(({ setup }) => setup !== undefined)
    talk.turn('u1', 'Hello?')
    const sent = await socket.until(({ setup }) => setup === undefined)
    expect(sent).toEqual(frame)
    socket.say(voice('Hi.'))
    socket.say(generated)
    await talk.until(isDone('u1'))
    expect(typesOf(talk)).toEqual(['said', 'audio', 'done'])
  })

  test('its interruption is told with the utterance, also when all was made; what was heard of it is told to the model', async () => {
    const { far, talk } = await call()
    const socket = await far.socket(1)
    socket.say(voice('One two three four.'))
    socket.say(generated)
    socket.say(turnOver)
    await talk.until(isType('usage'))
    socket.say(interrupted)
    const cut = await talk.until(isType('interrupted'))
    const utterance = cut.type === 'interrupted' ? cut.utterance : ''
    expect(utterance).toBe(talk.events[0]?.type === 'answers' ? talk.events[0].utterance : undefined)
    talk.session.take({ type: 'interrupted', utterance, heard: 'One two' })
    const remark = await socket.until((frame) => frame.realtimeInput?.text !== undefined)
    expect(remark.realtimeInput?.text).toContain('heard only "One two"')
  })

  test('an answer that the call cut is not heard any more, and what was typed meanwhile gets the next one', async () => {
    const { far, talk } = await call()
    const socket = await far.socket(1)
    talk.turn('u1', 'First')
    await socket.until((frame) => frame.realtimeInput?.text === 'First')
    socket.say(voice('Answer one'))
    await talk.until((event) => event.type === 'said' && event.utterance === 'u1')
    talk.session.take({ type: 'interrupted', utterance: 'u1', heard: 'Answer' })
    talk.turn('u2', 'Second')
    const asked = await socket.until((frame) => frame.realtimeInput?.text?.includes('Second') === true)
    expect(asked.realtimeInput?.text).toBe('(You were interrupted: of your last words the visitor heard only "Answer".)\nSecond')
    const before = talk.events.length
    socket.say(voice(' late words'))
    socket.say(interrupted)
    socket.say(voice('Answer two'))
    socket.say(generated)
    await talk.until(isDone('u2'))
    expect(talk.events.slice(before).filter((event) => event.type === 'said')).toEqual([
      { type: 'said', utterance: 'u2', text: 'Answer two' },
    ])
  })

  test('a key gets the owner’s own words, and the last one hangs up', async () => {
    const { far, talk } = await call()
    const socket = await far.socket(1)
    talk.turn('u1', '1', 'keys')
    const asked = await socket.until((frame) => frame.realtimeInput?.text !== undefined)
    expect(asked.realtimeInput?.text).toContain('Say exactly this, and nothing else: "We open at nine at Kettle."')
    talk.turn('u2', '0', 'keys')
    await talk.until(isType('hang-up'))
  })
})

describe('tools', () => {
  const tool = ToolSpec.parse({ name: 'find', description: 'Finds.' })

  test('run once under an id of ours, and are answered under Gemini’s', async () => {
    const uses: string[] = []
    const { far } = await call({
      context: {
        tools: [tool],
        async useTool(use) {
          uses.push(use.id)
          return { found: use.arguments.what }
        },
      },
    })
    const socket = await far.socket(1)
    const wish = {
      toolCall: {
        functionCalls: [
          { id: 'c1', name: 'find', args: { what: 'tea' } },
          { id: 'c2', name: 'other' },
        ],
      },
    }
    socket.say(wish)
    const both = () => socket.sent.filter((frame) => frame.toolResponse).length >= 2
    await socket.until(both)
    expect(socket.sent.flatMap((frame) => frame.toolResponse?.functionResponses ?? []).sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { id: 'c1', name: 'find', response: { output: { found: 'tea' } } },
      { id: 'c2', name: 'other', response: { output: { error: 'There is no tool other.' } } },
    ])
    socket.say(wish)
    await socket.until(() => socket.sent.filter((frame) => frame.toolResponse).length >= 4)
    expect(uses).toHaveLength(1)
    expect(uses[0]).not.toBe('c1')
  })

  test('look up what is too much to be told at once, without a use of the owner’s', async () => {
    const questions = Array.from({ length: 400 }, (_, at) => ({
      question: `What about tea number ${at}?`,
      answer: `Tea ${at} grows on a hill of its own, ${'far and '.repeat(8)}high.`,
    }))
    questions.push({ question: 'Do you sell kettles?', answer: 'The {{shop}} kettle whistles in tune.' })
    const { far, talk } = await call({ context: { persona: Persona.parse({ ...testPersona, knowledge: { questions } }) } })
    const socket = await far.socket(1)
    const { setup } = await socket.until((frame) => frame.setup !== undefined)
    expect(setup?.tools).toMatchObject([{ functionDeclarations: [{ name: 'look_up' }] }])
    expect(setup?.systemInstruction?.parts[0]?.text).not.toContain('whistles')
    socket.say({ toolCall: { functionCalls: [{ id: 'c1', name: 'look_up', args: { question: 'Do you have a kettle?' } }] } })
    const { toolResponse } = await socket.until((frame) => frame.toolResponse !== undefined)
    expect(JSON.stringify(toolResponse)).toContain('The Kettle kettle whistles in tune.')
    expect(talk.events).toEqual([])
  })

  test('that are cancelled are not answered', async () => {
    let stopped = false
    const { far } = await call({
      context: {
        tools: [tool],
        useTool: (_, signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              stopped = true
              resolve({})
            })
          }),
      },
    })
    const socket = await far.socket(1)
    socket.say({ toolCall: { functionCalls: [{ id: 'c1', name: 'find' }] } })
    socket.say({ toolCallCancellation: { ids: ['c1'] } })
    socket.say({ toolCall: { functionCalls: [{ id: 'c2', name: 'other' }] } })
    await socket.until((frame) => frame.toolResponse !== undefined)
    expect(stopped).toBe(true)
    expect(socket.sent.filter((frame) => frame.toolResponse)).toHaveLength(1)
  })
})

describe('a connection that goes', () => {
  test('comes back by its newest handle, with the question that nobody had answered', async () => {
    const { far, talk } = await call()
    const one = await far.socket(1)
    one.say(handle('h1'))
    one.say(handle('h2'))
    one.say({ sessionResumptionUpdate: { resumable: false } })
    one.say(heardWords('Where is'))
    await talk.until(isType('heard'))
    for (let at = 0; at < 20; at++) talk.session.take({ type: 'audio', bytes: LOUD, sampleRateHz: 16_000 })
    one.drop()
    await one.closed
    const two = await far.socket(2)
    talk.session.take({ type: 'audio', bytes: LOUD, sampleRateHz: 16_000 })
    const { setup } = await two.until((frame) => frame.setup !== undefined)
    expect(setup?.sessionResumption).toEqual({ handle: 'h2' })
    await two.until(() => audioFrames(two) >= 21)
    expect(audioFrames(two)).toBe(21)
    two.say(heardWords('Where is the shop?', true))
    await talk.until((event) => event.type === 'heard' && event.final)
    const lines = talk.events.flatMap((event) => (event.type === 'heard' ? [event] : []))
    expect(lines.map(({ text }) => text)).toEqual(['Where is', 'Where is the shop?'])
    expect(new Set(lines.map(({ id }) => id)).size).toBe(1)
    expect(typesOf(talk)).not.toContain('failed')
  })

  test('amid an answer: it is asked to go on, under the same utterance', async () => {
    const { far, talk } = await call()
    const one = await far.socket(1)
    talk.turn('u1', 'Tell me all')
    one.say(handle('h1'))
    one.say(voice('Tea is a'))
    await talk.until(isType('said'))
    one.close(1011, 'Deadline expired')
    const two = await far.socket(2)
    const asked = await two.until((frame) => frame.realtimeInput?.text !== undefined)
    expect(asked.realtimeInput?.text).toContain('You had said: "Tea is a"')
    two.say(voice(' drink.'))
    two.say(generated)
    await talk.until(isDone('u1'))
    expect(typesOf(talk).filter((type) => type === 'answers')).toEqual([])
  })

  test('before a typed question was answered: it is asked again', async () => {
    const { far, talk } = await call()
    const one = await far.socket(1)
    await one.until(({ setup }) => setup !== undefined)
    talk.turn('u1', 'Hello?')
    await one.until((frame) => frame.realtimeInput?.text !== undefined)
    one.drop()
    const two = await far.socket(2)
    expect((await two.until((frame) => frame.realtimeInput !== undefined)).realtimeInput).toEqual({ text: 'Hello?' })
  })

  test('is asked only for what is still wanted: the newest question, and nothing of an answer that was cut', async () => {
    const { far, talk } = await call()
    const one = await far.socket(1)
    talk.turn('u1', 'First')
    await one.until((frame) => frame.realtimeInput?.text === 'First')
    one.say(voice('Answer one'))
    await talk.until(isType('said'))
    talk.turn('u2', 'Second')
    await one.until((frame) => frame.realtimeInput?.text === 'Second')
    one.drop()
    const two = await far.socket(2)
    await two.until((frame) => frame.realtimeInput?.text === 'Second')
    two.say(voice('Answer two'))
    await talk.until((event) => event.type === 'said' && event.utterance === 'u2')
    talk.session.take({ type: 'interrupted', utterance: 'u2', heard: 'Answer' })
    two.drop()
    const three = await far.socket(3)
    talk.turn('u3', 'Third')
    const text = await three.until((frame) => frame.realtimeInput?.text !== undefined)
    expect(text.realtimeInput?.text).toMatch(/\nThird$/)
    talk.session.take({ type: 'interrupted', utterance: 'u3', heard: '' })
    three.drop()
    const four = await far.socket(4)
    talk.session.take({ type: 'audio', bytes: LOUD, sampleRateHz: 16_000 })
    await four.until((frame) => frame.realtimeInput?.audio !== undefined)
    talk.turn('u4', 'Fourth')
    expect((await four.until((frame) => frame.realtimeInput?.text !== undefined)).realtimeInput?.text).toMatch(/\nFourth$/)
  })

  test('is asked what was typed while there was none, amid an answer', async () => {
    const { far, talk } = await call()
    const one = await far.socket(1)
    talk.turn('u1', 'First')
    await one.until((frame) => frame.realtimeInput?.text === 'First')
    one.say(voice('Answer one'))
    await talk.until(isType('said'))
    one.drop()
    const two = await far.socket(2)
    talk.turn('u2', 'Second')
    await two.until((frame) => frame.realtimeInput?.text === 'Second')
    two.say(voice('Answer two'))
    two.say(turnOver)
    await talk.until(isDone('u2'))
    expect(two.sent.filter((frame) => frame.realtimeInput?.text)).toHaveLength(1)
  })

  test('a handle that is refused is forgotten: the new session is told of the conversation', async () => {
    const refuse = (setup: { sessionResumption?: { handle?: string } }) =>
      setup.sessionResumption?.handle ? { code: 1007, reason: 'Invalid session handle' } : undefined
    const { far, talk } = await call({ refuse })
    const one = await far.socket(1)
    talk.turn('u1', 'My name is Ada')
    one.say(handle('h1'))
    one.say(voice('Hello Ada, welcome.'))
    one.say(turnOver)
    await talk.until(isType('usage'))
    talk.session.take({ type: 'interrupted', utterance: 'u1', heard: 'Hello Ada,' })
    one.drop()
    const three = await far.socket(3)
    const { setup } = await three.until((frame) => frame.setup !== undefined)
    expect(setup?.sessionResumption).toEqual({})
    expect(setup?.systemInstruction?.parts[0]?.text).toContain('<conversation>\nVisitor: My name is Ada\nYou: Hello Ada,\n</conversation>')
  })

  test('with a tool at work: the turn is asked again, and the tool runs once', async () => {
    const uses: string[] = []
    const finished = Promise.withResolvers<unknown>()
    const { far, talk } = await call({
      context: {
        tools: [ToolSpec.parse({ name: 'find', description: 'Finds.' })],
        useTool(use) {
          uses.push(use.id)
          return finished.promise
        },
      },
    })
    const one = await far.socket(1)
    one.say(handle('h1'))
    talk.turn('u1', 'Find tea')
    await one.until((frame) => frame.realtimeInput?.text !== undefined)
    one.say({ toolCall: { functionCalls: [{ id: 'c1', name: 'find', args: { what: 'tea' } }] } })
    while (uses.length === 0) await new Promise((resolve) => setImmediate(resolve))
    one.drop()
    const two = await far.socket(2)
    await two.until((frame) => frame.realtimeInput?.text === 'Find tea')
    two.say({ toolCall: { functionCalls: [{ id: 'c2', name: 'find', args: { what: 'tea' } }] } })
    finished.resolve({ price: 9 })
    const { toolResponse } = await two.until((frame) => frame.toolResponse !== undefined)
    expect(toolResponse?.functionResponses).toEqual([{ id: 'c2', name: 'find', response: { output: { price: 9 } } }])
    expect(uses).toHaveLength(1)
  })

  test('while the vendor cannot be reached: the handle is kept, and tried again', async () => {
    const { far, clock, talk } = await call()
    const one = await far.socket(1)
    one.say(handle('h1'))
    one.say(voice('Hello'))
    await talk.until(isType('said'))
    far.refuseWith(503)
    one.drop()
    await far.refused()
    far.refuseWith(undefined)
    while (far.sockets.length < 2) {
      await new Promise((resolve) => setImmediate(resolve))
      await clock.advance(25)
    }
    const two = await far.socket(2)
    expect((await two.until(({ setup }) => setup !== undefined)).setup?.sessionResumption).toEqual({ handle: 'h1' })
  })

  test('before a goAway was followed: it is not left again when the turn is over', async () => {
    const { far, talk } = await call()
    const one = await far.socket(1)
    one.say(handle('h1'))
    talk.turn('u1', 'Hi')
    one.say(voice('Hello'))
    one.say({ goAway: { timeLeft: '50s' } })
    await talk.until(isType('said'))
    one.close(1001)
    const two = await far.socket(2)
    await two.until((frame) => frame.realtimeInput?.text !== undefined)
    two.say(voice(' there.'))
    two.say(turnOver)
    await talk.until(isType('usage'))
    talk.turn('u2', 'And?')
    await two.until((frame) => frame.realtimeInput?.text === 'And?')
    expect(far.sockets).toHaveLength(2)
  })

  test('goAway is followed between turns, and before its time is over', async () => {
    const { far, talk, clock } = await call()
    const one = await far.socket(1)
    talk.turn('u1', 'Hi')
    one.say(handle('h1'))
    one.say(voice('Hello'))
    one.say({ goAway: { timeLeft: '50s' } })
    await talk.until(isType('said'))
    await clock.advance(10_000)
    expect(far.sockets).toHaveLength(1)
    one.say(generated)
    one.say(turnOver)
    const two = await far.socket(2)
    await two.until(({ setup }) => setup?.sessionResumption?.handle === 'h1')
    two.say({ goAway: { timeLeft: '5s' } })
    talk.turn('u2', 'And?')
    two.say(voice('And'))
    await talk.until((event) => event.type === 'said' && event.text === 'And')
    await clock.advance(3400)
    expect(far.sockets).toHaveLength(2)
    await clock.advance(200)
    await far.socket(3)
  })

  test('one that answers nothing is left once, then given up', async () => {
    const { far, talk, failed } = await call()
    await far.socket(1)
    await (await far.socket(1)).until(({ setup }) => setup !== undefined)
    talk.turn('u0', 'Hi')
    await (await far.socket(1)).until((frame) => frame.realtimeInput !== undefined)
    talk.session.take({ type: 'unanswered', sinceMs: 5000 })
    const two = await far.socket(2)
    await two.until((frame) => frame.realtimeInput !== undefined)
    talk.session.take({ type: 'unanswered', sinceMs: 5000 })
    expect(await failed()).toMatchObject({ code: 'stalled' })
    await two.closed
  })
})

describe('noise', () => {
  test('now and then is no sign of deafness', async () => {
    const { far, talk, clock } = await call()
    for (const nth of [1, 2, 3]) {
      const socket = await far.socket(nth)
      talk.session.take({ type: 'audio', bytes: LOUD, sampleRateHz: 16_000 })
      await socket.until((frame) => frame.realtimeInput?.audio !== undefined)
      await clock.advance(61_000)
      talk.session.take({ type: 'unanswered', sinceMs: 5000 })
    }
    await far.socket(4)
    expect(talk.events).toEqual([])
  })
})

describe('what cannot be helped is a fault', () => {
  test.each([
    ['a wrong key', { code: 1007, reason: 'API key not valid. Please pass a valid API key.' }, 'unauthorized'],
    ['a quota', { code: 1011, reason: 'You exceeded your current quota, please check your plan and billing details.' }, 'quota'],
  ])('%s at once', async (_, refusal, code) => {
    const { failed, far } = await call({ refuse: () => refusal })
    expect(await failed()).toMatchObject({ code })
    expect(far.sockets).toHaveLength(1)
  })

  test.each([
    [401, 'unauthorized'],
    [429, 'quota'],
  ])('an upgrade answered with %i', async (status, code) => {
    const { failed } = await call({ status })
    expect(await failed()).toMatchObject({ code })
  })

  test('a server that refuses is tried three times, one that is silent not for ever', async () => {
    const { failed, far, clock } = await call({ refuse: (_, nth) => (nth < 3 ? { code: 1011, reason: 'Internal error' } : 'silence') })
    for (const nth of [1, 2]) {
      await (await far.socket(nth)).closed
      while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve))
      await clock.advance(600)
    }
    const three = await far.socket(3)
    await three.until(({ setup }) => setup !== undefined)
    await clock.advance(6000)
    expect(await failed()).toMatchObject({ code: 'stalled' })
    expect(clock.waiting).toBe(0)
    await three.closed
  })

  test('the call ends while the server is silent: its socket is not kept', async () => {
    const { far, talk, clock } = await call({ refuse: () => 'silence' })
    const one = await far.socket(1)
    await one.until(({ setup }) => setup !== undefined)
    talk.abort.abort()
    await one.closed
    expect(clock.waiting).toBe(0)
    expect(talk.events).toEqual([])
  })

  test('quota in the middle of the talk', async () => {
    const { failed, far } = await call()
    const one = await far.socket(1)
    await one.until(({ setup }) => setup !== undefined)
    one.close(1011, 'RESOURCE_EXHAUSTED: quota')
    expect(await failed()).toMatchObject({ code: 'quota' })
  })

  test('frames that cannot be read before the session stands', async () => {
    const { failed } = await call({ refuse: () => 'garbage' })
    expect(await failed()).toMatchObject({ code: 'malformed' })
  })

  test('one frame that cannot be read is nothing, five in a row are', async () => {
    const { failed, far, talk } = await call()
    const one = await far.socket(1)
    await one.until(({ setup }) => setup !== undefined)
    one.say(handle('h'))
    for (let at = 0; at < 4; at++) one.raw('{"serverContent')
    one.say(voice('Still here'))
    await talk.until(isType('said'))
    for (let at = 0; at < 5; at++) one.raw('[')
    expect(await failed()).toMatchObject({ code: 'malformed' })
  })

  test('when the call ends nothing stays open', async () => {
    const { far, talk, clock } = await call()
    const one = await far.socket(1)
    talk.turn('u1', 'Hi')
    one.say({ goAway: { timeLeft: '50s' } })
    one.say(voice('Hello'))
    await talk.until(isType('said'))
    talk.abort.abort()
    await one.closed
    const before = talk.events.length
    expect(clock.waiting).toBe(0)
    expect(talk.events).toHaveLength(before)
  })
})
