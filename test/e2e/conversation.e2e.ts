import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { speak } from '../clips/speech.ts'
import { FarMicrophone } from '../kit/far-microphone.ts'
import { ask, type Operator, signIn } from '../kit/operator.ts'
import { type RelayProcess, startDemo } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'
import { visit } from '../kit/visitor.ts'

/**
 * One conversation, whatever speaks: Gemini Live hears and speaks itself, a language model writes and Flite speaks, the offline agent needs
 * nobody. Where the engine does not understand sound, the page's recogniser does, beside the same sound.
 */

const COST = 'What does the Monsoon cost?'
const COST_ANSWER = 'The Monsoon is our pleated paper lamp and it costs two thousand rupees.'
const STORY = 'How is a lamp made?'
const STORY_ANSWER = 'Every lamp begins with cane from the hills of Kerala. The cane is split by hand and soaked overnight in rain.'
const ONE_MOMENT = 'One moment, please.'
const GREETING = 'Welcome to the lamps.'

let demo: RelayProcess
let admin: Operator
beforeAll(async () => {
  demo = await startDemo({ SANDBOX_AI: '1' })
  admin = await signIn(demo)
})
afterAll(() => demo?.[Symbol.asyncDispose]())

/** An agent of its own, so that what the sandbox is ordered to do meets this test alone. */
async function agentWith(persona: Record<string, unknown>): Promise<string> {
  const { status, body } = await admin.ask<{ agent: { id: string } }>('POST', '/api/agents', {
    name: 'Tara',
    greeting: GREETING,
    disclosure: '',
    turns: { settleMs: 0 },
    knowledge: {
      questions: [
        { question: COST, answer: COST_ANSWER },
        { question: STORY, answer: STORY_ANSWER },
      ],
    },
    limits: { callsPerVisitorPerHour: 600 },
    allowedOrigins: [demo.url],
    ...persona,
  })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body.agent.id
}

/** A call that was greeted, with a microphone. */
async function inCall(persona: Record<string, unknown>) {
  const visitor = await visit(demo.url, { agentId: await agentWith(persona) })
  const microphone = new FarMicrophone(() => visitor.ws)
  const entries = () => [...visitor.entries.values()]
  const greeting = await visitor.entry('the greeting, heard', ({ role, final }) => role === 'agent' && final)
  expect(greeting.text).toBe(GREETING)
  return {
    visitor,
    microphone,
    entries,
    answers: () => entries().filter(({ role, text }) => role === 'agent' && text !== GREETING && text !== ONE_MOMENT),
    /** Says it aloud; where the engine does not understand sound, the page's own recogniser tells the words behind it. */
    async say(words: string) {
      await microphone.say(speak(words))
      if (!visitor.opened.agent.understandsSpeech) visitor.send({ type: 'recognised', text: words, final: true })
    },
    [Symbol.dispose]() {
      microphone.close()
      visitor.leave()
    },
  }
}

const ENGINES = [
  { engine: 'gemini-live', understandsSpeech: true },
  { engine: 'openai', understandsSpeech: false },
  { engine: 'offline', understandsSpeech: false },
]

for (const { engine, understandsSpeech } of ENGINES) {
  const persona = { engine, fallbacks: [] }

  describe.concurrent(`a conversation with ${engine}`, () => {
    it('answers what is typed, aloud', async () => {
      using call = await inCall(persona)
      expect(await call.visitor.question(COST)).toMatchObject({ text: COST_ANSWER, final: true })
      expect(call.visitor.audioBytes).toBeGreaterThan(48 * 3000)
    })

    it('answers what is said, and both sides stand in the transcript in order', async () => {
      using call = await inCall(persona)
      expect(call.visitor.opened.agent.understandsSpeech).toBe(understandsSpeech)
      await call.say(COST)
      await until('the answer, heard', () => call.answers()[0]?.final, 60_000)
      expect(call.entries().map(({ role, text }) => [role, text])).toEqual([
        ['agent', GREETING],
        ['visitor', COST],
        ['agent', COST_ANSWER],
      ])
    })

    it('is interrupted by voice, goes on with what was said, and tells how long each answer took', async () => {
      using call = await inCall(persona)
      const { visitor, answers, entries } = call
      visitor.send({ type: 'text', text: STORY })
      const utterance = await until('the story sounds', () => {
        const start = visitor.messages.findLast((message) => message.type === 'mark' && message.name === 'start')
        return start?.type === 'mark' && answers().length > 0 && visitor.heardMs(start.utterance) > 1500 && start.utterance
      })
      await call.say(COST)
      const cut = await until('the story, cut', () => answers()[0]?.final && answers()[0])
      expect(cut.interrupted).toBe(true)
      expect(STORY_ANSWER.startsWith(cut.text)).toBe(true)
      expect(cut.text.length).toBeGreaterThan(10)
      expect(cut.text.length).toBeLessThan(STORY_ANSWER.length)
      expect(visitor.messages).toContainEqual({ type: 'clear', utterance })
      const next = await until('the next answer, heard', () => answers()[1]?.final && answers()[1], 60_000)
      expect(next.text).toBe(COST_ANSWER)
      await visitor.hangUp()
      const path = `/api/calls/${visitor.opened.callId}`
      await until('the call is stored', async () => {
        const { body } = await admin.ask<{ call: { status: string } }>('GET', path)
        return body.call.status === 'completed'
      })
      const { body: log } = await admin.ask<{ entries: { role: string; text: string }[] }>('GET', `${path}/transcript`)
      expect(log.entries.map(({ role, text }) => [role, text])).toEqual(entries().map(({ role, text }) => [role, text]))
      const { body: latency } = await admin.ask<{ turns: { by: string; totalMs: number }[] }>('GET', `${path}/latency`)
      expect(latency.turns.map(({ by }) => by)).toEqual(['typing', 'speech'])
      console.log(engine, 'turns, ms:', latency.turns.map(({ totalMs }) => totalMs).join(' '))
    })

    it('notes of the page and a muted microphone leave it as it is', async () => {
      using call = await inCall(persona)
      const { visitor, microphone, entries } = call
      visitor.send({ type: 'context', text: 'The visitor looks at the Monsoon.' })
      visitor.send({ type: 'mute', muted: true })
      await microphone.say(speak(STORY))
      expect((await visitor.question(COST)).text).toBe(COST_ANSWER)
      expect(entries().filter(({ role }) => role === 'visitor')).toHaveLength(1)
    })
  })
}

interface LiveSession {
  id: string
  setup?: { systemInstruction?: { parts: { text: string }[] } }
}

describe.concurrent('Gemini Live in trouble', () => {
  const sandbox = (path: string, body?: unknown) =>
    ask<{ sessions: LiveSession[] }>(demo.sandboxUrl, body === undefined ? 'GET' : 'POST', path, body === undefined ? {} : { body })

  /** A call with an agent of this name, and a story that only it is asked for: orders that match the question meet this call alone. */
  async function inTrouble(name: string) {
    const story = `${STORY.slice(0, -1)} by ${name}?`
    const call = await inCall({
      name,
      engine: 'gemini-live',
      fallbacks: ['offline'],
      knowledge: {
        questions: [
          { question: COST, answer: COST_ANSWER },
          { question: story, answer: STORY_ANSWER },
        ],
      },
    })
    const events = () =>
      admin
        .ask<{ events: { type: string; payload?: Record<string, unknown> }[] }>('GET', `/api/calls/${call.visitor.opened.callId}/events`)
        .then(({ body }) => body.events)
    return {
      ...call,
      story,
      fault: (order: Record<string, unknown>) => sandbox('/sandbox/faults', { service: 'gemini-live', match: `by ${name}`, ...order }),
      /** Breaks this call's newest connection. */
      async drop() {
        const { sessions } = (await sandbox('/sandbox/gemini-live/sessions')).body
        const mine = sessions.find(({ setup }) => setup?.systemInstruction?.parts[0]?.text.includes(`You are ${name},`))
        await sandbox('/sandbox/gemini-live/now', { do: 'drop', session: mine?.id })
      },
      /** A first answer, so that there is a handle to come back by. */
      async talkFirst() {
        expect((await call.visitor.question(COST)).text).toBe(COST_ANSWER)
      },
      told: () => call.visitor.messages.filter(({ type }) => type === 'error'),
      handovers: async () => (await events()).filter(({ type }) => type === 'engine.handover'),
    }
  }

  it.each([
    ['its socket dropped in the middle of an answer', 'Asha', { kind: 'drop', afterWords: 6 }],
    ['a deadline of its own', 'Bela', { kind: 'close', code: 1011, afterWords: 6 }],
  ])('%s: it goes on in the same call, and nobody hears of it', async (_, name, order) => {
    using call = await inTrouble(name)
    await call.talkFirst()
    await call.fault(order)
    call.visitor.send({ type: 'text', text: call.story })
    await until('an answer after the fault, heard', () => call.answers()[1]?.final, 60_000)
    expect(call.answers()[1]?.text).toMatch(/^Every lamp begins with/)
    expect((await call.visitor.question(COST)).text).toBe(COST_ANSWER)
    expect(call.told()).toEqual([])
    expect(await call.handovers()).toEqual([])
  })

  it('goAway: another connection takes over between two turns', async () => {
    using call = await inTrouble('Chitra')
    await call.fault({ kind: 'go-away', timeLeftMs: 4000 })
    expect((await call.visitor.question(call.story)).text).toBe(STORY_ANSWER)
    await call.talkFirst()
    expect(call.told()).toEqual([])
  })

  it('a handle that is refused: the new session knows what was said', async () => {
    using call = await inTrouble('Devi')
    expect((await call.visitor.question('My name is Rukmini.')).text).toContain('Rukmini')
    await sandbox('/sandbox/faults', { service: 'gemini-live', kind: 'refuse-handle' })
    await call.drop()
    await call.talkFirst()
    expect(call.told()).toEqual([])
  })

  it.each([
    ['its quota is used up', 'Esha', { kind: 'quota', when: 'answer' }, 'quota'],
    ['it says nothing any more', 'Farah', { kind: 'stall', afterWords: 0 }, 'stalled'],
  ])('%s: the next engine answers, the visitor is told to type, the log tells why', async (_, name, order, code) => {
    using call = await inTrouble(name)
    await call.talkFirst()
    await call.fault({ ...order, times: 0 })
    call.visitor.send({ type: 'text', text: call.story })
    const answered = () => call.answers().some(({ text, final }) => final && text === STORY_ANSWER)
    await until('the answer of the next engine, heard', answered, 90_000)
    expect(call.told()).toMatchObject([{ code: 'cannot_hear' }])
    expect(await call.handovers()).toMatchObject([{ payload: { from: 'gemini-live', to: 'offline', fault: code } }])
  })

  it('spoken words that fall into a lost connection are heard all the same', async () => {
    using call = await inTrouble('Gita')
    await call.talkFirst()
    const framesBefore = performance.now()
    const saying = call.microphone.say(speak(call.story))
    await until('a part of it is said', () => performance.now() - framesBefore > 700)
    await call.drop()
    await saying
    await until('the answer, heard', () => call.answers()[1]?.final, 60_000)
    expect(call.answers()[1]?.text).toBe(STORY_ANSWER)
  })
})
