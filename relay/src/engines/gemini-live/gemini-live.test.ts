import { describe, expect, test } from 'vitest'
import { Persona, ToolSpec } from '../../agents/persona.ts'
import { isDone, testPersona } from '../conformance.test-kit.ts'
import { generated, handle, heardWords, interrupted, turnOver, voice } from './far-end.test-kit.ts'
import { audioFrames, call, isType, LOUD, typesOf } from './live-call.test-kit.ts'

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

  test('learns what an operator said and left before the next question', async () => {
    const { far, talk } = await call()
    const socket = await far.socket(1)
    talk.session.take({ type: 'briefing', by: 'Ravi', said: [{ role: 'operator', text: 'I refund it.' }], leaves: 'The code is MANGO.' })
    talk.turn('u1', 'What is the code?')
    const asked = await socket.until((frame) => frame.realtimeInput?.text !== undefined)
    expect(asked.realtimeInput?.text).toMatch(/Ravi.*I refund it\..*The code is MANGO\..*What is the code\?/s)
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
