import { expect } from '@esm-bundle/chai'
import { decibels, fit, rms, tone } from '../testing/signals.test-kit.ts'
import { PlaybackRing } from './playback-ring.ts'

const SOURCE_HZ = 24_000

/** Plays half a second through a ring and returns the middle of it. */
function played(hz: number, deviceHz: number): Float32Array {
  const ring = new PlaybackRing({ sourceHz: SOURCE_HZ, deviceHz })
  ring.push(tone({ hz, sampleRate: SOURCE_HZ, samples: SOURCE_HZ / 2 }))
  ring.mark(1, 1, true)
  const out = new Float32Array(Math.floor((deviceHz / 2) * 0.96))
  ring.render(out)
  return out.slice(Math.floor(out.length * 0.1))
}

describe('interpolator', () => {
  for (const deviceHz of [44_100, 48_000, 96_000, 24_000]) {
    for (const hz of [200, 1_000, 3_400, 7_000, 9_500]) {
      it(`plays ${hz} Hz at ${deviceHz} Hz clean and as loud as it was`, () => {
        const { tone: kept, rest } = fit(played(hz, deviceHz), hz, deviceHz)
        expect(decibels(rest / kept)).to.be.below(-66)
        expect(Math.abs(decibels(kept / (0.5 / Math.SQRT2)))).to.be.below(0.2)
      })
    }
  }

  for (const [deviceHz, hz] of [
    [16_000, 10_000],
    [16_000, 9_000],
    [8_000, 6_000],
  ] as const) {
    it(`keeps ${hz} Hz, which a ${deviceHz} Hz headset cannot play, from coming back as another tone`, () => {
      expect(decibels(rms(played(hz, deviceHz)) / (0.5 / Math.SQRT2))).to.be.below(-55)
    })
  }

  it('plays speech frequencies on a narrow headset', () => {
    for (const [deviceHz, hz] of [
      [16_000, 5_000],
      [8_000, 2_500],
    ] as const) {
      const { tone: kept, rest } = fit(played(hz, deviceHz), hz, deviceHz)
      expect(decibels(rest / kept)).to.be.below(-60)
      expect(Math.abs(decibels(kept / (0.5 / Math.SQRT2)))).to.be.below(0.3)
    }
  })
})
