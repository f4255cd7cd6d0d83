import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { ask } from '../kit/operator.ts'
import { OperatorEnd, OperatorHand } from '../kit/operator-end.ts'
import { startToolModel } from '../kit/tool-model.ts'
import { startTwoRelays, type TwoRelays } from '../kit/two-relays.ts'
import { until } from '../kit/until.ts'
import { openCall, Visitor } from '../kit/visitor.ts'
import { Watcher } from '../kit/watcher.ts'
import { NEEDS_REDIS } from '../runner/counts.ts'
import { wantRedis } from '../runner/redis.ts'

/** A house of two relays: the call at one ("near"), the operator at the other ("far"), and each of the two, and Redis, dying in its turn. */

const redisServer = wantRedis()
const AWAY_MS = 10_000

let house: TwoRelays
let model: Awaited<ReturnType<typeof startToolModel>>
const guests: { leave(): void }[] = []
beforeAll(async () => {
  if (!redisServer) return
  model = await startToolModel({ name: 'ask_for_human', arguments: { reason: 'a refund' } })
  house = await startTwoRelays(redisServer, { OPENAI_API_KEY: 'key-of-two-relays', OPENAI_BASE_URL: `${model.url}/v1`, OPENAI_MODEL: 'm' })
})
afterAll(async () => {
  await house?.[Symbol.asyncDispose]()
  await model?.[Symbol.asyncDispose]()
})
afterEach(() => {
  for (const guest of guests.splice(0)) guest.leave()
})

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const isRising = (numbers: readonly number[]) => numbers.every((each, at) => at === 0 || each > (numbers[at - 1] ?? 0))

async function watch(at: 'near' | 'far'): Promise<Watcher> {
  const watcher = await Watcher.of(house[at].url, house[`${at}Desk`].token)
  guests.push(watcher)
  return watcher
}
async function visitorAt(at: 'near' | 'far', modality = 'text', agentId = house.agentId): Promise<Visitor> {
  const { body, status } = await openCall(house[at].url, { agentId, modality })
  expect(status, JSON.stringify(body)).toBe(201)
  const visitor = await new Visitor(body).connect()
  guests.push(visitor)
  await visitor.seen('ready')
  return visitor
}
const idOf = (visitor: Visitor) => visitor.opened.callId

describe.runIf(redisServer)(`the operator at one relay, the call at the other ${NEEDS_REDIS}`, () => {
  it('lists it, shows it and tells it as it happens, word for word and in order', async () => {
    const watcher = await watch('far')
    const visitor = await visitorAt('near')
    const id = idOf(visitor)
    await watcher.sees('begins', id, () => true)
    await watcher.sees('is connected', id, ({ status }) => status === 'connected')
    const active = await house.farDesk.ask<{ calls: { id: string }[] }>('GET', '/api/calls/active')
    expect(active.body.calls.map((call) => call.id)).toContain(id)

    expect(await watcher.ask('transcript:subscribe', id)).toMatchObject({ ok: true })
    const events = readEvents(`${house.far.url}/api/calls/${id}/transcript`, house.farDesk.token)
    const answer = await visitor.question('Do you ship to Norway?')
    await watcher.reads('the answer', id, (line) => line.id === answer.id && line.final)
    expect(isRising(watcher.seqs(id))).toBe(true)
    expect(watcher.transcript(id)).toEqual(new Map([...visitor.entries].map(([entry, { text }]) => [entry, text])))

    // Whoever comes back gets what is newer, and nothing else.
    const middle = watcher.seqs(id)[0] ?? 0
    const back = await watch('far')
    expect(await back.ask('transcript:subscribe', { callId: id, after: middle })).toMatchObject({ ok: true, seq: visitor.seq })
    expect(back.seqs(id).every((seq) => seq > middle) && isRising(back.seqs(id))).toBe(true)

    const stored = await house.farDesk.ask<{ entries: { id: string; text: string }[] }>('GET', `/api/calls/${id}/transcript`)
    expect(stored.body.entries.map(({ text }) => text)).toEqual([...visitor.entries.values()].map(({ text }) => text))
    await visitor.hangUp()
    await watcher.sees('is over', id, ({ endedAt, endReason }) => endReason === 'visitor' && endedAt !== undefined)
    const told = await events
    expect(told.at(-1)).toEqual({ type: 'ended', data: { reason: 'visitor' } })
    // Redis has heard of it, and knows nothing of it.
    const kept = await house.redis.kept('voice-agent')
    expect(kept.split('sealed').length).toBeGreaterThan(3)
    for (const secret of [id, house.agentId, 'org_main', 'call:updated', 'Norway']) expect(kept).not.toContain(secret)
    expect(told.filter(({ type }) => type === 'transcript').map(({ data }) => (data.entry as { id: string }).id)).toContain(answer.id)
  })

  it('commands it: say, whisper, context, pause, resume, keys, hang-up', async () => {
    const watcher = await watch('far')
    const visitor = await visitorAt('near')
    const id = idOf(visitor)
    const act = (method: string, what: string, body?: object) => house.farDesk.ask(method, `/api/calls/${id}/${what}`, body)
    expect((await act('POST', 'say', { text: 'A person listens in now.' })).status).toBe(204)
    await visitor.entry('what the operator had said', ({ role, text }) => role === 'agent' && text.includes('A person listens in now.'))
    expect((await act('POST', 'whisper', { text: 'Offer them tea.' })).status).toBe(204)
    expect((await act('POST', 'context', { text: 'They have been here before.' })).status).toBe(204)
    const paused = await act('POST', 'pause-ai')
    expect(paused).toMatchObject({ status: 200, body: { call: { id, ai: 'paused' } } })
    await watcher.sees('is paused', id, ({ ai }) => ai === 'paused')
    expect(await watcher.ask('ai:resume', id)).toMatchObject({ ok: true, call: { id, ai: 'active' } })
    expect(await watcher.ask('ai:pause', id)).toMatchObject({ ok: true, call: { id, ai: 'paused' } })
    expect(await watcher.ask('ai:resume', id)).toMatchObject({ ok: true, call: { id, ai: 'active' } })
    // What cannot be done is refused in the same words wherever it is asked.
    const keys = [await house.nearDesk.ask('POST', `/api/calls/${id}/dtmf`, { digits: '1' }), await act('POST', 'dtmf', { digits: '1' })]
    expect(keys.map(({ body, status }) => ({ status, detail: body.detail }))).toEqual(
      Array(2).fill({ status: 409, detail: 'This call takes no keys.' }),
    )
    expect((await act('POST', 'say', { text: '' })).status).toBe(400)
    expect((await act('POST', 'hangup')).status).toBe(202)
    await visitor.closed
    expect((await visitor.seen('ended')).reason).toBe('operator')
    await watcher.sees('is over', id, ({ endReason }) => endReason === 'operator')
    expect((await act('POST', 'hangup')).status).toBe(409)

    const { body } = await house.farDesk.ask<{ events: { type: string }[] }>('GET', `/api/calls/${id}/events`)
    const types = body.events.map(({ type }) => type)
    for (const type of ['whisper', 'context']) expect(types.filter((each) => each === type)).toHaveLength(1)
    expect(types.filter((each) => each === 'ai.paused')).toHaveLength(2)
    // Written down once, by the relay where it was done, with who did it.
    const audit = await house.farDesk.ask<{ deeds: { action: string; target?: string }[] }>('GET', `/api/audit?target=${id}`)
    expect(audit.body.deeds.filter(({ action }) => action.endsWith('/whisper'))).toHaveLength(1)
  })

  it('is somebody whom the agent can ask for, as long as they look on', async () => {
    const made = await house.nearDesk.ask<{ agent: { id: string } }>('POST', '/api/agents', {
      name: 'Asks',
      ...{ engine: 'openai', fallbacks: [], disclosure: '' },
      allowedOrigins: [house.near.url],
    })
    const answered = async (told: string) => {
      const visitor = await visitorAt('near', 'text', made.body.agent.id)
      visitor.send({ type: 'text', text: 'A person, please.' })
      await visitor.entry('what the agent was told', ({ role, text }) => role === 'agent' && text.includes(told))
      visitor.leave()
    }
    await answered('Nobody is watching')
    const watcher = await watch('far')
    await answered('were told')
    // A third relay that hangs takes nobody's yes away.
    const { hearers, leave } = await house.redis.hang('voice-agent#/#')
    expect(hearers).toBe(3)
    await answered('were told')
    leave()
    watcher.leave()
    await answered('Nobody is watching')
  })

  it('brings the visitor’s socket where the call is, both ways and to the end', async () => {
    const visitor = await visitorAt('near', 'voice')
    const id = idOf(visitor)
    visitor.drop()
    const wrong = visitor.opened.mediaUrl.replace(`:${house.near.port}/`, `:${house.far.port}/`)
    expect(wrong).not.toBe(visitor.opened.mediaUrl)
    const again = new Visitor({ ...visitor.opened, mediaUrl: wrong })
    guests.push(again)
    await again.connect(`?after=${visitor.seq}`)
    expect(await again.seen('ready')).toMatchObject({ callId: id, resumed: true })
    expect((await house.farDesk.ask('POST', `/api/calls/${id}/say`, { text: 'This is said over two relays.' })).status).toBe(204)
    await until('sound', () => again.audioBytes > 20_000)
    again.ws.send(Buffer.alloc(640))
    again.send({ type: 'text', text: 'Do you hear me?' })
    await again.entry('what was typed', ({ role, text }) => role === 'visitor' && text === 'Do you hear me?')
    expect(await again.hangUp()).toMatchObject({ code: 1000 })
    // A call that is over, and a token that is none, are refused by whoever is asked.
    const late = await new Visitor({ ...visitor.opened, mediaUrl: wrong }).connect()
    expect((await late.closed).code).toBe(4404)
  })

  it('counts failed sign-ins together', async () => {
    const attempt = async (at: 'near' | 'far') => {
      const body = { email: 'nobody@example.com', password: 'a wrong password' }
      return (await ask(house[at].url, 'POST', '/api/auth/login', { body })).status
    }
    for (const at of [...Array<'near'>(5).fill('near'), ...Array<'far'>(5).fill('far')]) expect(await attempt(at)).toBe(401)
    expect([await attempt('near'), await attempt('far')]).toEqual([429, 429])
  })

  it('lets the operator listen, and take the call over and hand it back, with sockets that came to the wrong relay', async () => {
    const watcher = await watch('far')
    const visitor = await visitorAt('near', 'voice')
    const id = idOf(visitor)
    const hand = new OperatorHand(house.farDesk, id)
    const atFar = (url: string) => url.replace(`:${house.near.port}/`, `:${house.far.port}/`)

    const listening = await house.farDesk.ask<{ url: string }>('POST', `/api/calls/${id}/listen`)
    expect(listening.status, JSON.stringify(listening.body)).toBe(200)
    expect(atFar(listening.body.url)).not.toBe(listening.body.url)
    const listener = await OperatorEnd.join(atFar(listening.body.url))
    guests.push({ leave: () => listener.die() })
    expect(await listener.seen('ready')).toMatchObject({ callId: id, role: 'listen' })
    await until('the agent is heard', () => listener.heardMs > 500)
    // What worked once works nowhere any more.
    expect((await new OperatorEnd(listening.body.url, false).closed).code).toBe(4401)

    const { body: taken, status } = await hand.takeOver({ reason: 'They asked for a person.' })
    expect(status, JSON.stringify(taken)).toBe(200)
    await watcher.sees('is held', id, ({ ai, heldBy }) => ai === 'off' && heldBy !== undefined)
    expect(await hand.standing()).toMatchObject({ ai: 'off', heldBy: { name: expect.any(String) } })
    const operator = await OperatorEnd.join(atFar(taken.mediaUrl), { speaks: true })
    guests.push({ leave: () => operator.die() })
    await visitor.seen('speaker', ({ who }) => who === 'operator')
    let loudest = 0
    visitor.ws.on('message', (frame: Buffer, isBinary: boolean) => {
      for (let at = 0; isBinary && at + 1 < frame.length; at += 2) loudest = Math.max(loudest, Math.abs(frame.readInt16LE(at)))
    })
    const tone = Int16Array.from({ length: 16_000 }, (_, at) => 20_000 * Math.sin((2 * Math.PI * 440 * at) / 16_000))
    await operator.say(tone)
    await until('the operator is heard', () => loudest > 10_000)
    await listener.seen('levels', ({ agent }) => agent > 0.1)

    const back = await hand.handBack('They want the red lamp.')
    expect(back).toMatchObject({ status: 200, body: { call: { ai: 'active' } } })
    expect((await operator.closed).code).toBe(1000)
    await watcher.sees(
      'is the agent’s again',
      id,
      ({ ai, heldBy, status }) => status === 'connected' && ai === 'active' && heldBy === undefined,
    )
    expect(await hand.takeovers()).toMatchObject([
      { reason: 'They asked for a person.', endedBy: 'operator', briefing: 'They want the red lamp.' },
    ])
    await visitor.hangUp()
    expect((await listener.closed).code).toBe(1000)
  })

  it('lets nobody in who may not: wrong tokens, another organisation, and a stranger who plays a relay', async () => {
    const visitor = await visitorAt('near')
    const id = idOf(visitor)
    const strange = await stranger()
    const routes: [string, string, object?][] = [
      ['POST', 'hangup'],
      ['POST', 'listen'],
      ['POST', 'takeover', {}],
      ['DELETE', 'takeover', {}],
      ['GET', 'takeovers'],
      ['POST', 'say', { text: 'Hello' }],
      ['POST', 'whisper', { text: 'Hello' }],
      ['POST', 'context', { text: 'Hello' }],
      ['POST', 'pause-ai'],
      ['DELETE', 'pause-ai'],
      ['POST', 'dtmf', { digits: '1' }],
      ['POST', 'transfer', { to: '+12025550123' }],
      ['GET', 'transcript'],
    ]
    const answers = await Promise.all(
      routes.flatMap(([method, what, body]) =>
        [strange, 'garbage', ''].map(async (token) => {
          const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` }
          const { status } = await ask(house.far.url, method, `/api/calls/${id}/${what}`, { body, headers })
          return [token === strange ? 404 : 401, status, `${method} ${what}`] as const
        }),
      ),
    )
    for (const [wanted, status, what] of answers) expect(status, what).toBe(wanted)
    const watcher = await Watcher.of(house.far.url, strange)
    guests.push(watcher)
    for (const event of ['call:join', 'transcript:subscribe']) {
      expect(await watcher.ask(event, id), event).toMatchObject({ ok: false, error: { code: 'not_found' } })
    }
    for (const event of ['ai:pause', 'ai:resume']) expect((await watcher.ask(event, id)).ok, event).toBe(false)
    for (const headers of [{}, { 'x-voice-agent-relay': `relay_0.zzzzzzzz.AAAA.${'A'.repeat(43)}` }]) {
      const ws = new WebSocket(`${house.near.url.replace('http', 'ws')}/relay/calls/${id}/feed`, { headers })
      const status = await new Promise((resolve) =>
        ws.once('unexpected-response', (_, answer) => resolve(answer.statusCode)).once('open', resolve),
      )
      expect(status).toBe(404)
      ws.on('error', () => undefined).terminate()
    }
    visitor.send({ type: 'text', text: 'Which lamps do you have?' })
    await visitor.entry('the question', ({ role }) => role === 'visitor')
    await visitor.hangUp()
    expect([watcher.calls, watcher.lines]).toEqual([[], []])
  })
})

describe.runIf(redisServer)(`what dies ${NEEDS_REDIS}`, () => {
  it('Redis, for ten seconds: calls go on, and what was missed is told afterwards', async () => {
    const watcher = await watch('far')
    const [visitor, leaving] = await Promise.all([visitorAt('near'), visitorAt('near')])
    const [id, left] = [idOf(visitor), idOf(leaving)]
    await watcher.sees('is connected', id, ({ status }) => status === 'connected')
    expect(await watcher.ask('transcript:subscribe', id)).toMatchObject({ ok: true })

    await house.redis.goAway()
    const back = wait(AWAY_MS).then(() => house.redis.comeBack())
    const newcomer = await visitorAt('near')
    // Words and commands do not need it.
    const answer = await visitor.question('Do you ship to Norway?')
    await watcher.reads('the answer', id, (line) => line.id === answer.id && line.final)
    expect((await house.farDesk.ask('POST', `/api/calls/${id}/say`, { text: 'We are still here.' })).status).toBe(204)
    await watcher.reads('what was said', id, ({ text }) => text.includes('We are still here.'))
    const near = await watch('near')
    expect(await near.ask('ai:pause', id)).toMatchObject({ ok: true, call: { ai: 'paused' } })
    await near.sees('is paused, at its own relay', id, ({ ai }) => ai === 'paused')
    await leaving.hangUp()
    await back

    await watcher.sees('began meanwhile', idOf(newcomer), ({ status }) => status === 'connected')
    await watcher.sees('ended meanwhile', left, ({ endReason }) => endReason === 'visitor')
    await watcher.sees('was paused meanwhile', id, ({ ai }) => ai === 'paused')
    await near.ask('ai:resume', id)
    await watcher.sees('goes on', id, ({ ai }) => ai === 'active')
    expect(isRising(watcher.seqs(id))).toBe(true)
    // How a call stands never goes back to how it stood.
    const ends = watcher.calls.filter((call) => call.id === left).map(({ endReason }) => endReason !== undefined)
    expect(ends).toEqual([...ends].sort())
    await Promise.all([visitor.hangUp(), newcomer.hangUp()])
  })

  it('a relay: its calls end rightly and once, pages are told, and the other’s calls do not notice', async () => {
    const watcher = await watch('far')
    const [lost, kept] = await Promise.all([visitorAt('near'), visitorAt('far')])
    const [id, other] = [idOf(lost), idOf(kept)]
    expect(await watcher.ask('transcript:subscribe', id)).toMatchObject({ ok: true })
    const answer = await lost.question('Do you ship to Norway?')
    await watcher.reads('the answer', id, (line) => line.id === answer.id && line.final)
    await house.near.kill()
    const early = await house.farDesk.ask('POST', `/api/calls/${id}/say`, { text: 'Are you there?' })
    expect([409, 503]).toContain(early.status)
    expect(String(early.body.detail)).toMatch(/relay/)
    expect((await kept.question('Do you ship to Norway?')).text).not.toBe('')

    const over = await watcher.sees('is over', id, ({ endedAt }) => endedAt !== undefined, 40_000)
    expect(over).toMatchObject({ status: 'failed', endReason: 'error' })
    expect((await house.farDesk.ask('POST', `/api/calls/${id}/hangup`)).status).toBe(409)
    const { body } = await house.farDesk.ask<{ events: { type: string }[] }>('GET', `/api/calls/${id}/events`)
    expect(body.events.filter(({ type }) => type === 'call.ended')).toHaveLength(1)
    const evidence = await house.farDesk.ask('GET', `/api/calls/${id}/evidence`)
    expect(evidence.body).toMatchObject({ verified: true })
    const active = await house.farDesk.ask<{ calls: { id: string }[] }>('GET', '/api/calls/active')
    expect(active.body.calls.map((call) => call.id)).toEqual([other])
    expect((await kept.question('And to Sweden?')).text).not.toBe('')
    expect(watcher.calls.filter((call) => call.id === other).every(({ endedAt }) => endedAt === undefined)).toBe(true)
    await kept.hangUp()

    // It comes back and is one of the house again; when it leaves in good order everybody is told so.
    await using again = await house.near.restart()
    const guest = await visitorAt('near')
    await watcher.sees('is connected', idOf(guest), ({ status }) => status === 'connected')
    expect((await house.farDesk.ask('POST', `/api/calls/${idOf(guest)}/say`, { text: 'Welcome back.' })).status).toBe(204)
    expect(await again.stop()).toBe(0)
    expect((await guest.seen('ended')).reason).toBe('operator')
    await watcher.sees('is over', idOf(guest), ({ endedAt, endReason }) => endedAt !== undefined && endReason === 'operator')
  })
})

/** An API key of an organisation that has nothing to do with ours. */
async function stranger(): Promise<string> {
  const key = `va_${randomBytes(32).toString('base64url')}`
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))
  const { sql } = house.postgres
  await sql`insert into organisations (id, name, created_at) values ('org_other', 'Other', now())`
  await sql`insert into api_keys (id, organisation_id, name, scopes, hash, created_at)
    values ('key_other', 'org_other', 'test', ${sql.json(['calls:read', 'calls:write'])}, ${Buffer.from(hash).toString('base64url')}, now())`
  return key
}

/** A stream of events to its end. */
async function readEvents(url: string, token: string): Promise<{ type: string; data: Record<string, unknown> }[]> {
  const answer = await fetch(url, { headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` } })
  const text = await answer.text()
  return [...text.matchAll(/event: (\w+)\ndata: (.+)\n/g)].map(([, type = '', data = '']) => ({ type, data: JSON.parse(data) }))
}
