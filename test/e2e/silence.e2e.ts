import { describe, expect, it } from 'vitest'
import { sentences } from '../clips/list.ts'
import { samplesFor } from '../clips/noises.ts'
import { timeline } from '../clips/wav.ts'
import { wordsAfter } from '../clips/words-by-time.ts'
import { openPage, Tag } from '../kit/browser.ts'
import { demoInBrowser } from '../kit/demo-in-browser.ts'
import { heardSpeech } from '../kit/detector.ts'
import { type Recording, recordings, waitForSound } from '../kit/ear.ts'
import { signIn } from '../kit/operator.ts'
import { growMicrophone, say } from '../kit/page-microphone.ts'
import { percentile } from '../kit/percentile.ts'
import { envelope } from '../kit/sound.ts'

/** How soon the agent is silent at the visitor's ear once they speak: both ends taken on the page's one AudioContext clock. */

const QUESTION = 'How is a lamp made?'
const STORY = [
  'Every lamp begins with cane from the hills of Kerala.',
  'The cane is split by hand and soaked overnight in rain water.',
  'In the morning it is bent around a wooden form and tied with cotton thread.',
]
const MIN_SPEECH_MS = 300
const BOUND_MS = 150
const PAGES = 2
/** Where a voice is loud enough to be one (−40 dB), and where nothing is heard any more. */
const VOICE = 0.01
const HEARD = 0.0005
const PAUSE_MS = 500
const WINDOW_MS = 5

const house = demoInBrowser({}, async ({ demo }) => {
  const admin = await signIn(demo)
  const { status } = await admin.ask('PATCH', '/api/agents/demo', {
    engine: 'offline',
    fallbacks: [],
    greeting: 'Hello.',
    disclosure: '',
    knowledge: { text: [], questions: [{ question: QUESTION, answer: STORY.join(' ') }] },
    // What settles in the first seconds is the browser's echo cancellation, which has no part here.
    turns: { settleMs: 0, minSpeechMs: MIN_SPEECH_MS },
  })
  expect(status).toBe(200)
})

interface Cut {
  name: string
  silentAfterMs: number
  /** Until the detector can have known, given this very sound. */
  detectorMs: number
  wordsOff: number
}

/** Speaks over one story after another. */
async function bargeIn(clips: ReturnType<typeof sentences>): Promise<Cut[]> {
  const { context, page } = await openPage(house.browser)
  await growMicrophone(context)
  const tag = new Tag(page)
  await page.goto(house.demo.url)
  await tag.launch()
  await tag.entry('the greeting, heard', ({ role, final }) => role === 'agent' && final)
  await tag.state('listening')
  // Far enough from the first story to be told from it.
  await say(page, timeline(2 * PAUSE_MS, []))
  const lines: string[] = []
  for (const [at, { samples }] of clips.entries()) {
    await waitForSound(page, false)
    await tag.write(QUESTION)
    await waitForSound(page, true)
    // Over other words each time, and never in the pause between two sentences.
    const beforeMs = 700 + 90 * at
    await say(page, timeline(beforeMs + 2000, [{ atMs: beforeMs, samples: samples.subarray(0, samplesFor(1200)) }]))
    const known = lines.length
    const cut = await tag.entry(`story ${at + 1}, cut`, (entry) => {
      return entry.role === 'agent' && entry.final && entry.interrupted === true && !lines.includes(entry.id) && known === lines.length
    })
    lines.push(cut.id)
  }
  const [heard] = await recordings(page)
  const [said] = await recordings(page, 'microphones')
  if (!heard || !said) throw new Error('the page took no microphone, or made no sound')
  const texts = new Map((await tag.transcript()).map(({ id, text }) => [id, text]))
  await context.close()

  const onsets = starts(said)
  const detected = await heardSpeech(said, () => ({ minSpeechMs: MIN_SPEECH_MS, takeWordMs: 500, endSilenceMs: 700 }))
  expect(onsets, 'every clip is found in what the worklet got').toHaveLength(clips.length)
  return clips.map(({ name }, at) => {
    const onsetMs = onsets[at] ?? Number.NaN
    const { fromMs, toMs } = soundAround(heard, onsetMs)
    const told = (texts.get(lines[at] ?? '') ?? '').split(' ').filter(Boolean).length
    const detectedMs = detected.find((ms) => ms > onsetMs) ?? Number.NaN
    return { name, silentAfterMs: toMs - onsetMs, detectorMs: detectedMs - onsetMs, wordsOff: told - wordsAfter(STORY, toMs - fromMs) }
  })
}

/** When each of the voices in it began, by the context's clock. */
function starts(recording: Recording): number[] {
  const found: number[] = []
  let lastMs = Number.NEGATIVE_INFINITY
  envelope(recording).forEach((level, at) => {
    if (level < VOICE) return
    const ms = recording.beganMs + at * WINDOW_MS
    if (ms - lastMs > PAUSE_MS) found.push(ms)
    lastMs = ms
  })
  return found
}

/** The one story that sounds at this moment: from its first sound to its last. */
function soundAround(recording: Recording, ms: number): { fromMs: number; toMs: number } {
  const levels = envelope(recording)
  const middle = Math.round((ms - recording.beganMs) / WINDOW_MS)
  const pause = PAUSE_MS / WINDOW_MS
  const edge = (step: 1 | -1) => {
    let last = middle
    for (let at = middle; at >= 0 && at < levels.length && Math.abs(at - last) < pause; at += step) {
      if ((levels[at] ?? 0) > HEARD) last = at
    }
    return recording.beganMs + last * WINDOW_MS
  }
  return { fromMs: edge(-1), toMs: edge(1) + WINDOW_MS }
}

describe('speech to silence', () => {
  // A machine that others share is late at times: a real fault is late each time.
  it(`within ${BOUND_MS} ms of the detector, 95 of 100 times, and the line says what was heard`, { retry: 2 }, async () => {
    const clips = sentences()
    const each = Math.ceil(clips.length / PAGES)
    const cuts = (await Promise.all(Array.from({ length: PAGES }, (_, at) => bargeIn(clips.slice(at * each, (at + 1) * each))))).flat()
    const after = cuts.map(({ silentAfterMs }) => Math.round(silentAfterMs))
    const detector = cuts.map(({ detectorMs }) => Math.round(detectorMs))
    const beyond = after.map((ms, at) => ms - (detector[at] ?? 0))
    for (const [name, values] of Object.entries({ 'speech to silence at the ear': after, 'of that the detector': detector, beyond })) {
      console.log(`${name}: p50 ${percentile(values, 50)} ms, p95 ${percentile(values, 95)} ms, most ${percentile(values, 100)} ms`)
    }
    console.log(`words told − words heard: ${cuts.map(({ wordsOff }) => wordsOff)}`)
    expect(cuts).toHaveLength(20)
    expect(percentile(beyond, 95)).toBeLessThanOrEqual(BOUND_MS)
    expect(cuts.filter(({ wordsOff }) => Math.abs(wordsOff) > 1)).toEqual([])
  })
})
