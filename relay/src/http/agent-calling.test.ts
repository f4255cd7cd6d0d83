import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT, CALLEE, OURS, type PhoneHouse, said, startPhoneHouse } from '../carriers/twilio/doors/twilio.test-kit.ts'
import { CALL_STATUSES, END_REASONS } from '../protocol/index.ts'
import { standingOf } from './calling-settings.ts'

let house: PhoneHouse
beforeAll(async () => {
  house = await startPhoneHouse()
  // Whom an unlinked number's calls go to is the newest agent: that is this house's.
})
afterAll(() => house.close())

const calling = (more = '') => `/api/agents/management/${house.agentId}/calling${more}`
const ask = async (path: string, json?: unknown, headers: Record<string, string> = {}, token = house.admin) => {
  const answer = await house.ask(path, json === undefined ? { token } : { method: 'POST', token, json, headers })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> & { errors?: { path: string }[] } }
}

describe('how an agent calls, as the guide has it', () => {
  it('is shown with its numbers', async () => {
    expect(await ask(calling('/'))).toEqual({
      status: 200,
      body: {
        agent_id: house.agentId,
        agent_name: 'Asha',
        agent_type: 'ai',
        call_settings: {
          auto_answer_inbound: true,
          enable_call_recording: false,
          call_timeout: 30,
          max_call_duration: 1800,
          enable_voicemail: false,
          caller_id_number: OURS,
        },
        twilio_features: {
          machine_detection: false,
          call_screening: false,
          call_forwarding: true,
          conference_calls: false,
          call_queuing: false,
        },
        phone_numbers: [{ number: OURS, type: 'main', active: true }],
        twilio_status: 'connected',
      },
    })
  })

  it('shows the number that would ring first, by the agent’s own order of carriers', async () => {
    const exotel = '+912248964153'
    const exotelConfig = { apiKey: 'key', apiToken: 'token', sid: 'shop1' }
    const { status } = await ask('/api/phone-numbers', { phoneNumber: exotel, provider: 'exotel', exotelConfig })
    const phone = (carriers: string[] | null) =>
      house.ask(`/api/agents/${house.agentId}`, { method: 'PATCH', token: house.admin, json: { phone: { carriers } } })
    await phone(['exotel', 'twilio'])
    expect([status, (await ask(calling())).body.call_settings]).toMatchObject([201, { caller_id_number: exotel }])
    await phone(['twilio', 'exotel'])
    expect((await ask(calling())).body.call_settings).toMatchObject({ caller_id_number: OURS })
    await phone(null)
  })

  it('is changed by the guide’s own body, in the agent itself', async () => {
    const json = { call_settings: { auto_answer_inbound: true, enable_call_recording: true, call_timeout: 45, max_call_duration: 2400 } }
    const { body, status } = await ask(calling(), json)
    expect(status).toBe(200)
    expect(body).toMatchObject({ message: expect.any(String), ...json })
    expect((await ask(calling())).body.call_settings).toMatchObject(json.call_settings)
    expect((await ask(`/api/agents/${house.agentId}`)).body.agent).toMatchObject({
      phone: { record: true, ringMs: 45_000, answersInbound: true },
      limits: { maxDurationMs: 2_400_000 },
    })
  })

  it('leaves machines a message when asked to, its own where it has one', async () => {
    const settings = async (json: object) => (await ask(calling(), json)).body
    expect(await settings({ call_settings: { enable_voicemail: true } })).toMatchObject({ twilio_features: { machine_detection: true } })
    expect((await ask(`/api/agents/${house.agentId}`)).body.agent).toMatchObject({
      phone: { voicemail: expect.stringContaining('this is Asha') },
    })
    await house.ask(`/api/agents/${house.agentId}`, { method: 'PATCH', token: house.admin, json: { phone: { voicemail: 'Our own.' } } })
    await settings({ call_settings: { enable_voicemail: true } })
    expect((await ask(`/api/agents/${house.agentId}`)).body.agent).toMatchObject({ phone: { voicemail: 'Our own.' } })
    expect(await settings({ call_settings: { enable_voicemail: false }, twilio_features: { machine_detection: true } })).toMatchObject({
      call_settings: { enable_voicemail: false },
      twilio_features: { machine_detection: true },
    })
    await settings({ twilio_features: { machine_detection: false } })
  })

  it('refuses what cannot be so', async () => {
    for (const [json, path] of [
      [{ call_settings: { call_timeout: 1 } }, 'call_settings.call_timeout'],
      [{ call_settings: { caller_id_number: '+12025550177' } }, 'call_settings.caller_id_number'],
      [{ twilio_features: { call_screening: true } }, 'twilio_features.call_screening'],
    ] as const) {
      const { body, status } = await ask(calling(), json)
      expect([status, body.code, body.errors?.[0]?.path]).toEqual([400, 'invalid_request', path])
    }
  })

  it('does not answer calls that come in when it is told not to', async () => {
    const came = async (sid: string) =>
      (
        await house.tell('/api/calls/websocket', {
          CallSid: sid,
          AccountSid: ACCOUNT,
          From: CALLEE,
          To: OURS,
          CallStatus: 'ringing',
          Direction: 'inbound',
        })
      ).text()
    await house.ask('/api/phone-numbers/env-twilio', { method: 'PUT', token: house.admin, json: { linkedAgentId: house.agentId } })
    await ask(calling(), { call_settings: { auto_answer_inbound: false } })
    expect(await came('CA00000000000000000000000000001001')).not.toContain('<Stream')
    await ask(calling(), { call_settings: { auto_answer_inbound: true } })
    expect(await came('CA00000000000000000000000000001002')).toContain('<Stream')
  })
})

describe('a test call', () => {
  it('rings the number, and answers in the guide’s words', async () => {
    const { body, status } = await ask(calling('/test'), { test_number: CALLEE })
    expect(status).toBe(200)
    expect(body).toEqual({
      test_call_initiated: true,
      call_sid: house.newest(),
      status: 'queued',
      test_number: CALLEE,
      estimated_duration: '30-60 seconds',
      call_id: expect.any(String),
    })
    expect(Object.fromEntries(house.asked.at(-1)?.form ?? [])).toMatchObject({ From: OURS, To: CALLEE })
    await house.tell('/api/calls/status', said(house.newest(), 'no-answer', 2))
    await expect.poll(() => house.view(String(body.call_id))).toMatchObject({ status: 'failed', endReason: 'no-answer' })
  })

  it('rings once however often it is asked for with one key', async () => {
    const before = house.asked.length
    const headers = { 'idempotency-key': 'one-test' }
    const answers = await Promise.all([1, 2, 3].map(() => ask(calling('/test'), { test_number: CALLEE }, headers)))
    expect(new Set(answers.map(({ body }) => body.call_sid)).size).toBe(1)
    expect(house.asked.length - before).toBe(1)
    expect((await ask(calling('/test'), { test_number: '+12025550102' }, headers)).status).toBe(409)
    await house.tell('/api/calls/status', said(house.newest(), 'no-answer', 2))
  })

  it('rings nobody whom the gate does not let it ring', async () => {
    const before = house.asked.length
    for (const test_number of ['+1234567890', '12', 'nobody at all']) {
      const { body, status } = await ask(calling('/test'), { test_number })
      expect([test_number, status, body.code]).toEqual([
        test_number,
        400,
        test_number === '12' ? 'invalid_request' : 'invalid_phone_number',
      ])
    }
    await house.ask('/api/do-not-call', { method: 'POST', token: house.admin, json: { phoneNumber: '+12025550103' } })
    const blocked = await ask(calling('/test'), { test_number: '+12025550103' })
    expect([blocked.status, blocked.body.code]).toEqual([403, 'number_blocked'])
    expect((await ask(calling('/test'), { test_number: CALLEE }, {}, await house.token('admin', 'org_other'))).status).toBe(404)
    expect(house.asked.length).toBe(before)
  })

  it('says so when the carrier refuses', async () => {
    house.placing = { status: 400, body: { code: 21210, message: 'not yours' } }
    const { body, status } = await ask(calling('/test'), { test_number: CALLEE })
    house.placing = undefined
    expect([status, body.code]).toEqual([502, 'provider_error'])
  })
})

it('every standing of a call has a word of the guide’s', () => {
  fc.assert(
    fc.property(fc.constantFrom(...CALL_STATUSES), fc.option(fc.constantFrom(...END_REASONS), { nil: undefined }), (status, reason) => {
      const word = standingOf(status, reason)
      expect(word === 'completed').toBe(status === 'completed')
      expect(['queued', 'ringing', 'in-progress'].includes(word)).toBe(!['completed', 'failed'].includes(status))
    }),
  )
  expect(standingOf('failed', 'busy')).toBe('busy')
})
