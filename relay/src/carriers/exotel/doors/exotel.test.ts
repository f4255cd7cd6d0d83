import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { OTHER_ORGANISATION } from '../../../relay.test-kit.ts'
import { calls, gateDecisions } from '../../../store/schema.ts'
import vectors from '../exotel.vectors.json' with { type: 'json' }
import { BASIC, CALLEE, type ExotelHouse, OURS, type Stream, startExotelHouse } from './exotel.test-kit.ts'

/** The relay's side of Exotel over real HTTP and sockets. */

let house: ExotelHouse
beforeAll(async () => {
  house = await startExotelHouse({ persona: { keyMenu: [{ digit: '5', label: 'hours', say: 'We are open from ten to seven.' }] } })
})
afterAll(() => house.close())

/** An address of ours at the port that listens. */
const near = (url: string) => url.replace(/^(http|ws):\/\/[^/]+/, (_, scheme) => house.url.replace('http', scheme))
const post = (url: string, fields: object | URLSearchParams | FormData, headers: Record<string, string> = {}) => {
  const plain = !(fields instanceof URLSearchParams) && !(fields instanceof FormData)
  return fetch(near(url), {
    method: 'POST',
    headers: { ...(plain ? { 'content-type': 'application/json' } : {}), ...headers },
    body: plain ? JSON.stringify(fields) : fields,
  })
}
async function opened(url: string, headers: Record<string, string> = {}): Promise<Stream> {
  const stream = await house.open(near(url), headers)
  if (typeof stream === 'number') throw new Error(`refused with ${stream}`)
  return stream
}
const streamOf = (form: URLSearchParams) => form.get('StreamUrl') ?? ''
const soundIn = (stream: Stream) => stream.heard.filter(({ event }) => event === 'media')
const terminal = { ...vectors.http.status_callback_terminal_json, CustomField: '' }
let names = 0
const newName = () => `incoming${++names}`
const arrival = (CallSid: string) => new URLSearchParams({ ...vectors.http.dynamic_url_query_live.params, CallSid })

describe('a call of ours', () => {
  it('is placed to our stream, greets in whole chunks, hears keys, and hangs up by closing it', async () => {
    const { callId, callUrl, form, sid } = await house.wish()
    expect(Object.fromEntries(form)).toMatchObject({
      From: CALLEE,
      CallerId: '08012345678',
      StreamType: 'bidirectional',
      CustomField: callId,
    })
    expect(streamOf(form)).toMatch(/^ws:\/\/localhost:\d+\/api\/telephony\/ws\/env-exotel\/[0-9a-f]{32}_[\w-]{43}\?sample-rate=8000$/)
    // It is in progress from the beginning: nobody has answered yet.
    expect(await house.view(callId)).toMatchObject({ status: 'initiated' })
    expect((await post(form.get('StatusCallback') ?? '', { CallSid: sid, Status: 'in-progress' })).status).toBe(200)
    expect(await house.view(callId)).toMatchObject({ status: 'initiated' })
    expect(await house.open(near(streamOf(form).replace(/_[\w-]{43}/, `_${'x'.repeat(43)}`)))).toBe(403)
    const stream = await opened(streamOf(form))
    stream.start(sid)
    await expect.poll(() => soundIn(stream).length).toBeGreaterThan(0)
    const [first] = soundIn(stream)
    expect(first).toMatchObject({ stream_sid: 'st1', streamSid: 'st1' })
    expect(Buffer.from(first?.media?.payload ?? '', 'base64').length).toBe(3200)
    expect(await house.view(callId)).toMatchObject({ status: 'connected' })
    // The right worked once.
    expect(await house.open(near(streamOf(form)))).toBe(403)
    stream.say({ event: 'dtmf', stream_sid: 'st1', dtmf: { duration: '100', digit: '5' } })
    const transcript = async () => (await house.ask(`/api/calls/${callId}/transcript`, { token: house.admin })).text()
    await expect.poll(transcript, { timeout: 10_000 }).toContain('"text":"5"')
    expect((await fetch(callUrl, { method: 'DELETE' })).status).toBe(204)
    expect(await stream.closed).toBe(1000)
    expect((await post(form.get('StatusCallback') ?? '', { ...terminal, CallSid: sid })).status).toBe(200)
    expect(await house.view(callId)).toMatchObject({ status: 'completed', ends: 1 })
  })

  it.each([
    ['busy', 'busy'],
    ['no-answer', 'no-answer'],
    ['failed', 'error'],
    ['canceled', 'canceled'],
  ])('%s as a form, as multipart and as JSON, however often, ends it once', async (Status, endReason) => {
    const { callId, form, sid } = await house.wish()
    const fields = { CallSid: sid, EventType: 'terminal', Status, 'Legs[0][Status]': Status, 'Legs[0][AnsweredBy]': 'NA' }
    const multipart = new FormData()
    for (const [name, value] of Object.entries(fields)) multipart.set(name, value)
    for (const each of [new URLSearchParams(fields), multipart, fields]) {
      expect((await post(form.get('StatusCallback') ?? '', each)).status).toBe(200)
    }
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'failed', endReason, ends: 1 })
  })

  it('answered is told by its own event; a late word changes nothing', async () => {
    const { callId, form, sid } = await house.wish()
    const status = form.get('StatusCallback') ?? ''
    await post(status, { CallSid: sid, EventType: 'answered', Status: 'in-progress' })
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'connected' })
    await post(status, { ...terminal, CallSid: sid })
    await post(status, { CallSid: sid, EventType: 'answered', Status: 'in-progress' })
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'completed', ends: 1 })
  })

  it('does not take the sound of another call', async () => {
    const { form, sid } = await house.wish()
    const stream = await opened(streamOf(form))
    stream.start('another')
    expect(await stream.closed).toBe(1008)
    await post(form.get('StatusCallback') ?? '', { ...terminal, CallSid: sid })
  })

  it('that nobody waits for any more is not answered: its stream closes, and so it ends', async () => {
    const { callId, callUrl, form, sid } = await house.wish()
    expect((await fetch(callUrl, { method: 'DELETE' })).status).toBe(204)
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'failed', endReason: 'canceled' })
    const stream = await house.open(near(streamOf(form)))
    if (typeof stream === 'number') expect(stream).toBe(403)
    else {
      stream.start(sid)
      expect(await stream.closed).toBe(1008)
    }
    await post(form.get('StatusCallback') ?? '', { ...terminal, CallSid: sid })
  })
})

describe('two phones', () => {
  const bridge = async (person: string) => {
    const json = { name: 'Front desk', modes: ['call-me'], phone: { answeredBy: 'person', person } }
    const made = await house.ask('/api/agents', { method: 'POST', token: house.admin, json })
    return ((await made.json()) as { agent: { id: string } }).agent.id
  }

  it('are joined by Exotel itself, the gate asked for both, and are one call until it says that they are through', async () => {
    const { callId, form, sid } = await house.wish({ agentId: await bridge('+919000000002') })
    expect(Object.fromEntries(form)).toMatchObject({ From: CALLEE, To: '+919000000002', CallerId: '08012345678' })
    expect([form.get('StreamUrl'), form.get('Url')]).toEqual([null, null])
    await post(form.get('StatusCallback') ?? '', { CallSid: sid, EventType: 'answered', Status: 'in-progress' })
    await expect.poll(async () => (await house.view(callId)).events.some(({ type }) => type === 'call.joined')).toBe(true)
    const { decisions } = (await (await house.ask('/api/gate/decisions', { token: house.admin })).json()) as {
      decisions: { callId: string; allowed: boolean }[]
    }
    expect(decisions.filter((each) => each.callId === callId && each.allowed).length).toBe(2)
    await post(form.get('StatusCallback') ?? '', { ...terminal, CallSid: sid })
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'completed', ends: 1 })
  })

  it.each([
    ['the long callback', { ...terminal }],
    ['the short callback', { Status: 'completed', DateUpdated: '2026-08-25 12:07:08', RecordingUrl: '' }],
  ])('that talked are a call that came off, though only its end is told, by %s', async (_, end) => {
    const { callId, form, sid } = await house.wish({ agentId: await bridge('+919000000002') })
    await post(form.get('StatusCallback') ?? '', { ...end, CallSid: sid })
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'completed', endReason: 'callee', ends: 1 })
  })

  it('cost what they talked, which Exotel is asked where only their end is told, without how long', async () => {
    const { callId, form, sid } = await house.wish({ agentId: await bridge('+919000000002') })
    const { db } = house.relay.store
    const own = eq(gateDecisions.callId, callId)
    await db.update(gateDecisions).set({ perMinuteMicros: 1_000_000 }).where(own)
    house.standing = 'completed'
    house.details = { ConversationDuration: 120 }
    leave.push(async () => void Object.assign(house, { standing: 'in-progress', details: {} }))
    await post(form.get('StatusCallback') ?? '', {
      CallSid: sid,
      Status: 'completed',
      DateUpdated: '2026-08-25 12:07:08',
      RecordingUrl: '',
    })
    const cost = async () =>
      (await db.select({ amountMicros: gateDecisions.amountMicros }).from(gateDecisions).where(own)).map((row) => row.amountMicros)
    await expect.poll(cost).toEqual([2_000_000, 2_000_000])
    expect(await house.view(callId)).toMatchObject({ status: 'completed', endReason: 'callee', ends: 1 })
  })

  it('that did not talk are none', async () => {
    const { callId, form, sid } = await house.wish({ agentId: await bridge('+919000000002') })
    await post(form.get('StatusCallback') ?? '', { ...terminal, ConversationDuration: 0, CallSid: sid })
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'failed', endReason: 'no-answer', ends: 1 })
  })

  it('neither rings where the gate refuses the second', async () => {
    const before = house.placed.length
    await expect(house.wish({ agentId: await bridge('+19005551234') })).rejects.toThrow()
    expect(house.placed.length).toBe(before)
    const { callId, form, sid } = await house.wish()
    await post(form.get('StatusCallback') ?? '', { CallSid: sid, EventType: 'terminal', Status: 'busy' })
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'failed' })
  })
})

describe('a call that comes in', () => {
  it('by GET gets an address, and its sound comes there; the caller hangs up', async () => {
    const sid = newName()
    const answer = await fetch(near(`${house.number.webhookUrl}?${arrival(sid)}`))
    expect(answer.status).toBe(200)
    const body = (await answer.json()) as { url: string }
    expect(Object.keys(body)).toEqual(Object.keys(vectors.http.dynamic_url_answer.json))
    const { url } = body
    expect(url).toMatch(/^ws:.*\/api\/telephony\/ws\/env-exotel\/[0-9a-f]{32}_[\w-]{43}\?sample-rate=8000$/)
    // Asked again it is the same call.
    expect((await fetch(near(`${house.number.webhookUrl}?${arrival(sid)}`))).status).toBe(200)
    const found = (await house.calls()).filter(({ sessionId }) => sessionId === sid)
    expect(found).toHaveLength(1)
    const stream = await opened(url)
    stream.start(sid)
    await expect.poll(() => soundIn(stream).length).toBeGreaterThan(0)
    const id = found[0]?.id ?? ''
    expect(await house.view(id)).toMatchObject({ status: 'connected', direction: 'inbound' })
    expect(JSON.stringify(await house.view(id))).toContain('+919441233609')
    stream.say({ event: 'stop', stream_sid: 'st1', stop: { call_sid: sid, reason: 'callended' } })
    await expect.poll(() => house.view(id), { timeout: 15_000 }).toMatchObject({ status: 'completed', endReason: 'visitor', ends: 1 })
  })

  it('by POST gets the guide’s XML, with the session in it', async () => {
    const sid = newName()
    const given = { CallSid: sid, From: '+919876543210', To: OURS, Status: 'in-progress' }
    for (const body of [given, new URLSearchParams(given)]) {
      const answer = await post(house.number.webhookUrl, body)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/xml; charset=utf-8'])
      const xml = await answer.text()
      expect(xml).toMatch(
        /^<\?xml [^>]*\?><Response><Say>Hello! Please wait...<\/Say><Connect><Stream url="ws:[^"]+"><Parameter name="sessionId" value="([^"]+)"\/><\/Stream><\/Connect><\/Response>$/,
      )
      expect(xml).toContain(`value="${sid}"`)
    }
  })

  it('over the number’s own address is bound to one call at its start', async () => {
    const sid = newName()
    const stream = await opened(house.number.websocketUrl)
    stream.start(sid, { from: '09441233609', to: '08012345678' })
    await expect.poll(() => soundIn(stream).length).toBeGreaterThan(0)
    const second = await opened(house.number.websocketUrl)
    second.start(sid)
    expect(await second.closed).toBe(1008)
    stream.ws.close()
    const other = await opened(house.number.websocketUrl.replace(/\/[^/]+$/, ''), { authorization: BASIC })
    other.start(newName())
    await expect.poll(() => soundIn(other).length).toBeGreaterThan(0)
    other.ws.close()
  })

  it('over the number’s own address says at which rate', async () => {
    expect(house.number.websocketUrl).toMatch(/^ws:.*\/api\/telephony\/ws\/env-exotel\/[\w-]{43}\?sample-rate=8000$/)
  })

  it.each(['GET', 'POST of JSON', 'POST of a form'])(
    'Passthru tells how it came off by %s, and is answered with nothing to do',
    async (how) => {
      const { callId, form, sid } = await house.wish()
      await post(form.get('StatusCallback') ?? '', { CallSid: sid, EventType: 'answered', Status: 'in-progress' })
      const query = arrival(sid)
      query.set('CallType', 'client-hangup')
      query.set('digits', '"5"')
      const told = how === 'POST of JSON' ? Object.fromEntries(query) : query
      const { webhookUrl } = house.number
      const answer = await (how === 'GET' ? fetch(near(`${webhookUrl}?${query}`)) : post(webhookUrl, told))
      expect([answer.status, await answer.text()]).toEqual([200, ''])
      await expect.poll(() => house.view(callId)).toMatchObject({ status: 'completed', ends: 1 })
    },
  )
})

describe('a recording that a Passthru tells of', () => {
  const CALLER = '+919000000002'
  const left = (sid: string, more: Record<string, string> = {}) =>
    new URLSearchParams({
      ...Object.fromEntries(arrival(sid)),
      CallFrom: CALLER,
      CallType: 'voicemail',
      RecordingUrl: `${house.vendor.origin}/x.mp3`,
      ...more,
    })
  const tell = async (query: URLSearchParams) => expect((await fetch(near(`${house.number.webhookUrl}?${query}`))).status).toBe(200)
  const asked = () => house.vendor.requests.filter(({ path }) => path === '/x.mp3').length

  it('is nothing to an agent that is not to call back, nor are those of calls we made', async () => {
    const before = house.placed.length
    const change = async (method: string, path: string, json: object) =>
      expect((await house.ask(path, { method, token: house.admin, json })).status).toBe(200)
    await change('PUT', '/api/phone-numbers', { id: 'env-exotel', linkedAgentId: house.agentId })
    await tell(left(newName()))
    await change('PATCH', `/api/agents/${house.agentId}`, { phone: { afterRecording: 'call-back' } })
    await tell(left(newName(), { Direction: 'outbound-dial' }))
    await tell(left(newName(), { CallFrom: '', From: '' }))
    await tell(left(newName(), { RecordingUrl: 'not an address' }))
    expect([asked(), house.placed.length]).toEqual([0, before])
  })

  it('is fetched, and its caller rung once however often it is told', async () => {
    const before = house.placed.length
    const sid = newName()
    for (let n = 0; n < 3; n++) await tell(left(sid))
    await expect.poll(() => house.placed.length, { timeout: 15_000 }).toBe(before + 1)
    expect(house.placed.at(-1)?.get('From')).toBe(CALLER)
    for (let n = 0; n < 3; n++) await tell(left(sid))
    const own = (await house.calls()).filter(({ sessionId }) => sessionId === sid)
    expect(own).toHaveLength(1)
    expect(
      (await fetch(`${house.url}/api/calls/${own[0]?.id}/hangup`, { method: 'POST', headers: { authorization: `Bearer ${house.admin}` } }))
        .status,
    ).toBe(202)
    await expect.poll(async () => (await house.view(own[0]?.id ?? '')).ends).toBe(1)
    expect(house.placed.length).toBe(before + 1)
  })
})

describe('without proof', () => {
  it('nothing is told, asked or heard, and nothing is left behind', async () => {
    const before = (await house.calls()).length
    const sid = newName()
    const { statusUrl, webhookUrl, websocketUrl } = house.number
    const wrong = (url: string) => url.replace(/[^/?]+(\?.*)?$/, 'x'.repeat(43))
    const bare = (url: string) => url.replace(/\/[^/]+$/, '')
    const basic = `Basic ${Buffer.from('exotel-key:wrong').toString('base64')}`
    const answers = [
      post(wrong(webhookUrl), { CallSid: sid, From: CALLEE, To: OURS }),
      post(webhookUrl.replace('env-exotel', 'nobody'), { CallSid: sid }),
      post(wrong(statusUrl), { ...terminal, CallSid: sid }),
      fetch(near(`${wrong(webhookUrl)}?${arrival(sid)}`)),
      fetch(near(`${bare(webhookUrl)}?${arrival(sid)}`)),
      fetch(near(`${bare(webhookUrl)}?${arrival(sid)}`), { headers: { authorization: basic } }),
    ]
    for (const each of await Promise.all(answers)) expect(each.status).toBe(403)
    for (const url of [wrong(websocketUrl), bare(websocketUrl), websocketUrl.replace('env-exotel', 'nobody')]) {
      expect(await house.open(near(url))).toBe(403)
    }
    expect(await house.open(near(bare(websocketUrl)), { authorization: basic })).toBe(403)
    expect((await house.calls()).length).toBe(before)
    // The number's own key and token are as good as its secret.
    const asked = await fetch(near(`${bare(webhookUrl)}?${arrival(newName())}`), { headers: { authorization: BASIC } })
    expect(((await asked.json()) as { url: string }).url).toMatch(/^ws:/)
  })

  it('a word of a call that nobody knows is thanked for and forgotten', async () => {
    expect((await post(house.number.statusUrl, { ...terminal, CallSid: newName() })).status).toBe(204)
    expect((await post(house.number.statusUrl, { hello: 1 })).status).toBe(400)
  })
})

let others = 0
const leave: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const each of leave.splice(0)) await each()
})
/** A number of its own account, of whose organisation is asking. Calls go out over the newest: made after them. */
async function anotherNumber(by = house.admin) {
  const exotelConfig = { apiKey: 'own', apiToken: 'own', sid: 'own', domain: 'api.in.exotel.com' }
  const json = { phoneNumber: `+9180222222${10 + others++}`, provider: 'exotel', exotelConfig }
  const made = await house.ask('/api/phone-numbers', { method: 'POST', token: by, json })
  const { phoneNumber } = (await made.json()) as { phoneNumber: typeof house.number }
  const change = (json: object) => house.ask('/api/phone-numbers', { method: 'PUT', token: by, json: { id: phoneNumber.id, ...json } })
  leave.push(() => house.ask(`/api/phone-numbers/${phoneNumber.id}`, { method: 'DELETE', token: by }))
  return { ...phoneNumber, change }
}

describe('what is told of a call that is over', () => {
  const recorded = async (callId: string) => {
    const [row] = await house.relay.store.db.select({ recording: calls.recording }).from(calls).where(eq(calls.id, callId))
    return row?.recording
  }
  const passthru = (sid: string) =>
    new URLSearchParams({
      ...Object.fromEntries(arrival(sid)),
      CallType: 'voicemail',
      RecordingUrl: 'https://recordings.exotel.com/exotelrecordings/x.mp3',
    })
  const callback = (CallSid: string) => ({ ...terminal, CallSid, RecordingUrl: 'https://recordings.exotel.com/exotelrecordings/x.mp3' })
  async function past() {
    const { callId, form, sid } = await house.wish()
    await post(form.get('StatusCallback') ?? '', { ...terminal, CallSid: sid })
    await expect.poll(() => house.view(callId)).toMatchObject({ ends: 1 })
    return { callId, sid }
  }

  it('by another number’s callback is not written to it, nor by anything of another organisation', async () => {
    const { callId, sid } = await past()
    const stranger = await anotherNumber(await house.token('admin', OTHER_ORGANISATION))
    const neighbour = await anotherNumber()
    for (const { statusUrl } of [stranger, neighbour]) expect((await post(statusUrl, callback(sid))).status).toBe(204)
    expect((await fetch(near(`${stranger.webhookUrl}?${passthru(sid)}`))).status).toBe(200)
    expect(await recorded(callId)).toBeNull()
  })

  it('by its own number’s callback is', async () => {
    const { callId, sid } = await past()
    expect((await post(house.number.statusUrl, callback(sid))).status).toBe(200)
    expect(await recorded(callId)).toBe(`exotel:${sid}`)
  })

  it('by its own organisation’s Passthru is', async () => {
    const { callId, sid } = await past()
    expect((await fetch(near(`${house.number.webhookUrl}?${passthru(sid)}`))).status).toBe(200)
    expect(await recorded(callId)).toBe(`exotel:${sid}`)
  })
})

describe('what is told of an attempt that is not the call’s', () => {
  it('under another number’s secret, or another name, changes nothing', async () => {
    const { callId, form, sid } = await house.wish()
    const own = form.get('StatusCallback') ?? ''
    const neighbour = await anotherNumber()
    expect((await post(`${neighbour.statusUrl}?callId=${callId}`, { ...terminal, CallSid: sid, CustomField: callId })).status).toBe(204)
    expect((await post(`${neighbour.statusUrl}?callId=${callId}`, { ...terminal, CallSid: 'older' })).status).toBe(204)
    expect((await post(own, { ...terminal, CallSid: 'older' })).status).toBe(204)
    expect(await house.view(callId)).toMatchObject({ status: 'initiated', ends: 0 })
    await post(own, { ...terminal, CallSid: sid })
    await expect.poll(() => house.view(callId)).toMatchObject({ ends: 1 })
  })
})

describe('a flow that two numbers share', () => {
  it('brings the sound of either’s call, and tells how it came off', async () => {
    const { callId, sid } = await house.wish()
    const neighbour = await anotherNumber()
    const query = arrival(sid)
    query.set('Direction', 'outbound-dial')
    const answer = (await (await fetch(near(`${neighbour.webhookUrl}?${query}`))).json()) as { url: string }
    const stream = await opened(answer.url)
    stream.start(sid)
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'connected' })
    query.set('CallType', 'completed')
    expect((await fetch(near(`${neighbour.webhookUrl}?${query}`))).status).toBe(200)
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'completed', ends: 1 })
  })

  it('brings it by the other’s own address', async () => {
    const { callId, form, sid } = await house.wish()
    const neighbour = await anotherNumber()
    const stream = await opened(neighbour.websocketUrl)
    stream.start(sid)
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'connected' })
    await post(form.get('StatusCallback') ?? '', { ...terminal, CallSid: sid })
  })

  it('does neither for another organisation', async () => {
    const { callId, form, sid } = await house.wish()
    const stranger = await anotherNumber(await house.token('admin', OTHER_ORGANISATION))
    const query = arrival(sid)
    expect(await (await fetch(near(`${stranger.webhookUrl}?${query}`))).json()).toEqual({})
    query.set('CallType', 'completed')
    await fetch(near(`${stranger.webhookUrl}?${query}`))
    const stream = await opened(stranger.websocketUrl)
    stream.start(sid)
    expect(await stream.closed).toBe(1008)
    expect(await house.view(callId)).toMatchObject({ status: 'initiated' })
    await post(form.get('StatusCallback') ?? '', { ...terminal, CallSid: sid })
  })
})

describe('a right to bring a call’s sound', () => {
  it('outlives a handshake that broke, and only one socket begins with it', async () => {
    const { callId, form, sid } = await house.wish()
    const broken = await opened(streamOf(form))
    broken.ws.terminate()
    await broken.closed
    const [stream, late] = [await opened(streamOf(form)), await opened(streamOf(form))]
    stream.start(sid)
    await expect.poll(() => soundIn(stream).length).toBeGreaterThan(0)
    late.start(sid)
    expect(await late.closed).toBe(1008)
    expect(await house.open(near(streamOf(form)))).toBe(403)
    expect(await house.view(callId)).toMatchObject({ status: 'connected' })
    await post(form.get('StatusCallback') ?? '', { ...terminal, CallSid: sid })
  })

  it('is asked for again and again without harm to a call whose sound is here; one that never comes is given up', async () => {
    const ask = async (sid: string) => (await (await fetch(near(`${house.number.webhookUrl}?${arrival(sid)}`))).json()) as { url?: string }
    const of = async (sid: string) => house.view((await house.calls()).find(({ sessionId }) => sessionId === sid)?.id ?? '')
    const sid = newName()
    const stream = await opened((await ask(sid)).url ?? '')
    stream.start(sid)
    await expect.poll(() => soundIn(stream).length).toBeGreaterThan(0)
    for (let n = 0; n < 7; n++) await ask(sid)
    expect(await of(sid)).toMatchObject({ status: 'connected' })
    stream.ws.close()
    const silent = newName()
    for (let n = 0; n < 5; n++) expect((await ask(silent)).url).toBeDefined()
    expect(await ask(silent)).toEqual({})
    await expect.poll(() => of(silent)).toMatchObject({ status: 'failed', endReason: 'error' })
  })
})

describe('a number of its own', () => {
  it.each(['url', 'xml'])(
    'whose calls are always answered by %s is told how one came off, which is no call that comes in',
    async (inboundAnswer) => {
      const { callId, sid } = await house.wish()
      const { change, webhookUrl } = await anotherNumber()
      await change({ inboundAnswer })
      const before = (await house.calls()).length
      for (const [name, CallType] of [
        [newName(), 'voicemail'],
        [sid, 'client-hangup'],
      ] as const) {
        const query = arrival(name)
        query.set('CallType', CallType)
        query.set('RecordingUrl', 'https://recordings.exotel.com/exotelrecordings/x.mp3')
        const answer = await fetch(near(`${webhookUrl}?${query}`))
        expect([answer.status, await answer.text()]).toEqual([200, ''])
      }
      await expect.poll(() => house.view(callId)).toMatchObject({ endReason: 'no-answer', ends: 1 })
      expect((await house.calls()).length).toBe(before)
    },
  )

  it('answers the one way its owner chose, and politely when it is switched off', async () => {
    const { change, ...phoneNumber } = await anotherNumber()
    const get = () => fetch(near(`${phoneNumber.webhookUrl}?${arrival(newName())}`))
    await change({ inboundAnswer: 'xml' })
    expect(await (await get()).text()).toContain('<Connect>')
    await change({ inboundAnswer: 'url' })
    expect(await (await post(phoneNumber.webhookUrl, { CallSid: newName(), From: CALLEE, To: OURS })).json()).toHaveProperty('url')
    await change({ inboundAnswer: 'passthru' })
    expect([(await get()).status, await (await get()).text()]).toEqual([200, ''])
    await change({ inboundAnswer: 'xml', status: 'inactive' })
    expect(await (await get()).text()).toMatch(/<Say>.*<\/Say><Hangup\/>/)
    await change({ inboundAnswer: 'url' })
    expect(await (await get()).json()).toEqual({})
    await change({ status: 'active' })
    ;(await opened(phoneNumber.websocketUrl)).ws.close()
    await change({ allowedIps: ['203.0.113.0/24'] })
    expect((await get()).status).toBe(403)
    expect(await house.open(near(phoneNumber.websocketUrl))).toBe(403)
  })
})
