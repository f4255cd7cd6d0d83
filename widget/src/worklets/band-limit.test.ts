import { expect } from '@esm-bundle/chai'
import { decibels, fit, rms } from '../testing/signals.test-kit.ts'
import { BandLimit } from './band-limit.ts'

const WIRE_HZ = 16_000
const LOUD = 0.5 / Math.SQRT2
const COMMON = [8_000, 16_000, 24_000, 44_100, 48_000, 96_000]
const RARE = [11_025, 22_050, 32_000, 88_200, 192_000, 44_056]

/** Half a second of a sine at the device's rate, as it comes out: the middle of it. */
function through(hz: number, deviceHz: number): Float32Array {
  const limit = new BandLimit(deviceHz, WIRE_HZ)
  const out: number[] = []
  for (let i = 0; i < deviceHz / 2; i += 1) {
    limit.write(0.5 * Math.sin((2 * Math.PI * hz * i) / deviceHz))
    while (limit.ready) out.push(limit.read())
  }
  return Float32Array.from(out).slice(800, -400)
}

describe('band limit', () => {
  for (const deviceHz of [...COMMON, ...RARE]) {
    it(`keeps speech up to 7 kHz as it was from ${deviceHz} Hz`, () => {
      for (const hz of [50, 300, 1_000, 3_400, 5_000, 6_000, 7_000].filter((each) => each < deviceHz * 0.44)) {
        const { tone, rest } = fit(through(hz, deviceHz), hz, WIRE_HZ)
        expect(Math.abs(decibels(tone / LOUD)), `level of ${hz} Hz`).to.be.below(0.1)
        expect(decibels(rest / tone), `what came beside ${hz} Hz`).to.be.below(-60)
      }
    })
  }

  for (const deviceHz of [...COMMON, ...RARE].filter((each) => each > WIRE_HZ)) {
    it(`lets nothing above 8 kHz come back as another tone from ${deviceHz} Hz`, () => {
      for (let hz = 8_010; hz < deviceHz / 2; hz *= 1.02) {
        expect(decibels(rms(through(hz, deviceHz)) / LOUD), `${hz} Hz`).to.be.below(-65)
      }
    })
  }

  it('adds no images to a narrow headset', () => {
    for (const hz of [500, 2_000, 3_500]) {
      const { tone, rest } = fit(through(hz, 8_000), hz, WIRE_HZ)
      expect(decibels(rest / tone)).to.be.below(-65)
    }
  })

  it('passes 16 kHz bit by bit', () => {
    const limit = new BandLimit(WIRE_HZ, WIRE_HZ)
    const sent = Array.from({ length: 500 }, (_, i) => Math.fround(Math.sin(i * i)))
    const got: number[] = []
    for (const sample of sent) {
      limit.write(sample)
      while (limit.ready) got.push(Math.fround(limit.read()))
    }
    expect(got).to.deep.equal(sent.slice(0, got.length))
    expect(got.length).to.be.above(497)
  })

  for (const deviceHz of [...COMMON, ...RARE]) {
    it(`loses and adds no sample in ten seconds at ${deviceHz} Hz, and says where each lies`, () => {
      const limit = new BandLimit(deviceHz, WIRE_HZ)
      let out = 0
      let furthest = 0
      for (let i = 0; i < deviceHz * 10; i += 1) {
        limit.write(0)
        while (limit.ready) {
          furthest = Math.max(furthest, Math.abs(limit.position - (out * deviceHz) / WIRE_HZ))
          limit.read()
          out += 1
        }
      }
      expect(furthest).to.be.below(1e-6)
      // What is missing is what the filter still looks ahead for: at most 5 ms.
      expect(WIRE_HZ * 10 - out).to.be.within(0, 81)
    })
  }

  it('puts a click where it was', () => {
    for (const deviceHz of COMMON) {
      const limit = new BandLimit(deviceHz, WIRE_HZ)
      const out: number[] = []
      for (let i = 0; i < deviceHz / 10; i += 1) {
        limit.write(i === deviceHz / 20 ? 1 : 0)
        while (limit.ready) out.push(limit.read())
      }
      expect(out.indexOf(Math.max(...out)), `${deviceHz} Hz`).to.equal(WIRE_HZ / 20)
    }
  })
})
