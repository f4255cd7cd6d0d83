import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readWav } from '../audio/wav.ts'
import { scriptedEngine } from '../calls/fakes.test-kit.ts'
import { codeOf, startTestRelay, type TestRelay } from '../relay.test-kit.ts'

const never = new AbortController().signal
/** Answers like a model, and judges like one when it is given the tool. */
const model = scriptedEngine('model', (input, { emit, persona, tools, useTool }) => {
  if (input.type !== 'turn') return
  const { utterance } = input
  if (tools.length > 0) {
    void useTool(
      { id: '1', name: 'describe_tone', arguments: { detected_tone: persona.voice.live ?? 'warm', confidence: 95, emotion: 'positive' } },
      never,
    )
    return
  }
  emit({ type: 'text', utterance, text: `I am ${persona.manner.personality}. You said: ${input.text}` })
  emit({ type: 'done', utterance })
})

let house: TestRelay
let admin: string
let id: string
beforeAll(async () => {
  house = await startTestRelay({ extras: { extraEngines: [model] } })
  admin = await house.token('admin')
  id = await makeAgent({ name: 'Asha' })
})
afterAll(() => house.close())

async function makeAgent(persona: object): Promise<string> {
  const answer = await house.ask('/api/agents', { method: 'POST', token: admin, json: persona })
  return ((await answer.json()) as { agent: { id: string } }).agent.id
}
const ask = async (path: string, json?: unknown, token = admin) => {
  const answer = await house.ask(path, json === undefined ? { token } : { method: 'POST', token, json })
  return { status: answer.status, body: (await answer.json()) as Record<string, never> & { current_settings: Record<string, string> } }
}
const voice = (more = '') => `/api/agents/management/${id}/voice${more}`

describe('an agent’s voice, as the guide has it', () => {
  it('is shown with what it could be', async () => {
    const { body, status } = await ask(voice('/'))
    expect(status).toBe(200)
    expect(body).toMatchObject({
      agent_id: id,
      agent_name: 'Asha',
      current_settings: { voice_model: 'en-US-female-1', personality_type: 'friendly', response_speed: 'normal', language: 'en' },
      available_voices: expect.arrayContaining([{ id: 'en-US-female-1', name: 'Sarah (Professional Female)', accent: 'American' }]),
      personality_options: expect.arrayContaining([
        { id: 'friendly', name: 'Friendly & Casual', description: 'Warm and approachable tone' },
      ]),
      homeai_status: 'not_configured',
    })
  })

  it('is changed by the guide’s own body, and stays so', async () => {
    const { body, status } = await ask(voice(), {
      voice_model: 'en-US-male-1',
      personality_type: 'professional',
      conversation_style: 'business-focused',
    })
    expect(status).toBe(200)
    expect(body).toEqual({
      message: 'Voice configuration updated successfully',
      homeai_persona_id: `persona_${id}`,
      voice_model: 'en-US-male-1',
      personality_type: 'professional',
    })
    expect((await ask(voice(), { response_speed: 'fast', language: 'en-US' })).status).toBe(200)
    expect((await ask(voice())).body.current_settings).toEqual({
      voice_model: 'en-US-male-1',
      personality_type: 'professional',
      response_speed: 'fast',
      language: 'en-US',
      conversation_style: 'business-focused',
    })
    const agent = (await ask(`/api/agents/${id}`)).body.agent
    expect(agent).toMatchObject({
      voice: { name: 'rms' },
      languages: ['en-US', 'en'],
      manner: { personality: 'professional', objections: [] },
    })
  })

  it('offers the owner’s own personalities, and takes nothing that is not offered', async () => {
    const own = { id: 'night-desk', name: 'Night desk', instructions: 'Whisper.' }
    await house.ask(`/api/agents/${id}`, { method: 'PATCH', token: admin, json: { manner: { personalities: [own] } } })
    expect((await ask(voice())).body.personality_options).toContainEqual({ id: 'night-desk', name: 'Night desk', description: '' })
    expect((await ask(voice(), { personality_type: 'night-desk' })).body.personality_type).toBe('night-desk')
    for (const [json, path] of [
      [{ voice_model: 'Rachel' }, 'voice_model'],
      [{ personality_type: 'rude' }, 'personality_type'],
      [{ response_speed: 'hasty' }, 'response_speed'],
      [{ language: '!!' }, 'languages.0'],
    ] as const) {
      const answer = await house.ask(voice(), { method: 'POST', token: admin, json })
      const problem = (await answer.json()) as { code: string; errors: { path: string }[] }
      expect([answer.status, problem.code, problem.errors[0]?.path]).toEqual([400, 'invalid_request', path])
    }
  })
})

describe('a voice test', () => {
  it('is the agent’s own answer in its own voice, which plays under its address without any token, and a time that was measured', async () => {
    const { body, status } = await ask(voice('/test'), { test_message: 'Hello, how do I sound?' }, await house.token('operator'))
    expect(status).toBe(200)
    expect(body).toEqual({
      test_successful: true,
      agent_response: expect.stringMatching(/\w{4}/),
      voice_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/api\/voice-samples\/[\w-]{32}$/),
      response_time_ms: expect.any(Number),
    })
    const sound = await fetch(String(body.voice_url))
    expect([
      sound.status,
      sound.headers.get('content-type'),
      sound.headers.get('cache-control'),
      sound.headers.get('referrer-policy'),
    ]).toEqual([200, 'audio/wav', 'no-store', 'no-referrer'])
    const wav = readWav(new Uint8Array(await sound.arrayBuffer()))
    expect(wav.data.length / 2 / wav.sampleRateHz).toBeGreaterThan(0.5)
    const part = await fetch(String(body.voice_url), { headers: { range: 'bytes=0-43' } })
    expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 44])
    expect(Number(body.response_time_ms)).toBeGreaterThan(0)
  })

  it('needs no body, and says the tone where the agent’s model says it', async () => {
    const ofModel = await makeAgent({ name: 'Model', engine: 'model', manner: { personality: 'supportive' } })
    const { body } = await ask(`/api/agents/management/${ofModel}/voice/test/`, {})
    expect(body).toMatchObject({
      agent_response: 'I am supportive. You said: Hello, how do I sound?',
      personality_detected: { detected_tone: 'warm', confidence: 95, emotion: 'positive' },
    })
    const bare = await house.ask(`/api/agents/management/${ofModel}/voice/test`, { method: 'POST', token: admin })
    expect(bare.status).toBe(200)
  })

  it('lets a voice and a personality be heard before they are chosen, and changes nothing', async () => {
    const ofModel = await makeAgent({ name: 'Model', engine: 'model' })
    const path = `/api/agents/management/${ofModel}/voice`
    const { body } = await ask(`${path}/test`, { voice_model: 'en-US-male-2', personality_type: 'persuasive', response_speed: 'slow' })
    expect(body.agent_response).toBe('I am persuasive. You said: Hello, how do I sound?')
    expect((await ask(path)).body.current_settings).toMatchObject({ voice_model: 'en-US-female-1', personality_type: 'friendly' })
    expect((await ask(`${path}/test`, { voice_model: 'Rachel' })).status).toBe(400)
  })

  it('says nothing of the tone when what the model says of it does not fit', async () => {
    const odd = await makeAgent({ name: 'Odd', engine: 'model', voice: { live: 'x'.repeat(70) } })
    const { body } = await ask(`/api/agents/management/${odd}/voice/test`, {})
    expect(Object.keys(body)).toEqual(['test_successful', 'agent_response', 'voice_url', 'response_time_ms'])
  })

  it('says what to do when no engine answers, and knows no other house’s agents', async () => {
    const mute = await makeAgent({ name: 'Mute', engine: 'gemini', fallbacks: [] })
    const answer = await house.ask(`/api/agents/management/${mute}/voice/test`, { method: 'POST', token: admin, json: {} })
    expect([answer.status, await codeOf(answer)]).toEqual([503, 'provider_unavailable'])
    const stranger = await house.token('admin', 'org_other')
    expect((await ask(voice('/test'), {}, stranger)).status).toBe(404)
    expect((await house.ask('/api/voice-samples/nothing')).status).toBe(404)
  })
})
