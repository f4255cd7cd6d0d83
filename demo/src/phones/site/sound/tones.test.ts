import { afterEach, expect, test, vi } from 'vitest'
import vectors from '../../../sandbox/phones/dtmf.vectors.json' with { type: 'json' }
import { keyTone } from './tones.js'

const keys = vectors.grid.flatMap((row, at) =>
  [...row].map((key, column): [string, (number | undefined)[]] => [key, [vectors.low[at], vectors.high[column]]]),
)

afterEach(() => void vi.unstubAllGlobals())

/** What would sound, in Hz. */
function sounded(key: string): number[] {
  const played: number[] = []
  class Node {
    gain = { setTargetAtTime: () => undefined }
    constructor(_: unknown, o: { frequency?: number }) {
      if (o.frequency !== undefined) played.push(o.frequency)
    }
    connect = (to: unknown) => to
    start = () => undefined
    stop = () => undefined
  }
  vi.stubGlobal('OscillatorNode', Node)
  vi.stubGlobal('GainNode', Node)
  keyTone({ currentTime: 0 } as AudioContext, key)
  return played
}

test.each(keys)('key %s sounds as the vectors have it, %j Hz', (key, pair) => {
  // A handset has no letters.
  expect(sounded(key)).toEqual(/[A-D]/.test(key) ? [] : pair)
})
