import { describe, expect, it } from 'vitest'
import { bestLag, envelope, mendGap, toMs, trim, windows } from './sound.ts'

/** The measure that cut.e2e trusts must itself see what is lost or heard twice. */

const HZ = 48_000
const ms = (count: number) => (count * HZ) / 1000

/** Something as uneven as speech, the same each time. */
function speech(lengthMs: number): Float32Array {
  let seed = 1
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed / 2_147_483_648
  }
  let loudness = 0.1
  return Float32Array.from({ length: ms(lengthMs) }, (_, at) => {
    if (at % ms(40) === 0) loudness = 0.02 + random() * 0.5
    return loudness * (random() * 2 - 1)
  })
}

const silence = (lengthMs: number) => new Float32Array(ms(lengthMs))
const join = (...pieces: Float32Array[]) => Float32Array.from(pieces.flatMap((piece) => Array.from(piece)))
const levels = (samples: Float32Array) => envelope({ samples, sampleRate: HZ })

describe('comparing what was heard', () => {
  const whole = speech(3000)
  const wanted = trim(levels(whole))
  const cutAt = 1200

  it.each([
    ['nothing', 0],
    ['200 ms lost', 200],
    ['80 ms lost', 80],
    ['80 ms twice', -80],
    ['200 ms twice', -200],
  ])('sees %s', (_, lost) => {
    const heard = join(silence(300), whole.subarray(0, ms(cutAt)), silence(9000), whole.subarray(ms(cutAt + lost)), silence(500))
    const { levels: got, at } = mendGap(trim(levels(heard)), 5000)
    expect(toMs(at)).toBeCloseTo(cutAt, -1)
    expect(bestLag(got.subarray(0, at), wanted, 0, 100)).toMatchObject({ lagMs: 0 })
    const tail = bestLag(got.subarray(at), wanted, at, 400)
    expect(tail.lagMs).toBe(lost)
    expect(tail.fit).toBeGreaterThan(0.95)
  })

  it('sees other words', () => {
    const other = trim(levels(speech(6000).subarray(ms(3000))))
    expect(bestLag(other, wanted, 0, 400).fit).toBeLessThan(0.95)
  })

  it('finds no gap where there is none', () => {
    expect(mendGap(wanted, 1000).at).toBe(-1)
    expect(windows(100)).toBe(20)
  })
})
