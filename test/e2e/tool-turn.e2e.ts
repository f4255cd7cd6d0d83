import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { speak } from '../clips/speech.ts'
import { FarMicrophone } from '../kit/far-microphone.ts'
import { signIn } from '../kit/operator.ts'
import { type RelayProcess, startDemo } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'
import { visit } from '../kit/visitor.ts'

/** Somebody speaks while a tool is at work: it is not asked for a second time, and its late answer upsets nobody. */

const INTERRUPTION = 'Wait, that is not what I meant.'

let demo: RelayProcess
const agents = new Map<string, string>()
beforeAll(async () => {
  demo = await startDemo({ SANDBOX_AI: '1' })
  await order('/sandbox/gemini-live/phrases', { phrases: [INTERRUPTION] })
  const admin = await signIn(demo)
  for (const engine of ['gemini', 'gemini-live']) {
    const { status, body } = await admin.ask<{ agent: { id: string } }>('POST', '/api/agents', {
      name: 'Tara',
      engine,
      fallbacks: [],
      greeting: 'Hello.',
      disclosure: '',
      tools: [{ name: 'look_up', description: 'Looks an order up.', kind: 'client', timeoutMs: 20_000 }],
      turns: { settleMs: 0 },
      allowedOrigins: [demo.url],
    })
    expect(status).toBe(201)
    agents.set(engine, body.agent.id)
  }
})
afterAll(() => demo?.[Symbol.asyncDispose]())

async function order(path: string, body: object): Promise<void> {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(demo.sandboxUrl + path, { method: 'POST', headers, body: JSON.stringify(body) })
  expect(answer.status, await answer.text()).toBeLessThan(300)
}

describe.each(['gemini', 'gemini-live'])('an interruption during a tool call (%s)', (engine) => {
  it('runs the tool once, and is answered', async () => {
    // The model asks for the same again in its answer to the interruption.
    await order('/sandbox/faults', { service: engine, kind: 'tool', name: 'look_up', arguments: { order: 7 }, times: 2 })
    const visitor = await visit(demo.url, { agentId: agents.get(engine) })
    const microphone = new FarMicrophone(() => visitor.ws)
    const asked = () => visitor.messages.filter(({ type }) => type === 'tool')
    try {
      await visitor.entry('the greeting, heard', ({ role, final }) => role === 'agent' && final)
      visitor.send({ type: 'text', text: 'Please look my order up.' })
      const { id } = await visitor.seen('tool')
      const known = new Set(visitor.entries.keys())
      await microphone.say(speak(INTERRUPTION))
      // Who hears only text gets the words from the page.
      if (engine === 'gemini') visitor.send({ type: 'recognised', text: INTERRUPTION, final: true })
      await visitor.entry(
        'the interruption',
        ({ id, role, text, final }) => !known.has(id) && role === 'visitor' && final && text === INTERRUPTION,
      )
      visitor.send({ type: 'tool-result', id, result: { status: 'sent' } })
      const answer = await until(
        'an answer, heard',
        () =>
          [...visitor.entries.values()].find(
            ({ id, role, final, interrupted }) => !known.has(id) && role === 'agent' && final && !interrupted,
          ),
        40_000,
      )
      expect(answer.text).not.toBe('')
      expect(asked()).toHaveLength(1)
      visitor.send({ type: 'hangup' })
      await visitor.closed
    } finally {
      microphone.close()
      visitor.leave()
    }
    const admin = await signIn(demo)
    const { events } = (await admin.ask<{ events: { type: string }[] }>('GET', `/api/calls/${visitor.opened.callId}/events`)).body
    expect(events.filter(({ type }) => type === 'tool.called')).toHaveLength(1)
  })
})
