import { expect } from '@esm-bundle/chai'
import fc from 'fast-check'
import { decibels, fit } from '../testing/signals.test-kit.ts'
import { CaptureFrames } from './capture-frames.ts'

const RATES = [8_000, 11_025, 16_000, 24_000, 44_100, 48_000, 96_000]

class Heard {
  readonly frames: { pcm: Int16Array; atMs: number }[] = []
  readonly levels: number[] = []
  readonly signs: string[] = []
  frame(pcm: Int16Array, atMs: number) {
    this.frames.push({ pcm, atMs })
  }
  level(level: number) {
    this.levels.push(level)
  }
  silent() {
    this.signs.push('silent')
  }
  sound() {
    this.signs.push('sound')
  }
  get samples(): Float32Array {
    return Float32Array.from(this.frames.flatMap(({ pcm }) => [...pcm]).map((value) => value / 32768))
  }
}

const sine = (deviceHz: number, seconds: number, o: { hz?: number; amplitude?: number } = {}) =>
  Float32Array.from({ length: deviceHz * seconds }, (_, i) => (o.amplitude ?? 0.5) * Math.sin((2 * Math.PI * (o.hz ?? 500) * i) / deviceHz))

/** Feeds blocks of 128 samples, as browsers do. */
function feed(frames: CaptureFrames, channels: Float32Array[], at = 0): void {
  const length = channels[0]?.length ?? 0
  for (let i = 0; i < length; i += 128) {
    const block = channels.map((channel) => channel.subarray(i, i + 128))
    frames.take(block, block[0]?.length ?? 0, at + i)
  }
}

describe('capture frames', () => {
  const open = (deviceHz: number, muted = false) => {
    const heard = new Heard()
    return { heard, frames: new CaptureFrames({ deviceHz, muted, to: heard }) }
  }

  for (const deviceHz of RATES) {
    it(`gives 20 ms frames, 20 ms apart on the context’s clock, from ${deviceHz} Hz`, () => {
      const { heard, frames } = open(deviceHz)
      feed(frames, [sine(deviceHz, 1)], 12_345 * deviceHz)
      expect(heard.frames.length).to.be.within(49, 50)
      for (const [i, { pcm, atMs }] of heard.frames.entries()) {
        expect(pcm.byteLength).to.equal(640)
        expect(atMs).to.be.closeTo(12_345_000 + i * 20, 0.001)
      }
      const { tone, rest } = fit(heard.samples.slice(320), 500, 16_000)
      expect(decibels(rest / tone)).to.be.below(-60)
    })
  }

  it('gives the same whatever the size of the blocks', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...RATES),
        fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 40 }),
        (deviceHz, sizes) => {
          const signal = sine(deviceHz, sizes.reduce((sum, size) => sum + size, 0) / deviceHz)
          const whole = open(deviceHz)
          whole.frames.take([signal], signal.length, 0)
          const cut = open(deviceHz)
          let at = 0
          for (const size of sizes) {
            const block = signal.subarray(at, at + size)
            cut.frames.take([block], block.length, at)
            at += block.length
          }
          expect(cut.heard.samples).to.deep.equal(whole.heard.samples)
          expect(cut.heard.levels).to.deep.equal(whole.heard.levels)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('never gives a wrong number, whatever the device gives', () => {
    const sample = fc.oneof(fc.float(), fc.constantFrom(Number.NaN, Infinity, -Infinity, 3e38, -3e38, 1e-45))
    fc.assert(
      fc.property(fc.constantFrom(...RATES), fc.array(sample, { minLength: 1, maxLength: 300 }), (deviceHz, samples) => {
        const { heard, frames } = open(deviceHz)
        const bad = Float32Array.from(samples)
        frames.take([bad], bad.length, 0)
        feed(frames, [sine(deviceHz, 0.5)], bad.length)
        expect(heard.levels.every((level) => level >= 0 && level <= 1)).to.equal(true)
        const { tone } = fit(heard.samples.slice(-2_400), 500, 16_000)
        expect(Math.abs(decibels(tone / (0.5 / Math.SQRT2))), 'it is over when the device gives sound again').to.be.below(0.1)
      }),
      { numRuns: 40 },
    )
  })

  it('clips what is too loud rather than wrapping it round', () => {
    const { heard, frames } = open(48_000)
    feed(frames, [sine(48_000, 0.5, { amplitude: 3, hz: 100 })])
    const { samples } = heard
    expect(Math.max(...samples)).to.equal(32767 / 32768)
    expect(Math.min(...samples)).to.equal(-1)
    let steepest = 0
    for (let i = 1; i < samples.length; i += 1) steepest = Math.max(steepest, Math.abs((samples[i] as number) - (samples[i - 1] as number)))
    expect(steepest).to.be.below(0.3)
  })

  it('keeps both sides of a stereo device, each at half its level', () => {
    const { heard, frames } = open(48_000)
    feed(frames, [sine(48_000, 1, { hz: 500 }), sine(48_000, 1, { hz: 1_700 })])
    const middle = heard.samples.slice(800, 15_200)
    for (const hz of [500, 1_700]) expect(decibels(fit(middle, hz, 16_000).tone / (0.25 / Math.SQRT2))).to.be.closeTo(0, 0.1)
  })

  it('goes on with zeros, on the same clock, when the device gives no channel', () => {
    const { heard, frames } = open(48_000)
    for (let i = 0; i < 48_000; i += 128) frames.take([], 128, i)
    expect(heard.frames.length).to.be.within(49, 50)
    expect(heard.samples.every((value) => value === 0)).to.equal(true)
  })

  it('tells the level of what it sends, ten times a second', () => {
    const { heard, frames } = open(44_100)
    feed(frames, [sine(44_100, 1)])
    expect(heard.levels.length).to.be.within(9, 10)
    for (const level of heard.levels.slice(1)) expect(level).to.be.closeTo(0.5 / Math.SQRT2, 0.005)
  })

  it('sends zeros while muted, and fades there and back without a click', () => {
    const { heard, frames } = open(48_000)
    const signal = sine(48_000, 1.5, { hz: 200 })
    // A quarter of a period after half a second and after one: at the sine's top.
    feed(frames, [signal.subarray(0, 24_060)])
    frames.setMuted(true)
    feed(frames, [signal.subarray(24_060, 48_060)])
    const before = heard.frames.length
    frames.setMuted(false)
    feed(frames, [signal.subarray(48_060)])
    const { samples } = heard
    const muted = samples.slice(8_000 + 120, before * 320 - 320)
    expect(muted.length).to.be.above(7_000)
    expect(muted.every((value) => value === 0)).to.equal(true)
    // A sine of that height moves by 0.04 a sample at most; a cut at its top would be a step of 0.5.
    let steepest = 0
    for (let i = 1; i < samples.length; i += 1) steepest = Math.max(steepest, Math.abs((samples[i] as number) - (samples[i - 1] as number)))
    expect(steepest).to.be.below(0.06)
    expect(Math.max(...samples.slice(-3_200))).to.be.above(0.49)
    expect(Math.min(...heard.levels), 'the meter rests, too').to.equal(0)
  })

  it('lets nothing through before the first unmuting', () => {
    const { heard, frames } = open(44_100, true)
    feed(frames, [sine(44_100, 1)])
    expect(heard.samples.every((value) => value === 0)).to.equal(true)
    expect(heard.frames.length).to.be.within(49, 50)
  })

  it('notices two seconds of nothing but zeros, again two seconds later, and the first sound', () => {
    const { heard, frames } = open(16_000)
    feed(frames, [new Float32Array(16_000 * 2 - 1)])
    expect(heard.signs).to.deep.equal([])
    feed(frames, [new Float32Array(1)])
    expect(heard.signs).to.deep.equal(['silent'])
    feed(frames, [new Float32Array(16_000 * 2)])
    expect(heard.signs).to.deep.equal(['silent', 'silent'])
    feed(frames, [Float32Array.of(0, 1e-5, 0)])
    expect(heard.signs).to.deep.equal(['silent', 'silent', 'sound'])
  })

  it('does not take the visitor’s own muting for a dead microphone', () => {
    const { heard, frames } = open(16_000, true)
    feed(frames, [new Float32Array(16_000 * 5)])
    frames.setMuted(false)
    feed(frames, [new Float32Array(16_000)])
    expect(heard.signs).to.deep.equal([])
  })
})
