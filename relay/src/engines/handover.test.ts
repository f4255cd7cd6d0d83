import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEngineChain, type EngineChain } from '../calls/handover.ts'
import { Passage } from '../calls/passage.ts'
import type { EngineFault, Heard } from '../calls/ports.ts'
import { TestClock } from '../clock.test-kit.ts'
import { rounds, silent, testPersona } from './conformance.test-kit.ts'
import { createFarEnd, type FarEnd, type Step } from './far-end.test-kit.ts'
import { gemini } from './gemini/index.ts'
import { createGeminiWire } from './gemini/wire.test-kit.ts'
import { offline } from './offline/index.ts'
import { openAiCompatible } from './openai/index.ts'
import { createOpenAiWire } from './openai/wire.test-kit.ts'

/** The call's chain over the real engines: whichever way one fails, the next answers the same turn with what was heard. */
describe('the chain Gemini → OpenAI → offline', () => {
  let google: FarEnd
  let openai: FarEnd
  let chain: EngineChain
  let clock: TestClock
  let changes: { from: string; to: string | undefined; code: EngineFault['code'] }[]
  let history: Heard[]
  let said: Map<string, string>
  let done: PromiseWithResolvers<string>
  let spoke: PromiseWithResolvers<void>

  beforeEach(async () => {
    google = await createFarEnd(createGeminiWire())
    openai = await createFarEnd(createOpenAiWire())
    clock = new TestClock()
    changes = []
    said = new Map()
    history = [{ role: 'visitor', text: 'What are your opening hours?' }]
    done = Promise.withResolvers()
    spoke = Promise.withResolvers()
    chain = createEngineChain({
      passage: new Passage(),
      engines: [
        gemini({ apiKey: 'g', baseUrl: google.url, model: 'm', logger: silent }),
        openAiCompatible({ name: 'openai', apiKey: 'o', baseUrl: openai.url, model: 'm', missing: 'OPENAI_API_KEY', logger: silent }),
        offline({ logger: silent }),
      ],
      clock,
      context: { callId: 'c', persona: testPersona, language: 'en', variables: {}, tools: [], useTool: async () => ({}) },
      history: () => history,
      onEvent(event) {
        if (event.type === 'text') {
          said.set(event.utterance, (said.get(event.utterance) ?? '') + event.text)
          spoke.resolve()
        }
        if (event.type === 'done') done.resolve(event.utterance)
      },
      async onHandover({ from, to, fault, utterance }) {
        changes.push({ from, to, code: fault.code })
        const heard = said.get(utterance ?? '')
        if (heard) history = [...history, { role: 'agent', text: heard.trim() }]
        return `${utterance}+`
      },
      onExhausted: () => done.reject(new Error('no engine is left')),
    })
    chain.start()
  })
  afterEach(async () => {
    await chain.close()
    await google.close()
    await openai.close()
  })

  const ask = () => chain.take({ type: 'turn', utterance: 'u', text: 'What are your opening hours?', by: 'typing' })
  const held: Step[] = [{ say: 'We open ' }, { hold: true }]

  it('goes on in the next when one dies in the middle of a sentence, with what was heard', async () => {
    google.next([{ say: 'We open ' }, { cut: true }])
    openai.next([{ say: 'We open at nine.' }])
    ask()
    expect(await done.promise).toBe('u+')
    expect(changes).toEqual([{ from: 'gemini', to: 'openai', code: 'dropped' }])
    expect(said.get('u+')).toBe('We open at nine.')
    expect(openai.asked[0]?.messages.map(({ text }) => text)).toEqual([
      'What are your opening hours?',
      'We open',
      '(Your answer was cut off by a technical fault. Please answer again.) What are your opening hours?',
    ])
  })

  it('goes on when one stalls, at its own limit', async () => {
    google.next(held)
    openai.next([{ say: 'We open at nine.' }])
    ask()
    await spoke.promise
    await clock.advance(3999)
    expect(changes).toEqual([])
    await clock.advance(1)
    expect(await done.promise).toBe('u+')
    expect(changes).toEqual([{ from: 'gemini', to: 'openai', code: 'stalled' }])
    await google.quiet()
  })

  it('goes down to the offline agent when nobody else can, and stays there', async () => {
    google.next([{ status: 429, body: { error: { code: 429, message: 'Quota', status: 'RESOURCE_EXHAUSTED' } } }])
    openai.next([{ status: 401, body: { error: { message: 'Bad key' } } }])
    ask()
    expect(await done.promise).toBe('u++')
    expect(changes.map(({ code }) => code)).toEqual(['quota', 'unauthorized'])
    expect(said.get('u++')).toBe('We open at nine. We close at six. On Sunday we rest.')
    done = Promise.withResolvers()
    chain.take({ type: 'turn', utterance: 'v', text: 'Thanks', by: 'typing' })
    expect(await done.promise).toBe('v')
    await rounds()
    expect(google.asked.length + openai.asked.length).toBe(2)
  })
})
