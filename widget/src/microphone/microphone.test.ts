import { expect } from '@esm-bundle/chai'
import { gesture, until } from '../testing/element-kit.test-kit.ts'
import { Bench } from '../testing/microphone.test-kit.ts'
import { decibels, fit, rms } from '../testing/signals.test-kit.ts'
import { constraintsFor } from './index.ts'

const LOUD = 0.5 / Math.SQRT2

describe('microphone', () => {
  let bench: Bench
  before(gesture)
  beforeEach(() => {
    bench = new Bench()
  })
  afterEach(() => bench.close())

  it('gives 20 ms frames of the browser’s own device, each with a buffer of its own', async () => {
    const { heard } = bench
    await bench.open({ stream: await navigator.mediaDevices.getUserMedia(constraintsFor()) })
    await heard.more(100)
    expect(heard.frames.every(({ pcm }) => pcm.byteLength === 640)).to.equal(true)
    expect(new Set(heard.frames.map(({ pcm }) => pcm)).size).to.equal(heard.frames.length)
    expect(Math.max(...heard.levels), 'it beeps').to.be.above(0.05)
    expect(bench.asked, 'the click’s question is the only one').to.have.length(1)
  })

  for (const sampleRate of [8_000, 16_000, 24_000, 44_100, 48_000, 96_000]) {
    it(`gives the same voice at 16 kHz from a device of ${sampleRate} Hz`, async () => {
      const context = bench.context(sampleRate)
      const { stream } = bench.voice({ hz: 1_040, context }).straight()
      await bench.open({ stream, context })
      await bench.heard.more(20)
      const from = await bench.heard.more(25)
      const { tone, rest } = fit(bench.heard.signal(from), 1_040, 16_000)
      expect(decibels(tone / LOUD)).to.be.within(-0.5, 0.5)
      expect(decibels(rest / tone)).to.be.below(-50)
    })
  }

  it('says of each frame when it was on the context’s clock, one after another', async () => {
    const context = bench.context()
    const voice = bench.voice({ hz: 1_000, context }).straight()
    voice.gain.gain.value = 0
    await bench.open({ stream: voice.stream, context })
    await bench.heard.more(10)
    const onsetS = context.currentTime + 0.1
    voice.gain.gain.setValueAtTime(0.5, onsetS)
    const from = await bench.heard.more(40)
    const frames = bench.heard.frames.slice(from)
    for (let i = 1; i < frames.length; i += 1) {
      expect((frames[i]?.atMs as number) - (frames[i - 1]?.atMs as number)).to.be.closeTo(20, 0.001)
    }
    const first = bench.heard.signal(from).findIndex((value) => Math.abs(value) > 0.1)
    const heardAtMs = (frames[0]?.atMs as number) + first / 16
    // The filter's own way, and until a tone that begins anywhere in its period is loud.
    expect(heardAtMs - onsetS * 1_000).to.be.within(-0.5, 3)
  })

  it('needs no timer and no drawing for its frames, and outlives a busy page', async () => {
    const context = bench.context()
    const { stream } = bench.voice({ hz: 520, context }).straight()
    await bench.open({ stream, context })
    await bench.heard.more(10)
    const { setTimeout, setInterval, requestAnimationFrame } = window
    const none = () => {
      throw new Error('a timer')
    }
    Object.assign(window, { setTimeout: none, setInterval: none, requestAnimationFrame: none })
    const from = bench.heard.frames.length
    try {
      const busyUntil = performance.now() + 400
      while (performance.now() < busyUntil);
      await new Promise<void>((resolve) => {
        bench.heard.onFrame = () => {
          if (bench.heard.frames.length >= from + 40) resolve()
        }
      })
    } finally {
      Object.assign(window, { setTimeout, setInterval, requestAnimationFrame })
    }
    const { tone, rest } = fit(bench.heard.signal(from), 520, 16_000)
    expect(decibels(rest / tone), 'without a gap').to.be.below(-50)
  })

  it('sends zeros while muted, keeps the stream, and speaks again', async () => {
    const { heard } = bench
    const { stream } = bench.voice({ hz: 500 })
    const microphone = await bench.open({ stream })
    await until(() => rms(heard.signal()) > 0.1)
    microphone.setMuted(true)
    await heard.more(5)
    const quiet = await heard.more(20)
    expect(heard.signal(quiet).every((value) => value === 0)).to.equal(true)
    expect(bench.track.readyState).to.equal('live')
    expect(bench.track.enabled, 'the browser’s own sign stays').to.equal(true)
    microphone.setMuted(false)
    await heard.more(5)
    const loud = await heard.more(10)
    expect(rms(heard.signal(loud))).to.be.closeTo(LOUD, 0.02)
  })

  it('starts muted without a word getting out', async () => {
    const { heard } = bench
    const { stream } = bench.voice({ hz: 500 })
    const microphone = await bench.open({ stream, muted: true })
    await heard.more(30)
    expect(heard.signal().every((value) => value === 0)).to.equal(true)
    microphone.setMuted(false)
    await until(() => rms(heard.signal(heard.frames.length - 2)) > 0.3)
  })

  it('rejects when the worklet cannot be loaded, and lets the device go', async () => {
    const { stream } = bench.voice({ hz: 500 })
    const failure = await bench.open({ stream, workletUrl: '/no-such-worklet.js' }).catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(DOMException)
    expect(bench.track.readyState).to.equal('ended')
  })
})
