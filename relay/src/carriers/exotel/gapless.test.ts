import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TestClock } from '../../clock.test-kit.ts'
import { ExotelLeg } from './leg.ts'
import { Lingering } from './lingering.ts'
import { SAMPLE_RATES, type SampleRate } from './wire.ts'

/** The end of what is said, on a phone that keeps no sound back: it falls silent as soon as it has played what came. */

const FRAME_MS = 20
const LEAD_MS = 100

interface Said {
  rate: SampleRate
  /** How many frames each utterance has; one follows the other. */
  lengths: readonly number[]
  fromMs: number
}

/** One call: its leg, the times its frames leave as the playout paces them, and how long its phone was silent between two chunks. */
function speaker(clock: TestClock, lingering: Lingering, { fromMs, lengths, rate }: Said) {
  let dryAtMs: number | undefined
  let silentMs = 0
  let heard = 0
  const leg: ExotelLeg = new ExotelLeg({
    ...{ clock, lingering, sampleRateHz: rate, chunkBytes: 3200, leadMs: LEAD_MS, keys: 'both', streamSid: 'st' },
    socket: {
      writable: true,
      send: () => undefined,
      close: () => undefined,
      sound(_, sound) {
        const nowMs = clock.monotonicMs()
        if (dryAtMs !== undefined) silentMs += Math.max(0, nowMs - dryAtMs)
        dryAtMs = Math.max(dryAtMs ?? 0, nowMs) + sound.length / (rate / 500)
        heard += sound.filter((byte) => byte === 1).length
      },
    },
  })
  const frame = new Uint8Array((rate / 500) * FRAME_MS).fill(1)
  const startMs = clock.monotonicMs() + fromMs
  const frames = lengths.flatMap((length, utterance) =>
    Array.from({ length }, (_, at) => ({ utterance: `u${utterance}`, isLast: at === length - 1 })),
  )
  let sent = 0
  return {
    get result() {
      return { silentMs, heard: heard / frame.length }
    },
    frames: frames.length,
    step() {
      for (; sent < frames.length && clock.monotonicMs() >= startMs + Math.max(0, sent * FRAME_MS - leg.leadMs); sent++) {
        const { isLast, utterance } = frames[sent] as (typeof frames)[number]
        leg.send(frame, utterance)
        if (isLast) leg.mark(utterance, 'end')
      }
    },
  }
}

async function play(all: readonly Said[]) {
  const clock = new TestClock()
  const lingering = new Lingering(clock)
  const speakers = all.map((each) => speaker(clock, lingering, each))
  for (let ms = 0; ms < 3000; ms += 5) {
    for (const each of speakers) each.step()
    await clock.advance(5)
  }
  return speakers.map(({ frames, result }) => ({ ...result, lacks: frames - result.heard }))
}

const GAPLESS = { silentMs: 0, lacks: 0 }

it.each(SAMPLE_RATES)('at %i Hz no length leaves the phone silent before the end', async (rate) => {
  for (let length = 1; length <= 45; length++) {
    expect((await play([{ rate, lengths: [length], fromMs: 0 }]))[0], `${length} frames`).toMatchObject(GAPLESS)
  }
})

it('nor do several utterances, or calls that share the timer', async () => {
  const said = fc.record({
    rate: fc.constantFrom(...SAMPLE_RATES),
    lengths: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }),
    fromMs: fc.integer({ min: 0, max: 300 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 4 }), async (all) => {
      for (const each of await play(all)) expect(each).toMatchObject(GAPLESS)
    }),
    { numRuns: 60 },
  )
})
