import { PHONE_HZ } from './beat.ts'

/** The two tones of each key (ITU-T Q.23), and what a waiting caller hears. */

const LOW = [697, 770, 852, 941]
const HIGH = [1209, 1336, 1477, 1633]
const KEYS = ['123A', '456B', '789C', '*0#D']
const KEY_MS = 100
const GAP_MS = 60
const LOUD = 5000

export const isKey = (digit: string): boolean => /^[0-9A-D*#]$/.test(digit)

/** A key's sound with the gap behind it, 160 ms at 8 kHz. @throws RangeError for what is no key */
export function keyTone(digit: string): Int16Array {
  const row = isKey(digit) ? KEYS.findIndex((keys) => keys.includes(digit)) : -1
  if (row < 0) throw new RangeError(`No key: ${digit}`)
  const [low = 0, high = 0] = [LOW[row], HIGH[KEYS[row]?.indexOf(digit) ?? 0]]
  return twoTones(low, high, KEY_MS, GAP_MS)
}

/** One round of the American ringback: two seconds of tone, four of silence. */
export const ringback = (): Int16Array => twoTones(440, 480, 2000, 4000, 1500)

function twoTones(firstHz: number, secondHz: number, ms: number, silenceMs: number, loud = LOUD): Int16Array {
  const sounding = (ms * PHONE_HZ) / 1000
  return Int16Array.from({ length: sounding + (silenceMs * PHONE_HZ) / 1000 }, (_, at) => {
    if (at >= sounding) return 0
    const t = (2 * Math.PI * at) / PHONE_HZ
    return Math.round(loud * (Math.sin(firstHz * t) + Math.sin(secondHz * t)))
  })
}
