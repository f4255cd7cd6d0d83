import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createUplink } from './uplink.ts'

const RATE_HZ = 16_000

/** A piece with its number in its third and fourth sample; loud in the second byte of another. */
function piece(at: number, ms: number, loud: boolean, sampleRateHz = RATE_HZ): Uint8Array {
  const bytes = new Uint8Array((sampleRateHz * 2 * ms) / 1000)
  new DataView(bytes.buffer).setUint32(4, at, true)
  if (loud) bytes[17] = 0x20
  return bytes
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at)

/** What one connection is sent. */
function line() {
  const numbers: number[] = []
  const state = { numbers, ms: 0, message: '' }
  return {
    state,
    send(before: string, sound: Uint8Array, after: string) {
      numbers.push(new DataView(sound.buffer, sound.byteOffset).getUint32(4, true))
      state.ms += sound.length / 2 / (RATE_HZ / 1000)
      state.message = before + Buffer.from(sound).toString('base64') + after
    },
  }
}

/** An uplink that is given so many milliseconds of a voice, or of silence, in pieces of one length; and what the next connection is given of it. */
function world(pieceMs: number) {
  const uplink = createUplink()
  let count = 0
  return {
    uplink,
    give(ms: number, loud = true) {
      for (const end = count + ms / pieceMs; count < end; count++) uplink.sound(piece(count, pieceMs, loud), RATE_HZ)
    },
    /** How long it is, by a new connection: the last pieces, in order. */
    open() {
      const { send, state } = line()
      uplink.away()
      uplink.open(send)
      const { numbers, ms } = state
      expect(numbers).toEqual(range(count - numbers.length, count))
      return ms
    },
  }
}

describe('the visitor’s sound on its way up', () => {
  test('over connections that come and go: each gets what is kept by then, and every piece that comes while it stands, in order, once', () => {
    const step = fc.oneof(
      {
        weight: 20,
        arbitrary: fc.record({
          do: fc.constant('sound' as const),
          ms: fc.constantFrom(20, 100),
          pieces: fc.integer({ min: 1, max: 150 }),
          loud: fc.boolean(),
        }),
      },
      { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('open' as const, 'away' as const, 'answered' as const) }) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const uplink = createUplink()
        let now: ReturnType<typeof line>['state'] | undefined
        /** When each piece began, when the last one ended. */
        const begins: number[] = []
        let endMs = 0
        let asks = false
        let mostMs = 150_000
        /** The oldest that is kept, and what the connection that stands began with. */
        let oldest = 0
        let first = 0
        const forget = (ms: number) => {
          oldest = Math.max(
            oldest,
            begins.findLastIndex((beganMs) => endMs - beganMs >= ms),
          )
        }
        const judge = () => now && expect(now.numbers).toEqual(range(first, begins.length))
        for (const one of steps) {
          if (one.do === 'sound') {
            for (let at = 0; at < one.pieces; at++) {
              uplink.sound(piece(begins.length, one.ms, one.loud), RATE_HZ)
              begins.push(endMs)
              endMs += one.ms
            }
            asks ||= one.loud
            forget(asks ? mostMs : 200)
          } else if (one.do === 'answered') {
            uplink.answered()
            asks = false
            mostMs = now ? 3000 : 150_000
            forget(200)
          } else {
            judge()
            now = undefined
            uplink.away()
            mostMs = 150_000
            if (one.do === 'away') continue
            const { send, state } = line()
            uplink.open(send)
            now = state
            first = oldest
            mostMs = Math.max(3000, endMs - (begins[oldest] ?? 0))
            judge()
          }
        }
        judge()
      }),
    )
  })

  test.each([20, 100])('in pieces of %i ms: as long is kept, a breath of silence and three seconds of a voice', (pieceMs) => {
    const silent = world(pieceMs)
    silent.give(10_000, false)
    expect(silent.open()).toBe(200)
    silent.give(10_000, false)
    expect(silent.open()).toBe(200)
    const loud = world(pieceMs)
    loud.open()
    loud.give(10_000)
    expect(loud.open()).toBe(3000)
  })

  test.each([20, 100])('in pieces of %i ms: all that waits for a connection is kept until it is answered, behind a breath', (pieceMs) => {
    const { uplink, give, open } = world(pieceMs)
    give(5000, false)
    give(40_000)
    expect(open()).toBe(40_200)
    // The same again for a connection that comes because this one was lost with it.
    expect(open()).toBe(40_200)
    give(1000)
    expect(open()).toBe(40_200)
    uplink.away()
    give(10_000)
    expect(open()).toBe(50_200)
    uplink.answered()
    give(10_000)
    expect(open()).toBe(3000)
    uplink.answered()
    give(10_000, false)
    expect(open()).toBe(200)
    uplink.away()
    uplink.answered()
    give(10_000)
    expect(open()).toBe(10_200)
  })

  test('waits for two minutes and a half at most', () => {
    const { give, open } = world(100)
    give(200_000)
    expect(open()).toBe(150_000)
  })

  test('may be pieces of any length: never less is kept than is said, nor a piece more', () => {
    const { uplink, give } = world(100)
    uplink.open(() => undefined)
    give(2900)
    for (let at = 0; at < 5; at++) uplink.sound(piece(0, 20, true), RATE_HZ)
    const given = line()
    uplink.open(given.send)
    expect(given.state.ms).toBe(3000)
    uplink.sound(piece(0, 20, true), RATE_HZ)
    const next = line()
    uplink.open(next.send)
    expect(next.state.ms).toBe(3020)
  })

  test('of another rate begins anew, under its own name', () => {
    const uplink = createUplink()
    for (let at = 0; at < 5; at++) uplink.sound(piece(at, 20, true, 8000), 8000)
    uplink.sound(piece(5, 20, true), RATE_HZ)
    const { send, state } = line()
    uplink.open(send)
    expect(state.numbers).toEqual([5])
    const { audio } = JSON.parse(state.message).realtimeInput
    expect(audio).toEqual({ data: Buffer.from(piece(5, 20, true)).toString('base64'), mimeType: 'audio/pcm;rate=16000' })
  })
})
