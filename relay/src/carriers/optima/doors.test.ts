import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { encodeMulaw } from '../../audio/g711.ts'
import { CALLEE, type OptimaHouse, OURS, startOptimaHouse, TOKEN, until } from './optima.test-kit.ts'

/** The relay's side of Optima 1.0.3 over real HTTP and real Socket.IO. */

let house: OptimaHouse
beforeAll(async () => {
  house = await startOptimaHouse({ persona: { keyMenu: [{ digit: '5', label: 'hours', say: 'We are open from ten to seven.' }] } })
})
afterAll(() => house.close())
afterEach(() => {
  Object.assign(house.optima, { joining: 'success', acks: true, refuseAll: false })
  house.tells = 'after'
})

const becomes = (callId: string, wanted: object) =>
  until(async () => {
    const view = await house.view(callId)
    return Object.entries(wanted).every(([name, value]) => view[name as keyof typeof view] === value)
  })
const ended = async ({ callId, sid }: { callId: string; sid: string }, wanted: object = { status: 'completed', endReason: 'callee' }) => {
  house.optima.tell('hangup', { sessionId: sid })
  await becomes(callId, { ...wanted, ends: 1 })
}
const joins = (sid: string) => house.of(sid, 'joinRoom').length

describe('a call of ours', () => {
  it('is joined, greets in frames of 20 ms, hears keys, and is hung up in both ways', async () => {
    const { callId, callUrl, sid } = await house.answered()
    expect(house.placed.at(-1)).toEqual({ phoneNumber: '089608675796' })
    expect(house.of(sid, 'audio')[0]?.data).toMatchObject({ sessionId: sid, audioFormat: 'pcm16' })
    expect(house.of(sid, 'audio')[0]?.data.audioData?.length).toBe(320)
    // As 1.0.3 has it, and of sound alone.
    expect(house.of(sid, 'audio').map(({ asks }) => asks)).not.toContain(false)
    expect(house.of(sid, 'joinRoom').map(({ asks }) => asks)).toEqual([false])
    expect(await house.view(callId)).toMatchObject({ status: 'connected' })
    await until(() => house.of(sid, 'checkPoint').length > 0)
    house.optima.tell('dtmf', { sessionId: sid, digit: '5' })
    await until(async () => (await house.transcript(callId)).includes('"text":"5"'))
    expect(house.of(sid, 'interruption').length).toBeGreaterThan(0)
    expect((await fetch(callUrl, { method: 'DELETE' })).status).toBe(204)
    await until(() => house.hungUp.includes(sid) && house.of(sid, 'hangup').length > 0)
    await ended({ callId, sid }, { status: 'completed' })
  })

  it('rings until somebody is connected, whatever sound there is before', async () => {
    const { callId, sid } = await house.wish()
    await until(() => joins(sid) > 0)
    house.optima.tell('dialStatus', { sessionId: sid, status: 'Ringing' })
    await becomes(callId, { status: 'connecting' })
    for (let n = 0; n < 10; n++) house.optima.tell('audio', { sessionId: sid, audioData: Buffer.alloc(320, 9) })
    house.optima.tell('dialStatus', { sessionId: sid, status: 'Dialing' })
    house.optima.tell('dialStatus', { sessionId: sid, status: 'Connected' })
    house.optima.tell('dialStatus', { sessionId: sid, status: 'Connected' })
    await becomes(callId, { status: 'connected' })
    await ended({ callId, sid })
  })

  it('answered while the line is broken is known by its sound', async () => {
    const { callId, sid } = await house.wish()
    await until(() => joins(sid) > 0)
    house.optima.tell('dialStatus', { sessionId: sid, status: 'Ringing' })
    await becomes(callId, { status: 'connecting' })
    house.optima.cut()
    await until(() => house.optima.connections() === 0)
    // Told to those in the room: nobody is.
    house.optima.tell('dialStatus', { sessionId: sid, status: 'Connected' })
    await until(() => joins(sid) > 1)
    expect(house.of(sid, 'audio')).toEqual([])
    await until(() => {
      house.optima.tell('audio', { sessionId: sid, audioData: Buffer.alloc(320, 1) })
      return house.of(sid, 'audio').length > 0
    })
    await becomes(callId, { status: 'connected' })
    await ended({ callId, sid })
  })

  it('that nobody takes up rings as long as the agent says, and no longer', async () => {
    const persona = (ringMs: number) =>
      house.ask(`/api/agents/${house.agentId}`, { method: 'PATCH', token: house.admin, json: { phone: { ringMs } } })
    expect((await persona(5000)).status).toBe(200)
    const { callId, sid } = await house.wish()
    await until(() => joins(sid) > 0)
    const began = performance.now()
    house.optima.tell('dialStatus', { sessionId: sid, status: 'Ringing' })
    await becomes(callId, { status: 'failed', endReason: 'no-answer' })
    expect(performance.now() - began).toBeGreaterThan(4900)
    await until(() => house.hungUp.includes(sid) && house.of(sid, 'hangup').length > 0)
    await persona(30_000)
  })

  it.each([
    ['Busy', 'busy'],
    ['Failed', 'error'],
    ['hangup', 'no-answer'],
  ])('that ends by %s was %s', async (how, endReason) => {
    const { callId, sid } = await house.wish()
    await until(() => joins(sid) > 0)
    house.optima.tell('dialStatus', { sessionId: sid, status: 'Ringing' })
    await becomes(callId, { status: 'connecting' })
    for (let told = 0; told < 3; told++)
      house.optima.tell(how === 'hangup' ? how : 'dialStatus', { sessionId: sid, ...(how === 'hangup' ? {} : { status: how }) })
    await becomes(callId, { status: 'failed', endReason, ends: 1 })
    expect(house.of(sid, 'audio')).toEqual([])
  })

  it.each(['before', 'never'] as const)('whose session Optima tells of %s its answer is joined all the same', async (tells) => {
    house.tells = tells
    const call = await house.answered()
    expect(joins(call.sid)).toBe(1)
    await ended(call)
  })

  it('whose sound is never said to be taken goes on', async () => {
    house.optima.acks = false
    const call = await house.answered()
    await until(() => house.of(call.sid, 'audio').length > 60)
    await ended(call)
  })

  it('goes on after a line that broke: its room is joined again', async () => {
    const call = await house.answered()
    for (const breaks of [house.optima.cut, house.optima.sendAway]) {
      const before = joins(call.sid)
      breaks()
      await until(() => joins(call.sid) > before)
      const heard = house.of(call.sid, 'audio').length
      house.optima.tell('dtmf', { sessionId: call.sid, digit: '5' })
      await until(() => house.of(call.sid, 'audio').length > heard)
    }
    expect(await house.view(call.callId)).toMatchObject({ status: 'connected' })
    await ended(call)
  })

  it.each(['failed', 'silence'] as const)('whose room answers %s is asked for five times and then hung up', async (joining) => {
    house.optima.joining = joining
    const { callId, sid } = await house.wish()
    await becomes(callId, { status: 'failed', endReason: 'connection' })
    expect(joins(sid)).toBe(5)
    await until(() => house.hungUp.includes(sid))
  })

  it('presses keys for an operator, as long as set', async () => {
    const call = await house.answered()
    const press = (digits: string) => house.ask(`/api/calls/${call.callId}/dtmf`, { method: 'POST', token: house.admin, json: { digits } })
    expect((await press('1w#')).status).toBe(204)
    const keys = house.of(call.sid, 'dtmf').map(({ data }) => data)
    expect(keys).toEqual(['1', '#'].map((digit) => ({ sessionId: call.sid, digit, duration: 200 })))
    expect((await press('A')).status).toBe(502)
    await ended(call)
  })

  it('hears whatever Optima sends', async () => {
    const call = await house.answered()
    const pcm = Buffer.alloc(320, 1)
    const ulaw = Buffer.alloc(160)
    encodeMulaw(pcm, ulaw)
    house.optima.tell('audio', { sessionId: call.sid, audioData: pcm })
    house.optima.tell('audio', { sessionId: call.sid, audioData: ulaw, audioFormat: 'ulaw' })
    house.optima.tell('audio', { sessionId: call.sid, audioData: 'no sound' })
    house.optima.tell('nothing', { sessionId: call.sid })
    house.optima.tell('dtmf', { sessionId: call.sid, digit: 'twelve' })
    expect(await house.view(call.callId)).toMatchObject({ status: 'connected' })
    await ended(call)
  })
})

describe('sessions of others', () => {
  it('are never joined, however many', async () => {
    const call = await house.answered()
    for (let n = 0; n < 1000; n++) house.optima.tellAll('newSession', { sessionId: `foreign-${n}`, type: 'outbound' })
    house.optima.tellAll('dialStatus', { sessionId: 'foreign-1', status: 'Connected' })
    house.optima.tellAll('hangup', { sessionId: 'foreign-1' })
    const heard = house.of(call.sid, 'audio').length
    await until(() => house.of(call.sid, 'audio').length > heard + 20)
    expect(house.optima.said.filter(({ data }) => data.sessionId?.startsWith('foreign'))).toEqual([])
    expect(await house.view(call.callId)).toMatchObject({ status: 'connected' })
    await ended(call)
  })
})

describe('a call that comes in', () => {
  it('is joined and answered by the agent that its number is linked to, once, however often it is told', async () => {
    const number = '/api/phone-numbers/env-optima'
    expect((await house.ask(number, { method: 'PUT', token: house.admin, json: { linkedAgentId: house.agentId } })).status).toBe(200)
    // The newest answers where none is linked.
    await house.ask('/api/agents', { method: 'POST', token: house.admin, json: { name: 'Newer', modes: ['talk', 'call-me'] } })
    const sessionId = 'incoming-1'
    for (let n = 0; n < 3; n++) house.optima.tellAll('newSession', { sessionId, type: 'inbound' })
    await until(() => house.of(sessionId, 'audio').length > 0)
    expect(joins(sessionId)).toBe(1)
    const calls = (await house.calls()).filter((call) => call.sessionId === sessionId)
    expect(calls).toMatchObject([{ direction: 'inbound', status: 'connected', to: OURS, carrier: 'optima', agentId: house.agentId }])
    house.optima.tell('dtmf', { sessionId, digit: '5' })
    await until(async () => (await house.transcript(calls[0]?.id ?? '')).includes('"text":"5"'))
    house.optima.tell('hangup', { sessionId })
    await becomes(calls[0]?.id ?? '', { status: 'completed', endReason: 'visitor', ends: 1 })
  })

  it('nobody’s token is told', () => {
    const told = JSON.stringify(house.vendor.requests.map(({ path, body }) => [path, body]))
    expect(told).not.toContain(TOKEN)
  })
})

describe('a house that answers nobody', () => {
  beforeAll(async () => {
    expect(house.optima.connections()).toBe(1)
    await house.relay.drain()
    await until(() => house.optima.connections() === 0)
    await house.close()
    house = await startOptimaHouse({ env: { OPTIMA_INBOUND: 'false', OPTIMA_PHONE_NUMBER: '' } })
  })

  it('places no call while Optima turns the token away', async () => {
    house.optima.refuseAll = true
    const answer = await house.ask('/api/click-to-call', {
      method: 'POST',
      headers: { origin: house.relay.url },
      json: { agentId: house.agentId, phoneNumber: CALLEE, consent: true },
    })
    const { callId } = (await answer.json()) as { callId: string }
    await becomes(callId, { status: 'failed', endReason: 'error' })
    const [refused] = (await house.view(callId)).events.filter(({ type }) => type === 'line.refused')
    expect(refused?.payload).toMatchObject({ fault: 'unauthorized', placed: 'no' })
    expect(house.placed).toEqual([])
  })

  it('leaves calls that come in to others', async () => {
    expect(house.optima.connections()).toBe(0)
    const call = await house.answered()
    house.optima.tellAll('newSession', { sessionId: 'incoming-2', type: 'inbound' })
    const heard = house.of(call.sid, 'audio').length
    await until(() => house.of(call.sid, 'audio').length > heard + 20)
    expect(joins('incoming-2')).toBe(0)
    await ended(call)
  })

  it('has a number whose digits nobody tells, and rings with it', async () => {
    const { phoneNumbers } = (await (await house.ask('/api/phone-numbers', { token: house.admin })).json()) as { phoneNumbers: object[] }
    expect(phoneNumbers).toContainEqual(expect.objectContaining({ id: 'env-optima', provider: 'optima', isActive: true }))
    const call = await house.answered()
    expect(house.placed.at(-1)).toEqual({ phoneNumber: '089608675796' })
    await ended(call)
  })
})
