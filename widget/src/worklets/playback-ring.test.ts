import { expect } from '@esm-bundle/chai'
import fc from 'fast-check'
import { rms, tone } from '../testing/signals.test-kit.ts'
import { PlaybackRing } from './playback-ring.ts'

const HZ = 24_000
const BLOCK = 128
const ms = (n: number) => Math.round((n * HZ) / 1000)
const speech = (samples: number, from = 0) => tone({ hz: 440, sampleRate: HZ, samples, from })

function newRing(deviceHz = HZ): PlaybackRing {
  return new PlaybackRing({ sourceHz: HZ, deviceHz })
}

/** Renders so many blocks one after the other; tells which marks were reached in which block. */
function render(ring: PlaybackRing, blocks: number): { out: Float32Array; reached: { id: number; block: number }[] } {
  const out = new Float32Array(blocks * BLOCK)
  const reached: { id: number; block: number }[] = []
  for (let block = 0; block < blocks; block += 1) {
    ring.render(out.subarray(block * BLOCK, (block + 1) * BLOCK))
    for (let i = 0; i < ring.reachedCount; i += 1) reached.push({ id: ring.reached[i] as number, block })
  }
  return { out, reached }
}

describe('playback ring', () => {
  it('waits for its cushion, then plays', () => {
    const ring = newRing()
    ring.push(speech(ms(40)))
    expect(rms(render(ring, 2).out)).to.equal(0)
    ring.push(speech(ms(40), ms(40)))
    expect(rms(render(ring, 2).out)).to.be.above(0.1)
  })

  it('plays a piece shorter than the cushion when it is closed, or after a while', () => {
    const closed = newRing()
    closed.push(speech(ms(20)))
    closed.mark(1, 1, true)
    expect(rms(render(closed, 1).out)).to.be.above(0.1)
    const open = newRing()
    open.push(speech(ms(20)))
    expect(rms(render(open, Math.ceil(ms(260) / BLOCK)).out)).to.be.above(0.01)
  })

  it('sounds the same however the audio was cut into frames', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 2_400 }), { minLength: 1, maxLength: 30 }),
        fc.constantFrom(44_100, 48_000),
        (cuts, deviceHz) => {
          const all = speech(cuts.reduce((sum, cut) => sum + cut, 0))
          const whole = newRing(deviceHz)
          whole.push(all)
          whole.mark(1, 1, true)
          const pieces = newRing(deviceHz)
          let at = 0
          for (const cut of cuts) {
            pieces.push(all.subarray(at, at + cut))
            at += cut
          }
          pieces.mark(1, 1, true)
          const blocks = Math.ceil((all.length * deviceHz) / HZ / BLOCK) + 2
          expect(render(pieces, blocks).out).to.deep.equal(render(whole, blocks).out)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('never leaves a gap between frames that come in time', () => {
    const ring = newRing(48_000)
    let at = 0
    const out: number[] = []
    for (let block = 0; block < 400; block += 1) {
      // 20 ms frames, three ahead.
      while (at < (block * BLOCK) / 2 + ms(80)) {
        ring.push(speech(ms(20), at))
        at += ms(20)
      }
      const piece = new Float32Array(BLOCK)
      ring.render(piece)
      out.push(...piece)
    }
    const limit = (2 * Math.PI * 440) / 48_000
    const jumps = out.slice(600).filter((value, i, all) => i > 0 && Math.abs(value - (all[i - 1] as number)) > 0.5 * limit * 1.05)
    expect(jumps).to.have.length(0)
    expect(ring.underruns).to.equal(0)
  })

  it('tells a mark in the block in which its place is heard', () => {
    const ring = newRing()
    ring.push(speech(BLOCK * 10))
    ring.mark(7, 1, false)
    ring.push(speech(BLOCK * 10))
    ring.mark(8, 1, true)
    const { reached } = render(ring, 24)
    expect(reached).to.deep.equal([
      { id: 7, block: 10 - 1 },
      { id: 8, block: 20 - 1 },
    ])
  })

  it('falls silent without a click when audio runs dry, waits longer afterwards, and goes on where it was', () => {
    const ring = newRing()
    ring.push(speech(ms(100)))
    const { out } = render(ring, Math.ceil(ms(200) / BLOCK))
    expect(ring.underruns).to.equal(1)
    expect(ring.cushionMs).to.equal(80)
    const steps = [...out].map((value, i) => Math.abs(value - (out[i - 1] ?? 0)))
    expect(Math.max(...steps)).to.be.below(0.08)
    ring.push(speech(ms(70), ms(100)))
    expect(rms(render(ring, 2).out)).to.equal(0)
    ring.push(speech(ms(70), ms(170)))
    expect(rms(render(ring, 8).out)).to.be.above(0.1)
    for (let i = 0; i < 10; i += 1) {
      ring.push(speech(ms(300)))
      render(ring, Math.ceil(ms(700) / BLOCK))
    }
    expect(ring.cushionMs).to.equal(120)
  })

  it('counts nothing as underrun when an utterance is over', () => {
    const ring = newRing()
    ring.push(speech(ms(100)))
    ring.mark(1, 1, true)
    render(ring, Math.ceil(ms(200) / BLOCK))
    expect(ring.underruns).to.equal(0)
    expect(ring.cushionMs).to.equal(60)
  })

  it('flushes within 20 to 30 ms and knows exactly what was heard', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), fc.constantFrom(16_000, 24_000, 44_100, 48_000), (blocks, deviceHz) => {
        const ring = newRing(deviceHz)
        ring.begin(1)
        ring.push(speech(ms(2_000)))
        ring.mark(9, 1, true)
        render(ring, blocks)
        const before = ring.position
        const heard = ring.clear(1)
        const fadeMs = ((heard - before) * 1000) / HZ
        expect(fadeMs).to.be.within(20, 30)
        const { out, reached } = render(ring, 60)
        let last = out.length - 1
        while (last >= 0 && out[last] === 0) last -= 1
        expect((last * 1000) / deviceHz).to.be.within(fadeMs - 1, fadeMs + 1)
        expect(reached, 'marks behind the cut').to.deep.equal([])
        expect(ring.ledger.heard(1, ring.position)).to.equal(heard)
        ring.begin(2)
        ring.push(speech(ms(3_000)))
        expect(render(ring, 1_100).reached, 'nor when others play at their place').to.deep.equal([])
      }),
      { numRuns: 60 },
    )
  })

  it('has heard nothing of what it had not begun to play', () => {
    const ring = newRing()
    ring.begin(1)
    ring.push(speech(ms(30)))
    expect(ring.clear(1)).to.equal(0)
    expect(rms(render(ring, 40).out)).to.equal(0)
  })

  it('counts an utterance over a cut and its second coming', () => {
    const ring = newRing()
    ring.begin(1)
    ring.push(speech(ms(500)))
    render(ring, 50)
    const first = ring.clear(1)
    ring.begin(1)
    ring.push(speech(ms(500), first))
    ring.mark(1, 1, true)
    render(ring, 200)
    expect(ring.clear(1)).to.equal(first + ms(500))
  })

  it('keeps its place while held, and goes on without a click', () => {
    const ring = newRing()
    ring.push(speech(ms(1_000)))
    ring.mark(1, 1, true)
    render(ring, 20)
    ring.hold(true)
    render(ring, 4)
    const place = ring.position
    expect(rms(render(ring, 50).out)).to.equal(0)
    expect(ring.position).to.equal(place)
    ring.hold(false)
    const { out } = render(ring, 4)
    expect(rms(out)).to.be.above(0.05)
    expect(Math.abs(out[0] as number)).to.be.below(0.01)
  })

  it('grows for a relay that sends far ahead, and loses nothing', () => {
    const ring = newRing()
    ring.push(speech(ms(3_000)))
    render(ring, 10)
    const before = ring.queuedMs
    for (let i = 0; i < 20; i += 1) expect(ring.push(speech(ms(1_000), ms(3_000 + 1_000 * i)))).to.equal(ms(1_000))
    expect(ring.queuedMs).to.be.closeTo(before + 20_000, 0.1)
    const { out } = render(ring, 2_000)
    const steepest = out.reduce((most, value, i) => Math.max(most, Math.abs(value - (out[i - 1] ?? value))), 0)
    expect(steepest).to.be.below(0.065)
  })

  it('keeps its book whatever is asked of it, in whatever order', () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 1, max: 4_000 }) }),
      fc.record({ render: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ mark: fc.boolean() }),
      fc.record({ begin: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ clear: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ hold: fc.boolean() }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const ring = newRing(48_000)
        let pushed = 0
        let marks = 0
        let lastReached = 0
        for (const each of steps) {
          if ('push' in each) pushed += ring.push(speech(each.push, pushed))
          if ('begin' in each) ring.begin(each.begin)
          if ('hold' in each) ring.hold(each.hold)
          if ('mark' in each) {
            marks += 1
            ring.mark(marks, 1, each.mark)
          }
          if ('clear' in each) expect(ring.clear(each.clear)).to.be.within(0, pushed)
          if ('render' in each) {
            const { out, reached } = render(ring, each.render)
            expect(out.every((value) => Math.abs(value) <= 0.65)).to.equal(true)
            for (const { id } of reached) {
              expect(id).to.be.above(lastReached)
              lastReached = id
            }
          }
          expect(ring.position).to.be.at.most(pushed)
          expect(ring.queuedMs).to.be.at.least(0)
        }
        let sum = 0
        for (let utterance = 0; utterance <= 5; utterance += 1) sum += ring.ledger.heard(utterance, ring.position)
        // Every sample that was played belongs to one utterance, and to one only.
        expect(sum).to.be.closeTo(ring.position, 1)
      }),
      { numRuns: 200 },
    )
  })
})
