import loadSpeex from '@echogarden/speex-resampler-wasm'

/** Changes the rate of one stream of samples, piece by piece. */
export interface Resampler {
  push(samples: Int16Array): Int16Array
  close(): void
}

const QUALITY = 5
const BLOCK = 4096
const LOWEST_HZ = 4000
const HIGHEST_HZ = 192_000
const MOST_OUT = Math.ceil(BLOCK * (HIGHEST_HZ / LOWEST_HZ)) + 64

const speex = await loadSpeex()
// One scratch for all streams: a call into the filter never gives way to another.
const input = speex._malloc(BLOCK * 2)
const output = speex._malloc(MOST_OUT * 2)
const counts = speex._malloc(8)

export const canResample = (hz: number): boolean => Number.isInteger(hz) && hz >= LOWEST_HZ && hz <= HIGHEST_HZ

/** @throws RangeError for rates outside 4 to 192 kHz */
export function createResampler(fromHz: number, toHz: number): Resampler {
  if (!canResample(fromHz) || !canResample(toHz)) throw new RangeError(`Cannot resample from ${fromHz} to ${toHz} Hz`)
  if (fromHz === toHz) return { push: (samples) => samples, close() {} }
  let state = speex._speex_resampler_init(1, fromHz, toHz, QUALITY, counts)
  if (state === 0) throw new Error('No memory left for another resampler')
  speex._speex_resampler_skip_zeros(state)

  function block(samples: Int16Array): Int16Array {
    new Int16Array(speex.HEAPU8.buffer, input, samples.length).set(samples)
    speex.HEAPU32[counts >> 2] = samples.length
    speex.HEAPU32[(counts >> 2) + 1] = MOST_OUT
    speex._speex_resampler_process_int(state, 0, input, counts, output, counts + 4)
    return new Int16Array(speex.HEAPU8.buffer, output, speex.HEAPU32[(counts >> 2) + 1] ?? 0).slice()
  }

  return {
    push(samples) {
      if (state === 0) return new Int16Array(0)
      const out: Int16Array[] = []
      for (let at = 0; at < samples.length; at += BLOCK) out.push(block(samples.subarray(at, at + BLOCK)))
      return out.length === 1 && out[0] ? out[0] : joinSamples(out)
    },
    close() {
      if (state !== 0) speex._speex_resampler_destroy(state)
      state = 0
    },
  }
}

/** A whole recording at another rate; a little silence behind it pushes the filter's delay out. */
export function resampled(samples: Int16Array, fromHz: number, toHz: number): Int16Array {
  if (fromHz === toHz) return samples
  const resampler = createResampler(fromHz, toHz)
  const padded = new Int16Array(samples.length + Math.ceil(fromHz / 50))
  padded.set(samples)
  const out = resampler.push(padded)
  resampler.close()
  return out.subarray(0, Math.round((samples.length * toHz) / fromHz))
}

export function joinSamples(pieces: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
