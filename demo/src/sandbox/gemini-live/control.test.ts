import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { withSandbox } from '../sandbox.test-kit.ts'
import { KeptAudio } from '../speech/kept-audio.ts'
import { QUICK, sessionsOf, turnComplete, Visitor, voice } from './live.test-kit.ts'
import { BareSocket } from './socket.test-kit.ts'

/** What tests may see of sessions, and how they steer them. */

const sandbox = withSandbox()
beforeEach(async () => void (await sandbox.post('gemini-live/settings', QUICK)))
afterAll(() => voice.close())
const COST = 'What does the Monsoon lamp cost?'
const audioOf = async (id: string | undefined) =>
  new Uint8Array(await (await fetch(`${sandbox.url()}/sandbox/gemini-live/sessions/${id}/audio`)).arrayBuffer())

describe('a session', () => {
  test('tells what came, when, and what became of it', async () => {
    const visitor = await Visitor.connect(sandbox)
    await visitor.say(COST)
    await visitor.until(turnComplete)
    visitor.session.close()
    await expect.poll(async () => (await sessionsOf(sandbox))[0]?.closed).toMatchObject({ by: 'client' })
    const [session] = await sessionsOf(sandbox)
    const speech = await voice.say(COST, 'slt', 16_000)
    expect(session).toMatchObject({
      model: 'models/gemini-3.8-live',
      apiVersion: 'v1',
      setup: { inputAudioTranscription: {} },
      audio: { rateHz: 16_000, bytes: (speech.length + 0.9 * 16_000) * 2 },
      transcriptions: [{ text: COST, known: true, voice: 'slt' }],
      answers: [{ text: 'The Monsoon lamp costs 2,450 rupees.' }],
      usage: { totalTokenCount: expect.any(Number) },
    })
    const [spoken] = session?.speech ?? []
    const times = [
      session?.readyMs,
      session?.firstAudioMs,
      spoken?.begunMs,
      spoken?.endedMs,
      session?.transcriptions[0]?.atMs,
      session?.answers[0]?.firstAudioMs,
    ]
    expect(times).toEqual(times.toSorted((a, b) => (a ?? 0) - (b ?? 0)))
    expect(spoken?.voicedMs).toBeGreaterThan(1000)
  })

  test('keeps the audio as it came, in a WAV of its rate', async () => {
    const visitor = await Visitor.connect(sandbox)
    const speech = await voice.say(COST, 'slt', 24_000)
    visitor.send(speech, 24_000)
    await expect.poll(async () => (await sessionsOf(sandbox))[0]?.audio.bytes).toBe(speech.length * 2)
    const wav = await audioOf((await sessionsOf(sandbox))[0]?.id)
    const view = new DataView(wav.buffer)
    expect([view.getUint32(24, true), view.getUint16(22, true), view.getUint16(34, true), view.getUint32(40, true)]).toEqual([
      24_000,
      1,
      16,
      speech.length * 2,
    ])
    expect(new Int16Array(wav.slice(44).buffer)).toEqual(speech)
    expect((await fetch(`${sandbox.url()}/sandbox/gemini-live/sessions/none/audio`)).status).toBe(404)
  })

  test('keeps none where it was switched off, and still counts', async () => {
    await sandbox.post('gemini-live/settings', { keepAudio: false })
    const visitor = await Visitor.connect(sandbox)
    visitor.silence(1000)
    await expect.poll(async () => (await sessionsOf(sandbox))[0]?.audio.bytes).toBe(32_000)
    expect(await audioOf((await sessionsOf(sandbox))[0]?.id)).toHaveLength(44)
  })

  test('is forgotten behind fifty newer ones', async () => {
    for (let n = 0; n < 52; n++) (await new BareSocket(sandbox.url()).opened()).socket.close()
    await expect.poll(async () => (await sessionsOf(sandbox)).length).toBe(50)
  })
})

test('kept audio has a limit, and starts anew with another rate', () => {
  const kept = new KeptAudio()
  for (let n = 0; n < 100; n++) kept.add(new Uint8Array(640).fill(n), 16_000, 1000)
  expect([kept.total, kept.bytes, kept.wav().at(-1), kept.wav()[44]]).toEqual([64_000, 32_000, 99, 50])
  kept.add(new Uint8Array(160).fill(7), 8000, 1000)
  expect([kept.rateHz, kept.bytes, kept.wav().length]).toEqual([8000, 160, 204])
})

describe('orders', () => {
  test.each([
    ['gemini-live/settings', { pace: -1 }],
    ['gemini-live/settings', { speed: 1 }],
    ['gemini-live/phrases', { phrases: [] }],
    ['gemini-live/phrases', { phrases: ['Hi'], voices: ['Kore'] }],
    ['gemini-live/now', { do: 'explode' }],
    ['gemini-live/now', { do: 'close', code: 1006 }],
    ['faults', { service: 'gemini-live', kind: 'close', code: 1005 }],
  ])('%s refuses %j', async (path, order) => {
    expect((await sandbox.post(path, order)).status).toBe(400)
  })

  test('reset brings settings back and forgets sessions', async () => {
    await sandbox.post('gemini-live/settings', { chunkMs: 100, pace: 2 })
    await Visitor.connect(sandbox)
    await sandbox.post('reset')
    const settings = await (await fetch(`${sandbox.url()}/sandbox/gemini-live/settings`)).json()
    expect(settings).toMatchObject({ chunkMs: 40, pace: 4, binary: 'mixed' })
    expect(await sessionsOf(sandbox)).toEqual([])
  })

  test('the pace is kept: an answer takes its length by its pace', async () => {
    await sandbox.post('gemini-live/settings', { pace: 8, chunkMs: 100 })
    const visitor = await Visitor.connect(sandbox)
    visitor.session.sendRealtimeInput({ text: COST })
    await visitor.until(turnComplete)
    const [answer] = (await sessionsOf(sandbox))[0]?.answers ?? []
    const sentMs = (answer?.generatedMs ?? 0) - (answer?.firstAudioMs ?? 0)
    expect(sentMs).toBeGreaterThanOrEqual(((answer?.audioMs ?? 0) - 200) / 8)
    expect(visitor.messages.filter((each) => each.data)).toHaveLength(Math.ceil((answer?.audioMs ?? 0) / 100))
  })
})
