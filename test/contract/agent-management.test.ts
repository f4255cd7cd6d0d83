import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Operator, signIn } from '../kit/operator.ts'
import { type RelayProcess, startDemo } from '../kit/relay-process.ts'

/** The HomeAI/Twilio guide's routes against the demo, with the guide's own bodies and addresses, trailing slashes included. */

let demo: RelayProcess
let admin: Operator
beforeAll(async () => {
  demo = await startDemo({ SANDBOX_AI: '1' })
  admin = await signIn(demo)
})
afterAll(() => demo?.[Symbol.asyncDispose]())

const path = (rest: string) => `/api/agents/management/demo/${rest}`

describe('the voice of an agent', () => {
  it('is read, changed and heard as the guide shows it', async () => {
    const shown = await admin.ask<{ available_voices: { id: string }[]; personality_options: { id: string }[] }>('GET', path('voice/'))
    expect(shown).toMatchObject({ status: 200, body: { agent_id: 'demo', current_settings: { personality_type: expect.any(String) } } })
    expect(shown.body.personality_options.map(({ id }) => id)).toContain('professional')
    const changed = await admin.ask('POST', path('voice/'), {
      voice_model: 'en-US-male-1',
      personality_type: 'professional',
      conversation_style: 'business-focused',
    })
    expect(changed).toMatchObject({ status: 200, body: { voice_model: 'en-US-male-1', personality_type: 'professional' } })
    const tested = await admin.ask<{ voice_url: string; response_time_ms: number; agent_response: string }>('POST', path('voice/test/'), {
      test_message: 'Hello, this is a test of my voice configuration.',
    })
    expect(tested).toMatchObject({ status: 200, body: { test_successful: true, agent_response: expect.stringMatching(/\w/) } })
    expect(tested.body.response_time_ms).toBeGreaterThan(0)
    const sound = await fetch(tested.body.voice_url)
    expect([sound.status, sound.headers.get('content-type')]).toEqual([200, 'audio/wav'])
    const bytes = new Uint8Array(await sound.arrayBuffer())
    expect([String.fromCharCode(...bytes.subarray(0, 4)), bytes.length > 20_000]).toEqual(['RIFF', true])
  })
})

describe('how an agent calls', () => {
  it('is read and changed as the guide shows it', async () => {
    const call_settings = { auto_answer_inbound: true, enable_call_recording: true, call_timeout: 45, max_call_duration: 2400 }
    const changed = await admin.ask('POST', path('calling/'), { call_settings })
    expect(changed).toMatchObject({ status: 200, body: { call_settings } })
    expect(await admin.ask('GET', path('calling/'))).toMatchObject({
      status: 200,
      body: {
        agent_type: 'ai',
        call_settings,
        twilio_status: 'connected',
        phone_numbers: expect.arrayContaining([{ number: expect.any(String), type: 'main', active: true }]),
      },
    })
  })

  it('rings a phone of the sandbox once, and refuses a number that is none', async () => {
    const refused = await admin.ask('POST', path('calling/test/'), { test_number: '+1234567890' })
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_phone_number' } })
    const headers = { 'Idempotency-Key': 'the-guides-test' }
    const [one, two] = [
      await admin.ask<{ call_sid: string; call_id: string }>('POST', path('calling/test/'), { test_number: '+12025550109' }, headers),
      await admin.ask<{ call_sid: string }>('POST', path('calling/test/'), { test_number: '+12025550109' }, headers),
    ]
    expect(one).toMatchObject({ status: 200, body: { test_call_initiated: true, status: 'queued', test_number: '+12025550109' } })
    expect(one.body.call_sid).toMatch(/^CA[0-9a-f]{32}$/)
    expect(two.body.call_sid).toBe(one.body.call_sid)
    expect(await admin.ask('GET', `/api/calls/${one.body.call_id}`)).toMatchObject({ status: 200, body: { call: { to: '+12025550109' } } })
    await admin.ask('POST', `/api/calls/${one.body.call_id}/hangup`)
  })
})
