import { CLIP_HZ } from './speech.ts'

/** Sounds that are no words, made from numbers: the same seed gives the same samples. Int16 at `CLIP_HZ`. */

export const samplesFor = (ms: number) => Math.round((ms * CLIP_HZ) / 1000)

/** Numbers from −1 to 1 (mulberry32). */
function noise(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2_147_483_648 - 1
  }
}

/** A resonance: noise through it sounds as if it came from a mouth, a door, a cup. */
function resonance(hz: number, widthHz: number): (sample: number) => number {
  const r = Math.exp((-Math.PI * widthHz) / CLIP_HZ)
  const turn = 2 * r * Math.cos((2 * Math.PI * hz) / CLIP_HZ)
  let [last, before] = [0, 0]
  return (sample) => {
    const now = sample * (1 - r) + turn * last - r * r * before
    before = last
    last = now
    return now
  }
}

type Shape = (part: number) => number

/** `part` runs from 0 to 1 over the sound. */
function shaped(ms: number, peak: number, source: (at: number) => number, shape: Shape): Int16Array {
  const length = samplesFor(ms)
  const raw = Float32Array.from({ length }, (_, at) => source(at) * shape(at / length))
  const top = raw.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1e-9)
  return Int16Array.from(raw, (sample) => Math.round((sample / top) * peak))
}

const ends: Shape = (part) => Math.min(1, part * 25, (1 - part) * 25)

/** A breath pushed through an open mouth: a hard onset, then a hoarse rest. */
export function cough(ms: number, seed: number): Int16Array {
  const next = noise(seed)
  const mouth = [resonance(620 + 40 * (seed % 5), 180), resonance(1350, 250), resonance(2600, 400)]
  return shaped(
    ms,
    11_000,
    () => {
      const breath = next()
      return mouth.reduce((sum, formant) => sum + formant(breath), 0)
    },
    (part) => ends(part) * (0.25 + 0.75 * Math.exp(-5 * part)),
  )
}

/** One hard edge that rings: a mouse, a pen, a switch. */
export function click(ms: number, seed: number): Int16Array {
  const next = noise(seed)
  const edge = resonance(3200, 900)
  return shaped(
    ms,
    14_000,
    () => edge(next()),
    (part) => Math.exp(-9 * part),
  )
}

/** Knuckles on wood, as many times as fit, 130 ms apart. */
export function knock(ms: number, seed: number): Int16Array {
  const next = noise(seed)
  const wood = resonance(190, 60)
  return shaped(
    ms,
    15_000,
    () => wood(next()),
    (part) => Math.exp(-(((part * ms) % 130) / 22)),
  )
}

/** Fingers on keys, some eight a second. */
export function keyboard(ms: number, seed: number): Int16Array {
  const next = noise(seed)
  const key = resonance(2400, 1200)
  let [downAt, level] = [0, 1]
  return shaped(
    ms,
    5000,
    (at) => {
      if (at >= downAt) {
        downAt = at + samplesFor(90 + 70 * Math.abs(next()))
        level = 0.4 + 0.6 * Math.abs(next())
      } else level *= 0.9955
      return key(next()) * level
    },
    ends,
  )
}

/** A fan or a road: low, steady, without a beginning or an end. */
export function hum(ms: number, seed: number, peak = 900): Int16Array {
  const next = noise(seed)
  const road = resonance(120, 200)
  return shaped(
    ms,
    peak,
    () => road(next()),
    () => 1,
  )
}

/** A quiet room as a good microphone hears it: some least bits, never all zero. */
export function hush(ms: number, seed = 1): Int16Array {
  const next = noise(seed)
  return Int16Array.from({ length: samplesFor(ms) }, () => Math.round(next() * 3))
}
