import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createUplink } from './uplink.ts'

/** A frame with its number in its first sample; loud in the second byte of another. */
function frame(at: number, loud: boolean): Uint8Array {
  const bytes = new Uint8Array(64)
  new DataView(bytes.buffer).setUint32(4, at, true)
  if (loud) bytes[17] = 0x20
  return bytes
}

function line() {
  const numbers: number[] = []
  const rates: string[] = []
  return {
    numbers,
    rates,
    send(before: string, sound: Uint8Array, after: string) {
      const { audio } = JSON.parse(before + Buffer.from(sound).toString('base64') + after).realtimeInput
      numbers.push(Buffer.from(audio.data, 'base64').readUInt32LE(4))
      rates.push(audio.mimeType)
    },
  }
}

describe('the visitor’s sound on its way up', () => {
  test('over connections that come and go: each gets every frame that comes while it stands, in order, once', () => {
    const step = fc.oneof(
      {
        weight: 20,
        arbitrary: fc.record({ do: fc.constant('sound' as const), frames: fc.integer({ min: 1, max: 80 }), loud: fc.boolean() }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('open' as const, 'away' as const, 'answered' as const) }) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const uplink = createUplink()
        let now: ReturnType<typeof line> | undefined
        let count = 0
        let openedAt = 0
        /** The first loud frame since the last answer. */
        let question: number | undefined
        const judge = () => {
          if (!now) return
          const [first = count] = now.numbers
          expect(now.numbers).toEqual(Array.from({ length: count - first }, (_, at) => first + at))
          expect(first).toBeLessThanOrEqual(openedAt)
        }
        for (const one of steps) {
          if (one.do === 'sound') {
            for (let at = 0; at < one.frames; at++) {
              if (one.loud) question ??= count
              uplink.sound(frame(count++, one.loud), 16_000)
            }
          } else if (one.do === 'answered') {
            uplink.answered()
            question = undefined
          } else {
            judge()
            now = undefined
            uplink.away()
            if (one.do === 'away') continue
            now = line()
            openedAt = count
            uplink.open(now.send)
            const replayed = now.numbers.length
            expect(replayed).toBeLessThanOrEqual(150)
            // The whole question as far as it is kept, and a breath before it.
            if (question !== undefined) expect(now.numbers[0]).toBeLessThanOrEqual(Math.max(question, count - 150))
            else expect(replayed).toBeLessThanOrEqual(10)
          }
        }
        judge()
      }),
    )
  })

  test('of another rate begins anew, under its own name', () => {
    const uplink = createUplink()
    for (let at = 0; at < 5; at++) uplink.sound(frame(at, true), 8000)
    uplink.sound(frame(5, true), 16_000)
    const { send, numbers, rates } = line()
    uplink.open(send)
    expect(numbers).toEqual([5])
    expect(rates).toEqual(['audio/pcm;rate=16000'])
  })
})
