import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import vectors from '../conversation-relay/relay.vectors.json' with { type: 'json' }
import { CALLEE, OURS, type PhoneHouse, said, sidOf, startPhoneHouse } from './twilio.test-kit.ts'

/** ConversationRelay over real HTTP and sockets; requests are signed by Twilio's own package. The agent is offline and answers by words. */

let house: PhoneHouse
beforeAll(async () => {
  house = await startPhoneHouse({
    env: { TWILIO_MEDIA: 'conversation-relay', GEMINI_API_KEY: 'a-key', GEMINI_BASE_URL: 'http://127.0.0.1:9' },
    persona: { disclosure: '', greeting: 'Hello there. Ask me something.', languages: ['en-GB'] },
  })
})
afterAll(() => house.close())

/** On a machine that others share. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 20_000 })
const GREETING = 'Hello there. Ask me something.'
const form = (callback: object, sid: string) => ({ ...(callback as Record<string, string>), CallSid: sid })
const actions = vectors.conversation_relay_action_callbacks
const pathOf = (url: string | null | undefined) => (url ?? '').slice(house.relay.url.length)
const attribute = (xml: string, name: string) => new RegExp(`<(?:Connect|ConversationRelay)[^>]* ${name}="([^"]*)"`).exec(xml)?.[1] ?? ''

interface Frame {
  type: string
  token?: string
  last?: boolean
  handoffData?: string
  digits?: string
}

/** Twilio's side of a session. */
async function session(xml: string, sid: string, more: { headers?: Record<string, string> } = {}) {
  const url = attribute(xml, 'url')
  const ws = new WebSocket(url, { headers: more.headers ?? { 'x-twilio-signature': house.sign(url) } })
  const frames: Frame[] = []
  ws.on('message', (data) => frames.push(JSON.parse(String(data))))
  const opened = await new Promise<number>((resolve) => {
    ws.on('open', () => resolve(101))
    ws.on('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0)
      response.resume()
    })
    ws.on('error', () => undefined)
  })
  const send = (message: object) => ws.send(JSON.stringify(message))
  const setup = vectors.conversation_relay[0]?.frame
  if (opened === 101) send({ ...setup, callSid: sid })
  return {
    ws,
    opened,
    frames,
    send,
    info: (name: string, value: string) => send({ type: 'info', name, value }),
    prompt: (voicePrompt: string) => send({ type: 'prompt', voicePrompt, lang: 'en', last: true }),
    text: () => frames.map(({ token }) => token ?? '').join(''),
    closed: () => once(ws, 'close') as Promise<[number, Buffer]>,
  }
}

/** A call of ours that was answered, and what Twilio is told. */
async function answered(wish: Record<string, unknown> = {}) {
  const wished = await house.wish(wish)
  expect(wished.status).toBe(202)
  const { callId } = (await wished.json()) as { callId: string }
  await eventually(async () => (await house.view(callId)).events.some(({ type }) => type === 'line.status')).toBe(true)
  const sid = house.newest()
  const placed = house.asked.findLast(({ path }) => path.endsWith('/Calls.json'))?.form
  const answer = await house.tell(pathOf(placed?.get('Url')), said(sid, 'in-progress', undefined, { Direction: 'outbound-api' }))
  return { callId, sid, xml: await answer.text(), status: pathOf(placed?.get('StatusCallback')) }
}
const transcript = async (callId: string) => {
  const { entries } = (await (await house.ask(`/api/calls/${callId}/transcript`, { token: house.admin })).json()) as {
    entries: { role: string; text: string; interrupted?: boolean }[]
  }
  return entries.map(({ role, text, interrupted }) => `${role}: ${text}${interrupted ? ' —' : ''}`)
}
const isOver = (sid: string, status: string) => house.tell(status, said(sid, 'completed', 9))

describe('a call whose carrier brings words', { timeout: 60_000 }, () => {
  it('is told to bring them, greets by itself, answers, and hangs up when the last words were heard', async () => {
    const { callId, sid, status, xml } = await answered()
    expect(attribute(xml, 'welcomeGreeting')).toBe(GREETING)
    expect(attribute(xml, 'language')).toBe('en-GB')
    expect(attribute(xml, 'events')).toBe('speaker-events tokens-played')
    const { frames, info, prompt, text, closed } = await session(xml, sid)
    info('agentSpeaking', 'on')
    info('tokensPlayed', 'Hello there.')
    info('tokensPlayed', 'Ask me something.')
    info('agentSpeaking', 'off')
    await eventually(() => transcript(callId)).toEqual([`agent: ${GREETING}`])
    // It was said once, by Twilio.
    expect(frames).toEqual([])
    prompt('Goodbye')
    await eventually(() => frames.at(-1)).toMatchObject({ type: 'text', last: true })
    expect((await transcript(callId)).slice(1)).toEqual(['visitor: Goodbye'])
    const words = text()
    info('agentSpeaking', 'on')
    await new Promise((resolve) => setImmediate(resolve))
    expect(frames.some(({ type }) => type === 'end')).toBe(false)
    const over = closed()
    info('tokensPlayed', words)
    await eventually(() => frames.at(-1)).toEqual({ type: 'end', handoffData: '{"reason":"agent"}' })
    expect((await house.tell(`/api/calls/relay-action/${callId}`, form(actions.we_sent_end, sid))).status).toBe(200)
    await isOver(sid, status)
    await over
    await eventually(() => house.view(callId)).toMatchObject({ status: 'completed', endReason: 'agent', ends: 1 })
    expect(await transcript(callId)).toEqual([`agent: ${GREETING}`, 'visitor: Goodbye', `agent: ${words.trim()}`])
  })

  it('spoken over: the transcript ends where Twilio says', async () => {
    const { callId, sid, status, xml } = await answered()
    const { info, send, prompt, ws } = await session(xml, sid)
    info('agentSpeaking', 'on')
    info('tokensPlayed', 'Hello there.')
    info('tokensPlayed', 'Ask me')
    send({ type: 'interrupt', utteranceUntilInterrupt: 'Ask me', durationUntilInterruptMs: 684 })
    info('clientSpeaking', 'on')
    prompt('What time is it')
    await eventually(() => transcript(callId)).toEqual(['agent: Hello there. Ask me —', 'visitor: What time is it'])
    ws.close(1000, 'Closing websocket session')
    expect((await house.tell(`/api/calls/relay-action/${callId}`, form(actions.caller_hung_up, sid))).status).toBe(200)
    await eventually(() => house.view(callId)).toMatchObject({ status: 'completed', endReason: 'callee' })
    await isOver(sid, status)
  })

  it('a broken socket is followed by another in the same call, three times; what was not heard is said again', async () => {
    const { callId, sid, status, xml } = await answered()
    let next = xml
    let unheard = 'Ask me something.'
    for (let nth = 0; nth < 4; nth++) {
      const { frames, info, ws, text } = await session(next, sid)
      await eventually(async () => (await house.view(callId)).events.filter(({ type }) => type === 'relay.setup').length).toBe(nth + 1)
      if (nth === 0) {
        info('agentSpeaking', 'on')
        info('tokensPlayed', 'Hello there.')
      } else {
        await eventually(() => frames.at(-1)).toMatchObject({ last: true })
        // Most often all of it: what is heard before the break is reckoned by the clock, and a busy machine is slow to break it.
        expect(unheard.endsWith(text().trim()) && text().trim()).toBeTruthy()
        unheard = text().trim()
      }
      // At once and behind what was told.
      ws.close(4000)
      const lost = { ...form(actions.socket_dropped_or_1007, sid), SessionId: `VX${nth}` }
      const answer = await (await house.tell(`/api/calls/relay-action/${callId}`, lost)).text()
      if (nth === 3) {
        expect(answer).toContain('<Hangup/>')
        break
      }
      expect(attribute(answer, 'url')).not.toBe('')
      expect(answer).not.toContain('welcomeGreeting=')
      // Our answer was lost: told again it is the same break.
      next = await (await house.tell(`/api/calls/relay-action/${callId}`, lost)).text()
    }
    await isOver(sid, status)
    await eventually(() => house.view(callId)).toMatchObject({ status: 'completed', endReason: 'connection', ends: 1 })
    const [line, ...more] = await transcript(callId)
    expect([line?.startsWith('agent: Hello there. '), line?.endsWith('—'), more]).toEqual([true, true, []])
  })

  it.each([
    ['by its event’s name, and once however often it is told', (nth: number) => `event ${nth}`],
    ['each time it is told', () => undefined],
  ])('a break whose session has no name is counted %s', async (_, nameOf) => {
    const { callId, sid, status, xml } = await answered()
    const { SessionId: _id, ...nameless } = form(actions.socket_dropped_or_1007, sid) as Record<string, string>
    const breaks = async (nth: number) => {
      const event = nameOf(nth)
      return (await house.tell(`/api/calls/relay-action/${callId}`, nameless, event === undefined ? {} : { event })).text()
    }
    let next = xml
    for (let nth = 0; nth < 4; nth++) {
      const { ws } = await session(next, sid)
      await eventually(async () => (await house.view(callId)).events.filter(({ type }) => type === 'relay.setup').length).toBe(nth + 1)
      ws.close(4000)
      next = await breaks(nth)
      if (nth < 3 && nameOf(nth)) next = await breaks(nth)
    }
    expect(next).toContain('<Hangup/>')
    await isOver(sid, status)
    await eventually(() => house.view(callId)).toMatchObject({ endReason: 'connection', ends: 1 })
  })

  it('a break that is told again after the next session began counts no more, and leaves that session alone', async () => {
    const { callId, sid, status, xml } = await answered()
    const lost = { ...form(actions.socket_dropped_or_1007, sid), SessionId: 'VXfirst' }
    const told = async () => (await house.tell(`/api/calls/relay-action/${callId}`, lost)).text()
    const first = await session(xml, sid)
    await eventually(async () => (await house.view(callId)).events.filter(({ type }) => type === 'relay.setup').length).toBe(1)
    first.ws.close(4000)
    const { prompt, text } = await session(await told(), sid)
    await eventually(async () => (await house.view(callId)).events.filter(({ type }) => type === 'relay.setup').length).toBe(2)
    for (let again = 0; again < 8; again++) expect(await told()).toMatch(/<Response><Redirect [^>]*>[^<]*\/api\/calls\/answer\//)
    const before = text().length
    prompt('Are you there')
    await eventually(() => text().length).toBeGreaterThan(before)
    expect((await house.view(callId)).events.filter(({ type }) => type === 'relay.over')).toHaveLength(1)
    await isOver(sid, status)
  })

  it.each([
    ['64108', 'connection'],
    ['64114', 'error'],
  ])('what Twilio ends with %s while somebody is there ends the call: %s', async (ErrorCode, endReason) => {
    const { callId, sid, status, xml } = await answered()
    await session(xml, sid)
    await eventually(async () => (await house.view(callId)).events.some(({ type }) => type === 'relay.setup')).toBe(true)
    const failed = { ...form(actions.socket_dropped_or_1007, sid), ErrorCode }
    const ended = async () => (await house.tell(`/api/calls/relay-action/${callId}`, failed)).text()
    for (let again = 0; again < 2; again++) expect(await ended()).toContain('<Response><Hangup/>')
    const over = (await house.view(callId)).events.filter(({ type }) => type === 'relay.over')
    expect(over.map(({ payload }) => payload)).toEqual([expect.objectContaining({ status: 'failed', error: ErrorCode })])
    await isOver(sid, status)
    await eventually(() => house.view(callId)).toMatchObject({ endReason, ends: 1 })
  })

  it('keys are an input; keys of ours go over the session', async () => {
    const { callId, sid, status, xml } = await answered()
    const { frames, info, send, ws } = await session(xml, sid)
    info('agentSpeaking', 'on')
    info('tokensPlayed', GREETING)
    for (const digit of ['4', '2']) send({ type: 'dtmf', digit })
    await eventually(() => transcript(callId)).toContain('visitor: 42')
    const dtmf = await house.ask(`/api/calls/${callId}/dtmf`, { method: 'POST', token: house.admin, json: { digits: '1w2' } })
    expect(dtmf.status).toBeLessThan(300)
    await eventually(() => frames.filter(({ type }) => type === 'sendDigits')).toEqual([{ type: 'sendDigits', digits: '1w2' }])
    ws.close(1000)
    await isOver(sid, status)
    await eventually(() => house.view(callId)).toMatchObject({ status: 'completed', endReason: 'callee' })
  })

  it('a transfer ends the session with a hand-off, its action rings the person, and one who is busy gives the call back', async () => {
    const { callId, sid, status, xml } = await answered()
    const { frames, info } = await session(xml, sid)
    info('agentSpeaking', 'on')
    info('tokensPlayed', GREETING)
    await eventually(() => transcript(callId)).toEqual([`agent: ${GREETING}`])
    const to = '+12025550102'
    const moved = await house.ask(`/api/calls/${callId}/transfer`, { method: 'POST', token: house.admin, json: { to } })
    expect(moved.status).toBeLessThan(300)
    await eventually(() => frames.at(-1)?.type).toBe('end')
    const action = () => house.tell(`/api/calls/relay-action/${callId}`, form(actions.we_sent_end, sid))
    for (let again = 0; again < 2; again++) expect(await (await action()).text()).toContain(`>${to}</Number></Dial>`)
    const busy = said(sid, 'in-progress', undefined, { DialCallStatus: 'busy', DialCallSid: sidOf(801) })
    await session(await (await house.tell(`/api/calls/dial-action/${callId}`, busy)).text(), sid)
    await eventually(async () => (await house.view(callId)).events.filter(({ type }) => type === 'relay.setup').length).toBe(2)
    // Told once more now, the first session’s end is no word about the second.
    expect(await (await action()).text()).toContain('<Redirect')
    expect(await house.view(callId)).toMatchObject({ status: 'connected', ends: 0 })
    await isOver(sid, status)
    await eventually(() => house.view(callId)).toMatchObject({ status: 'completed' })
  })

  it('a call that comes in is the visitor’s to end', async () => {
    const sid = sidOf(90)
    const fields = { ...said(sid, 'ringing'), From: CALLEE, To: OURS, Direction: 'inbound' }
    const xml = await (await house.tell('/api/calls/websocket', fields)).text()
    const callId = /relay-action\/([\w-]+)/.exec(xml)?.[1] ?? ''
    const { ws, prompt, frames } = await session(xml, sid)
    prompt('Hello')
    await eventually(() => frames.at(-1)?.last).toBe(true)
    ws.close(1000)
    await house.tell(`/api/calls/relay-action/${callId}`, form(actions.caller_hung_up, sid))
    await house.tell('/api/calls/status', said(sid, 'completed', 0))
    await eventually(() => house.view(callId)).toMatchObject({ status: 'completed', endReason: 'visitor' })
  })
})

describe('an agent whose engine hears and speaks itself', { timeout: 60_000 }, () => {
  const agentWith = async (fallbacks: string[]) => {
    const json = { name: 'Live', modes: ['talk', 'call-me'], engine: 'gemini-live', fallbacks }
    const made = await house.ask('/api/agents', { method: 'POST', token: house.admin, json })
    return ((await made.json()) as { agent: { id: string } }).agent.id
  }
  const typesOf = async (callId: string) =>
    (await house.view(callId)).events.map(({ type, payload }) => [type, payload?.engine, payload?.why])

  it('answers by its text engine, and the log says who was passed over', async () => {
    const { callId, sid, status, xml } = await answered({ agentId: await agentWith(['offline']) })
    expect(attribute(xml, 'url')).toContain('/api/calls/websocket/')
    await isOver(sid, status)
    await eventually(() => house.view(callId)).toMatchObject({ ends: 1 })
    const events = await typesOf(callId)
    expect(events).toContainEqual(['engine.passed-over', undefined, expect.stringContaining('words')])
    expect(events.filter(([type]) => type === 'engine.started').map(([, engine]) => engine)).toEqual(['offline'])
  })

  it('has its sound brought where it has no text engine, and the log says why', async () => {
    const { callId, sid, status, xml } = await answered({ agentId: await agentWith([]) })
    expect(xml).toContain('<Stream ')
    await isOver(sid, status)
    await eventually(() => house.view(callId)).toMatchObject({ ends: 1 })
    expect(await typesOf(callId)).toContainEqual(['media.instead', undefined, expect.stringContaining('text engine')])
  })
})

describe('a session nobody asked for', { timeout: 60_000 }, () => {
  it('is refused: without a signature, with a wrong one, of another call, and a second time', async () => {
    const { callId, sid, status, xml } = await answered()
    const url = attribute(xml, 'url')
    expect((await session(xml, sid, { headers: {} })).opened).toBe(403)
    expect((await session(xml, sid, { headers: { 'x-twilio-signature': house.sign(`${url}x`) } })).opened).toBe(403)
    expect((await session(xml, sid, { headers: { 'x-twilio-signature': house.sign(url.replace('ws:', 'http:')) } })).opened).toBe(403)
    // The right was looked at and not used.
    const first = await session(xml, sidOf(777))
    expect(first.opened).toBe(101)
    expect((await first.closed())[0]).toBe(1008)
    expect((await session(xml, sid)).opened).toBe(403)
    expect((await house.view(callId)).events.some(({ type }) => type === 'relay.setup')).toBe(false)
    await isOver(sid, status)
  })
  it('its end without a signature changes nothing', async () => {
    const { callId, sid, status } = await answered()
    const fields = form(actions.caller_hung_up, sid)
    expect((await house.tell(`/api/calls/relay-action/${callId}`, fields, { unsigned: true })).status).toBe(403)
    expect((await house.tell(`/api/calls/relay-action/${callId}`, fields, { token: 'wrong' })).status).toBe(403)
    expect(await house.view(callId)).toMatchObject({ status: 'connected' })
    await isOver(sid, status)
  })
  it('of a call that nobody knows is hung up', async () => {
    const answer = await house.tell('/api/calls/relay-action', form({ ...actions.we_sent_end, To: OURS }, sidOf(12345)))
    expect(await answer.text()).toContain('<Hangup/>')
  })
})
