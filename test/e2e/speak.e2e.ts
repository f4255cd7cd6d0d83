import type { Entry } from '@voice-agent/relay/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLIP_HZ, speak } from '../clips/speech.ts'
import { timeline, writeClip } from '../clips/wav.ts'
import { openBrowser, openPage, Tag } from '../kit/browser.ts'
import { recordings } from '../kit/ear.ts'
import { LiveSandbox, type LiveSession } from '../kit/live-sandbox.ts'
import { signIn } from '../kit/operator.ts'
import { type RelayProcess, startDemo } from '../kit/relay-process.ts'
import { envelope, part, trim } from '../kit/sound.ts'
import { until } from '../kit/until.ts'
import { fromInt16, likeness } from '../kit/waveform.ts'

/** The visitor speaks with the agent: Chromium hears a spoken WAV, and the sandbox plays Gemini Live. */

const FIRST = 'How much does the lamp cost?'
const SECOND = 'Please tell me about the returns.'
const BARGE_IN = 'Wait, that is not what I meant.'
const SHORT = 'A lamp of cane costs two thousand rupees.'
const LONG =
  'You may return a lamp within thirty days, as long as it is unused. Please put it back into its own box with all its paper. ' +
  'Then write to us, and somebody comes to your house and takes it away. We refund you within five days of its arrival here.'
const SORRY = 'I am sorry. What did you mean?'

let demo: RelayProcess
let live: LiveSandbox
beforeAll(async () => {
  demo = await startDemo({ SANDBOX_AI: '1' })
  live = new LiveSandbox(demo.sandboxUrl)
  await live.learn([FIRST, SECOND, BARGE_IN])
  const admin = await signIn(demo)
  const { status } = await admin.ask('PATCH', '/api/agents/demo', {
    engine: 'gemini-live',
    fallbacks: [],
    greeting: 'Hello.',
    disclosure: '',
  })
  expect(status).toBe(200)
})
afterAll(() => demo?.[Symbol.asyncDispose]())

const reference = (words: string) => fromInt16(speak(words), CLIP_HZ)

async function session(): Promise<LiveSession> {
  return until('a session of Gemini Live', async () => (await live.sessions()).at(-1))
}

/** The sandbox got what the page's capture worklet got, of these words; and what the WAV holds, where nothing is in between. */
async function expectWhole(words: string[], tap: { samples: Float32Array; sampleRate: number }, withFile: boolean): Promise<void> {
  const got = await live.audio((await session()).id)
  for (const text of words) {
    const wanted = reference(text)
    const inTap = likeness(wanted, tap)
    const from = Math.round((inTap.atMs / 1000) * tap.sampleRate)
    const taken = { ...tap, samples: tap.samples.slice(from, from + Math.round((wanted.samples.length / CLIP_HZ) * tap.sampleRate)) }
    const arrived = likeness(taken, got)
    console.log(`${text} worklet → sandbox: ${show(arrived)}`)
    expect(arrived.correlation, text).toBeGreaterThanOrEqual(0.95)
    expect(arrived.gapMs, text).toBeLessThanOrEqual(20)
    expect(Math.abs(arrived.levelDb), text).toBeLessThanOrEqual(2)
    if (!withFile) continue
    const whole = likeness(wanted, got)
    console.log(`${text} file → sandbox: ${show(whole)}`)
    expect(whole.correlation, text).toBeGreaterThanOrEqual(0.95)
    expect(whole.gapMs, text).toBeLessThanOrEqual(20)
    expect(Math.abs(whole.levelDb), text).toBeLessThanOrEqual(2)
  }
}

const show = ({ correlation, gapMs, levelDb }: ReturnType<typeof likeness>) =>
  `correlation ${correlation.toFixed(4)}, longest gap ${gapMs} ms, level ${levelDb.toFixed(2)} dB`

async function tapOf(page: Parameters<typeof recordings>[0]) {
  const tap = (await recordings(page, 'microphones')).at(-1)
  if (!tap) throw new Error('the page took no microphone')
  return tap
}

describe('a spoken call', () => {
  it('reaches the model sample by sample, where the browser changes nothing', async () => {
    await live.willSay(SHORT)
    const spoken = timeline(20_000, [{ atMs: 4000, samples: speak(FIRST) }])
    const browser = await openBrowser({ microphone: writeClip('a spoken sentence', spoken, 48_000) })
    try {
      const { context, page } = await openPage(browser)
      await context.addInitScript(askForPlainSound)
      const tag = new Tag(page)
      await page.goto(demo.url)
      await tag.launch()
      await tag.entry('the question', ({ role, text, final }) => role === 'visitor' && final && text === FIRST)
      await expectWhole([FIRST], await tapOf(page), true)
      await tag.hangUp()
      await tag.state('ended')
    } finally {
      await browser.close()
    }
  })

  it('is heard whole on both sides, interrupted by voice, written down as heard, and logged', async () => {
    await live.willSay(SHORT, LONG, SORRY)
    const spoken = timeline(40_000, [
      { atMs: 5000, samples: speak(FIRST) },
      { atMs: 15_000, samples: speak(SECOND) },
      { atMs: 23_000, samples: speak(BARGE_IN) },
    ])
    const browser = await openBrowser({ microphone: writeClip('a spoken call', spoken, 48_000) })
    try {
      const { page, faults } = await openPage(browser)
      const tag = new Tag(page)
      await page.goto(demo.url)
      await tag.launch()
      const { callId } = await tag.event('va-call-started')
      await tag.entry('the greeting, heard', ({ role, final }) => role === 'agent' && final)

      await tag.entry('the first question', ({ role, text, final }) => role === 'visitor' && final && text === FIRST)
      const answer = await tag.entry('its answer, heard', ({ role, text, final }) => role === 'agent' && final && text === SHORT)
      expect(answer.interrupted ?? false).toBe(false)
      const [voice] = await recordings(page)
      const since = (voice?.samples.length ?? 0) / ((voice?.sampleRate ?? 1) / 1000)
      const madeMs = (await session()).answers[0]?.audioMs ?? 0

      await tag.entry('the second question', ({ role, text, final }) => role === 'visitor' && final && text === SECOND)
      await tag.entry('the barge-in', ({ role, text, final }) => role === 'visitor' && final && text === BARGE_IN)
      const cut = await tag.entry(
        'the answer cut',
        ({ role, text, final }) => role === 'agent' && final && text.startsWith('You may return'),
      )
      expect(cut).toMatchObject({ interrupted: true })
      expect(cut.text.length).toBeLessThan(LONG.length)
      expect(LONG.startsWith(cut.text.replace(/[\s.…]+$/, ''))).toBe(true)
      await tag.entry('the last answer, heard', ({ role, text, final }) => role === 'agent' && final && text === SORRY)

      const heard = (await recordings(page))[0]
      if (!heard) throw new Error('the page has no sound')
      const sounding = trim(envelope(part(heard, Math.max(0, since - madeMs - 1500), since))).length * 5
      console.log(`the first answer: ${Math.round(madeMs)} ms made, ${sounding} ms heard from its first sound to its last`)
      expect(Math.abs(sounding - madeMs)).toBeLessThanOrEqual(300)

      await expectWhole([FIRST, SECOND, BARGE_IN], await tapOf(page), false)
      await tag.hangUp()
      await tag.state('ended')
      await inTheLog(String(callId), await tag.transcript())
      expect(faults).toEqual([])
    } finally {
      await browser.close()
    }
  })
})

/** Runs in the page. */
function askForPlainSound(): void {
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = (constraints) => {
    const audio = typeof constraints?.audio === 'object' ? constraints.audio : {}
    return ask({ ...constraints, audio: { ...audio, echoCancellation: false, noiseSuppression: false, autoGainControl: false } })
  }
}

async function inTheLog(callId: string, seen: Entry[]): Promise<void> {
  const admin = await signIn(demo)
  await until('the call is settled', async () => {
    const { body } = await admin.ask<{ call: { status: string } }>('GET', `/api/calls/${callId}`)
    return body.call?.status === 'completed'
  })
  const { body } = await admin.ask<{ entries: Entry[] }>('GET', `/api/calls/${callId}/transcript`)
  const plain = (entries: Entry[]) => entries.map(({ role, text, interrupted }) => ({ role, text, interrupted: interrupted ?? false }))
  expect(plain(body.entries)).toEqual(plain(seen))
  const words = body.entries.map(({ role, text }) => `${role}: ${text}`)
  expect(words.filter((line) => line.startsWith('visitor'))).toEqual([`visitor: ${FIRST}`, `visitor: ${SECOND}`, `visitor: ${BARGE_IN}`])
  const { body: told } = await admin.ask<{ events: { type: string }[] }>('GET', `/api/calls/${callId}/events`)
  expect(told.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['heard', 'turn', 'utterance.cut', 'utterance.heard']))
  const { body: latency } = await admin.ask<{ turns: { by: string; totalMs: number }[] }>('GET', `/api/calls/${callId}/latency`)
  console.log(`time to the first sound of each answer: ${latency.turns.map(({ totalMs }) => totalMs).join(', ')} ms`)
  expect(latency.turns.length).toBeGreaterThanOrEqual(3)
  for (const turn of latency.turns) expect(turn).toMatchObject({ by: 'speech', totalMs: expect.any(Number) })
  expect((await admin.ask('GET', `/api/calls/${callId}/evidence`)).body).toMatchObject({ verified: true })
}
