import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Cushion } from './cushion.js'
import { FRAME_SAMPLES, Framer, LINE_HZ } from './framer.js'
import { Resampler } from './resampler.js'

const DEVICES = [8000, 16_000, 22_050, 44_100, 48_000, 96_000]
const sine = (hz: number, rate: number, seconds: number) =>
  Float32Array.from({ length: rate * seconds }, (_, at) => 0.5 * Math.sin((2 * Math.PI * hz * at) / rate))
const rms = (samples: ArrayLike<number>) => Math.sqrt(Array.from(samples).reduce((sum, s) => sum + s * s, 0) / Math.max(1, samples.length))

function resample(samples: Float32Array, from: number, to: number): number[] {
  const out: number[] = []
  const resampler = new Resampler(from, to)
  for (const sample of samples) resampler.write(sample, (each) => out.push(each))
  return out
}

/** How much of a wave is in samples: 1 when they are that wave and nothing else. */
function share(samples: number[], hz: number, rate: number): number {
  let re = 0
  let im = 0
  for (const [at, sample] of samples.entries()) {
    re += sample * Math.cos((2 * Math.PI * hz * at) / rate)
    im += sample * Math.sin((2 * Math.PI * hz * at) / rate)
  }
  return (2 * Math.hypot(re, im)) / samples.length / (Math.SQRT2 * rms(samples))
}

test.each(DEVICES)('speech keeps its pitch and loudness between the line and a device of %i Hz, both ways', (device) => {
  for (const hz of [300, 1000, 3000]) {
    for (const [from, to] of [
      [LINE_HZ, device],
      [device, LINE_HZ],
    ] as const) {
      const out = resample(sine(hz, from, 1), from, to).slice(to / 10)
      expect(out.length).toBeGreaterThan(to * 0.88)
      expect(share(out, hz, to)).toBeGreaterThan(0.995)
      expect(rms(out) / (0.5 / Math.SQRT2)).toBeCloseTo(1, 1)
    }
  }
})

test('what the line cannot carry does not come back as something else', () => {
  for (const hz of [5000, 7000, 12_000]) expect(rms(resample(sine(hz, 48_000, 1), 48_000, LINE_HZ).slice(800))).toBeLessThan(0.001)
})

test('a microphone’s blocks become whole frames of one channel, whatever their size', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 2048 }), { minLength: 1, maxLength: 40 }), (sizes) => {
      const frames: Int16Array[] = []
      const framer = new Framer(48_000, (frame) => frames.push(frame))
      for (const size of sizes) framer.take([new Float32Array(size).fill(0.5), new Float32Array(size).fill(-1)])
      const samples = sizes.reduce((sum, size) => sum + size, 0)
      expect(frames.length).toBeGreaterThanOrEqual(Math.floor(samples / 960) - 1)
      expect(frames.every((frame) => frame.length === FRAME_SAMPLES)).toBe(true)
      expect(new Set(frames.map((frame) => frame.buffer)).size).toBe(frames.length)
      // Half of one and the other's opposite: a quarter below the middle.
      for (const frame of frames.slice(1)) expect(frame[80]).toBeCloseTo(-8192, -2)
    }),
    { numRuns: 50 },
  )
})

test('too loud is cut, not turned over', () => {
  const frames: Int16Array[] = []
  const framer = new Framer(LINE_HZ, (frame) => frames.push(frame))
  framer.take([new Float32Array(800).fill(3)])
  expect(frames[1]?.every((sample) => sample === 32767)).toBe(true)
})

const HZ = 8000
const push = (cushion: Cushion, ms: number) => {
  for (let i = 0; i < (ms * HZ) / 1000; i += 1) cushion.push(1)
  cushion.settle()
}
const pull = (cushion: Cushion, ms: number) => {
  const out = new Float32Array((ms * HZ) / 1000)
  cushion.render(out)
  return out
}

test('it gathers 60 ms before it plays, and then plays all of it without a click', () => {
  const cushion = new Cushion({ hz: HZ })
  push(cushion, 40)
  expect(rms(pull(cushion, 10))).toBe(0)
  push(cushion, 20)
  const out = pull(cushion, 60)
  expect(Math.max(...out)).toBe(1)
  const steps = out.slice(1).map((sample, at) => Math.abs(sample - Number(out[at])))
  expect(Math.max(...steps)).toBeLessThan(0.05)
  expect(cushion.queuedMs).toBe(0)
})

test('a last word shorter than the cushion is heard, too', () => {
  const cushion = new Cushion({ hz: HZ })
  push(cushion, 20)
  let heard = 0
  for (let ms = 0; ms < 200; ms += 10) heard += rms(pull(cushion, 10))
  expect(heard).toBeGreaterThan(0.5)
  expect(cushion.queuedMs).toBe(0)
})

test('a network that stumbles gets a larger cushion, up to a bound', () => {
  const cushion = new Cushion({ hz: HZ })
  for (let i = 0; i < 30; i += 1) {
    push(cushion, 280)
    pull(cushion, 400)
    pull(cushion, 400)
  }
  expect(cushion.targetMs).toBe(240)
})

test('old sound is left out: what waits is never longer than can be talked over', () => {
  const cushion = new Cushion({ hz: HZ })
  push(cushion, 5000)
  expect(cushion.queuedMs).toBe(60)
  cushion.clear()
  expect(cushion.queuedMs).toBe(0)
  expect(rms(pull(cushion, 100))).toBe(0)
})
