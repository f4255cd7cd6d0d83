import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ToolSpec } from '../agents/persona.ts'
import type { Engine, EngineContext } from '../calls/ports.ts'
import { conforms, isDone, rounds, type Talk, talkWith, testPersona } from './conformance.test-kit.ts'
import { type FailureRow, failsRightly } from './failure-conformance.test-kit.ts'
import { createFarEnd, type FarEnd, type Step, type Wire } from './far-end.test-kit.ts'
import { usesToolsOnce } from './tools-conformance.test-kit.ts'

const SENTENCES: Step[] = [{ say: 'Send it back ' }, { say: 'within 30 days. ' }, { say: 'We refund you.' }]
const HELD: Step[] = [{ say: 'Send it back ' }, { hold: true }, { say: 'within 30 days.' }]

const orderTool = ToolSpec.parse({
  name: 'get_order',
  description: 'Looks an order up.',
  parameters: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
})
const endTool = ToolSpec.parse({ name: 'end_call', description: 'Ends the call.', kind: 'built-in' })

/** What every engine with a language model behind it has to do, beyond `conforms`: over its real wire, against a scripted server. */
export function conformsWithModel(o: {
  name: string
  wire: Wire
  missing: string
  create(far: { url: string; apiKey: string | undefined }): Engine
  inStream: FailureRow[]
}): void {
  const apiKey = 'key-for-tests-0123456789'

  conforms(o.name, async () => {
    const far = await createFarEnd(o.wire)
    return {
      engine: o.create({ url: far.url, apiKey }),
      ready: (turns) => far.next(...Array.from({ length: turns }, () => SENTENCES)),
      quiet: () => far.quiet(),
      close: () => far.close(),
    }
  })

  failsRightly({ ...o, apiKey })
  usesToolsOnce(o)

  describe(`${o.name} with its model`, () => {
    let far: FarEnd
    let engine: Engine
    const talks: Talk[] = []
    beforeEach(async () => {
      far = await createFarEnd(o.wire)
      engine = o.create({ url: far.url, apiKey })
    })
    afterEach(async () => {
      for (const { session } of talks.splice(0)) await session.close()
      await far.close()
    })
    const talk = async (more?: Partial<EngineContext>) => {
      const one = await talkWith(engine, more)
      talks.push(one)
      return one
    }
    const lastMessages = () => far.asked.at(-1)?.messages

    it('says which variable is missing, and does not start without it', async () => {
      const without = o.create({ url: far.url, apiKey: undefined })
      expect(without.availability()).toEqual({ ok: false, missing: o.missing })
      await expect(talkWith(without)).rejects.toThrow(o.missing)
    })

    it('sends its key only to https or loopback', () => {
      expect(() => o.create({ url: 'http://llm.example/v1', apiKey })).toThrow('must be https')
      expect(() => o.create({ url: 'nonsense', apiKey })).toThrow('must be https')
      expect(() => o.create({ url: 'https://llm.example/v1', apiKey })).not.toThrow()
    })

    it('tells the model who it is, what it knows, and what was said', async () => {
      far.next([{ say: 'Hello.' }], [{ say: 'At nine.' }])
      const one = await talk()
      one.turn('u1', 'Hi')
      await one.until(isDone('u1'))
      one.session.take({ type: 'context', text: 'The visitor looks at {{shop}} Gold.' })
      one.session.take({ type: 'whisper', text: 'Offer them {{a tenth}} off.' })
      one.session.take({
        type: 'briefing',
        by: 'Ravi',
        said: [{ role: 'operator', text: 'I refund it.' }],
        leaves: 'The code is {{MANGO}}.',
      })
      one.session.take({ type: 'briefing', by: 'Meera', said: undefined })
      one.turn('u2', 'When do you open?')
      await one.until(isDone('u2'))
      expect(lastMessages()).toEqual([
        { role: 'visitor', text: 'Hi' },
        { role: 'agent', text: 'Hello.' },
        { role: 'visitor', text: 'When do you open?' },
      ])
      const system = far.asked[1]?.system ?? ''
      for (const words of [
        'Asha',
        'You sell tea for Kettle.',
        'We close at six.',
        'You are an AI',
        'The visitor looks at Kettle Gold.',
        'Offer them {{a tenth}} off.',
        'A colleague, Ravi, spoke with the visitor',
        'Colleague: I refund it.',
        'Ravi leaves you this, which you may use and tell: The code is {{MANGO}}.',
        'What they said to each other was not written down.',
        '1: opening hours',
        'Saturday',
      ])
        expect(system).toContain(words)
    })

    it('passes text on as it comes', async () => {
      far.next(HELD)
      const one = await talk()
      one.turn('u1', 'How?')
      await one.until((event) => event.type === 'text')
      expect(one.textOf('u1')).toBe('Send it back ')
      far.release()
      await one.until(isDone('u1'))
      expect(one.textOf('u1')).toBe('Send it back within 30 days.')
    })

    it('after an interruption the model hears only what the visitor heard', async () => {
      far.next(HELD, [{ say: 'Yes.' }])
      const one = await talk()
      one.turn('u1', 'How?')
      await one.until((event) => event.type === 'text')
      one.session.take({ type: 'interrupted', utterance: 'u1', heard: 'Send it' })
      await far.quiet()
      one.turn('u2', 'Really?')
      await one.until(isDone('u2'))
      expect(lastMessages()).toEqual([
        { role: 'visitor', text: 'How?' },
        { role: 'agent', text: 'Send it' },
        { role: 'visitor', text: 'Really?' },
      ])
    })

    it('an answer cut while it played, long after it was generated, is cut in the context too', async () => {
      far.next(SENTENCES, [{ say: 'Yes.' }])
      const one = await talk()
      one.turn('u1', 'How?')
      await one.until(isDone('u1'))
      one.session.take({ type: 'interrupted', utterance: 'u1', heard: 'Send it back within' })
      one.turn('u2', 'What?')
      await one.until(isDone('u2'))
      expect(lastMessages()?.[1]).toEqual({ role: 'agent', text: 'Send it back within' })
    })

    it('of an answer nobody heard nothing is left, and words it did not make itself are kept', async () => {
      far.next(HELD, [{ say: 'Yes.' }])
      const one = await talk()
      one.session.take({ type: 'interrupted', utterance: 'greeting', heard: 'Welcome to' })
      one.turn('u1', 'How?')
      await one.until((event) => event.type === 'text')
      one.session.take({ type: 'interrupted', utterance: 'u1', heard: '' })
      one.turn('u2', 'Hello?')
      await one.until(isDone('u2'))
      expect(lastMessages()).toEqual([
        { role: 'visitor', text: '(The visitor has joined the call.)' },
        { role: 'agent', text: 'Welcome to' },
        { role: 'visitor', text: 'How?\nHello?' },
      ])
    })

    it('takes a call over with its history: the turn it answers is not asked twice', async () => {
      far.next([{ say: 'Again.' }])
      const one = await talk({
        history: [
          { role: 'agent', text: 'Welcome.' },
          { role: 'visitor', text: 'How?' },
          { role: 'operator', text: 'One moment.' },
        ],
      })
      one.turn('u9', 'How?')
      await one.until(isDone('u9'))
      expect(lastMessages()).toEqual([
        { role: 'visitor', text: '(The visitor has joined the call.)' },
        { role: 'agent', text: 'Welcome.' },
        {
          role: 'visitor',
          text: 'How?\n(A human colleague of yours said to the visitor: One moment.)\n(Your answer was cut off by a technical fault. Please answer again.) How?',
        },
      ])
    })

    it('closes the connection when the answer is not wanted any more', async () => {
      far.next(HELD)
      const one = await talk()
      one.turn('u1', 'How?')
      await one.until((event) => event.type === 'text')
      await one.session.close()
      await far.quiet()
    })

    it('ends an answer that does not end, and the connection with it', async () => {
      far.next([...Array.from({ length: 8 }, (): Step => ({ say: 'And then. '.repeat(100) })), { hold: true }])
      const one = await talk()
      one.turn('u1', 'Tell me everything')
      await one.until(isDone('u1'))
      expect(one.textOf('u1').length).toBeLessThan(7500)
      await far.quiet()
    })

    it('uses a tool once and answers with its result', async () => {
      far.next([{ say: 'Let me look.' }, { use: { id: 'c1', name: 'get_order', arguments: { id: 7 } } }], [{ say: 'It ships today.' }])
      const used: unknown[] = []
      const one = await talk({
        tools: [orderTool],
        useTool: async ({ id, ...use }) => {
          used.push(use)
          expect(id).toMatch(/^[A-Za-z0-9_-]{8,64}$/)
          return { ships: 'today' }
        },
      })
      one.turn('u1', 'Where is order 7?')
      await one.until(isDone('u1'))
      expect(used).toEqual([{ name: 'get_order', arguments: { id: 7 } }])
      expect(one.textOf('u1')).toBe('Let me look. It ships today.')
      expect(far.asked[0]?.tools).toEqual(['get_order'])
      expect(JSON.stringify(lastMessages())).toContain('ships')
      expect(lastMessages()?.map(({ role }) => role)).toEqual(['visitor', 'agent', 'tools'])
    })

    it('uses several tools of one answer, each once, under ids of their own, even when the server numbers all alike', async () => {
      const both: Step[] = [
        { use: { id: 'call_0', name: 'get_order', arguments: { id: 1 } } },
        { use: { id: 'call_1', name: 'get_order', arguments: { id: 2 } } },
      ]
      far.next(both, both, [{ say: 'Done.' }])
      const ids: string[] = []
      const one = await talk({
        tools: [orderTool],
        useTool: async ({ id, arguments: { id: order } }) => {
          ids.push(id)
          return { order }
        },
      })
      one.turn('u1', 'Both')
      await one.until(isDone('u1'))
      expect(ids.length).toBe(4)
      expect(new Set(ids).size).toBe(4)
    })

    it('a tool nobody offered is not run, and the model is told', async () => {
      far.next([{ use: { id: 'c1', name: 'format_disk', arguments: {} } }], [{ say: 'I cannot.' }])
      const one = await talk({
        tools: [orderTool],
        useTool: async () => {
          throw new Error('must not be called')
        },
      })
      one.turn('u1', 'Do it')
      await one.until(isDone('u1'))
      expect(JSON.stringify(lastMessages()?.at(-1))).toContain('There is no tool format_disk')
    })

    it('a model that only ever wants tools gets no more of them, and has to speak', async () => {
      const again: Step[] = [{ use: { id: 'c', name: 'get_order', arguments: { id: 1 } } }]
      far.next(again, again, again, again, [{ say: 'Here it is.' }])
      const one = await talk({ tools: [orderTool], useTool: async () => ({}) })
      one.turn('u1', 'Go')
      await one.until(isDone('u1'))
      expect(far.asked.map(({ tools }) => tools.length)).toEqual([1, 1, 1, 1, 0])
    })

    it('a goodbye and the end of the call need no second answer', async () => {
      far.next([{ say: 'Goodbye.' }, { use: { id: 'c1', name: 'end_call', arguments: {} } }])
      const used: string[] = []
      const one = await talk({ tools: [endTool], useTool: async ({ name }) => void used.push(name) })
      one.turn('u1', 'Bye')
      await one.until(isDone('u1'))
      expect(used).toEqual(['end_call'])
      expect(far.asked.length).toBe(1)
    })

    it('an interruption while a tool runs stops the turn; the next request tells what the tool gave', async () => {
      far.next([{ use: { id: 'c1', name: 'get_order', arguments: { id: 7 } } }], [{ say: 'Yes.' }])
      const running = Promise.withResolvers<void>()
      const one = await talk({
        tools: [orderTool],
        useTool: (_, signal) => {
          running.resolve()
          return new Promise((resolve) => signal.addEventListener('abort', () => resolve({ error: 'Interrupted.' })))
        },
      })
      one.turn('u1', 'Where is it?')
      await running.promise
      one.session.take({ type: 'interrupted', utterance: 'u1', heard: '' })
      await rounds()
      one.turn('u2', 'Never mind')
      await one.until(isDone('u2'))
      expect(lastMessages()?.map(({ role }) => role)).toEqual(['visitor', 'agent', 'tools', 'visitor'])
    })

    it('tells the usage', async () => {
      far.next(SENTENCES)
      const one = await talk()
      one.turn('u1', 'How?')
      await one.until(isDone('u1'))
      expect(one.events.filter((event) => event.type === 'usage')).toEqual([
        { type: 'usage', inputTokens: 3, outputTokens: 2, model: expect.any(String) },
      ])
    })

    it('keeps long calls within bounds, beginning with the visitor', async () => {
      far.next([{ say: 'Yes.' }])
      const history = Array.from({ length: 400 }, (_, i) => ({
        role: i % 2 === 0 ? ('visitor' as const) : ('agent' as const),
        text: `${i} `.repeat(40),
      }))
      const one = await talk({ history })
      one.turn('u1', 'Still there?')
      await one.until(isDone('u1'))
      const messages = lastMessages() ?? []
      expect(messages[0]?.role).toBe('visitor')
      expect(messages.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(30_000)
      expect(messages.at(-1)?.text).toBe('Still there?')
    })

    it('sends only passages that fit of a large knowledge', async () => {
      far.next([{ say: 'Yes.' }])
      const body = Array.from(
        { length: 300 },
        (_, i) => `Tea number ${i} tastes of ${i === 222 ? 'violets' : 'grass'} and comes from hill ${i}.`,
      ).join('\n\n')
      const one = await talk({ persona: { ...testPersona, knowledge: { questions: [], text: [{ title: 'Teas', body }] } } })
      one.turn('u1', 'Which one tastes of violets?')
      await one.until(isDone('u1'))
      expect(far.asked[0]?.system).toContain('Tea number 222')
      expect(far.asked[0]?.system.length).toBeLessThan(9000)
    })
  })
}
