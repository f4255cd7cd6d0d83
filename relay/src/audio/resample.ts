import loadSpeex from '@echogarden/speex-resampler-wasm/simd'

/**
 * Changes the rate of one PCM16LE mono stream. Stateful: filter history and an odd byte are carried from chunk to chunk,
 * so it does not matter how the stream is cut. Over a stream of n samples it gives exactly ceil(n · toHz / fromHz).
 */
export interface Resampler {
  readonly fromHz: number
  readonly toHz: number
  /** Any number of bytes in, the samples that are certain by now out (a buffer of its own; may be empty). About 5 ms stay inside. */
  push(bytes: Uint8Array): Uint8Array
  /** The stream's end: the rest of its samples; a trailing odd byte is dropped. Ready for a new stream afterwards. */
  flush(): Uint8Array
  /** Forgets the stream (a barge-in): nothing of it sounds in the next one. */
  reset(): void
  /** Frees the filter. Idempotent; one that is forgotten is freed when collected. Throws on use afterwards. */
  close(): void
}

// Measured over every pair of our rates: flat to 0.42, silent (< −80 dB) from 0.5 of the lower rate, 5–7 µs per 20 ms frame.
const QUALITY = 5
const BLOCK_BYTES = 8192
const MIN_HZ = 4000
const MAX_HZ = 192_000
const NOTHING = new Uint8Array(0)

const speex = await loadSpeex()
// One scratch for all streams: a call into the filter never gives way to another.
const counts = speex._malloc(8)
const input = speex._malloc(BLOCK_BYTES)
const outputSamples = Math.ceil((BLOCK_BYTES / 2) * (MAX_HZ / MIN_HZ)) + 64
const output = speex._malloc(outputSamples * 2)

const forgotten = new FinalizationRegistry<number>((state) => speex._speex_resampler_destroy(state))

/** A band-limited resampler between two integer rates from 4 to 192 kHz. Throws RangeError for others. */
export function createResampler(fromHz: number, toHz: number): Resampler {
  for (const rate of [fromHz, toHz])
    if (!Number.isInteger(rate) || rate < MIN_HZ || rate > MAX_HZ) throw new RangeError(`Cannot resample at ${rate} Hz`)
  return fromHz === toHz ? new SameRate(fromHz) : new SpeexResampler(fromHz, toHz)
}

/** Bytes the filters of all live resamplers stand in, for the bench and the leak test. It grows and never shrinks. */
export function resamplerMemoryBytes(): number {
  return speex.HEAPU8.byteLength
}

class SpeexResampler implements Resampler {
  readonly fromHz: number
  readonly toHz: number
  #state: number
  #taken = 0
  #given = 0
  #carried = -1

  constructor(fromHz: number, toHz: number) {
    this.fromHz = fromHz
    this.toHz = toHz
    this.#state = speex._speex_resampler_init(1, fromHz, toHz, QUALITY, counts)
    if (this.#state === 0) throw new Error('No memory left for another resampler')
    speex._speex_resampler_skip_zeros(this.#state)
    forgotten.register(this, this.#state, this)
  }

  push(bytes: Uint8Array): Uint8Array {
    this.#alive()
    const pieces: Uint8Array[] = []
    let at = 0
    do {
      const carried = this.#carried >= 0 ? 1 : 0
      if (carried) speex.HEAPU8[input] = this.#carried
      const part = bytes.subarray(at, at + BLOCK_BYTES - carried)
      speex.HEAPU8.set(part, input + carried)
      at += part.length
      const size = carried + part.length
      this.#carried = size % 2 === 1 ? (speex.HEAPU8[input + size - 1] ?? 0) : -1
      this.#taken += size >> 1
      pieces.push(this.#filter(size >> 1))
    } while (at < bytes.length)
    return joined(pieces)
  }

  flush(): Uint8Array {
    this.#alive()
    const due = Math.ceil((this.#taken * this.toHz) / this.fromHz) - this.#given
    const pieces: Uint8Array[] = []
    // Silence behind the last sample pushes the filter's delay out; what is due may be a sample short of one latency.
    const silence = Math.min(speex._speex_resampler_get_input_latency(this.#state) + 8, BLOCK_BYTES / 2)
    for (let missing = due * 2; missing > 0; ) {
      speex.HEAPU8.fill(0, input, input + silence * 2)
      const piece = this.#filter(silence).subarray(0, missing)
      missing -= piece.length
      pieces.push(piece)
    }
    this.reset()
    return joined(pieces)
  }

  reset(): void {
    this.#alive()
    speex._speex_resampler_reset_mem(this.#state)
    speex._speex_resampler_skip_zeros(this.#state)
    this.#taken = 0
    this.#given = 0
    this.#carried = -1
  }

  close(): void {
    if (this.#state === 0) return
    forgotten.unregister(this)
    speex._speex_resampler_destroy(this.#state)
    this.#state = 0
  }

  #alive(): void {
    if (this.#state === 0) throw new Error('This resampler is closed')
  }

  /** Runs `samples` that stand in the scratch. */
  #filter(samples: number): Uint8Array {
    if (samples === 0) return NOTHING
    speex.HEAPU32[counts >> 2] = samples
    speex.HEAPU32[(counts >> 2) + 1] = outputSamples
    const failed = speex._speex_resampler_process_int(this.#state, 0, input, counts, output, counts + 4)
    if (failed !== 0) throw new Error(`The resampler failed with code ${failed}`)
    const made = speex.HEAPU32[(counts >> 2) + 1] ?? 0
    this.#given += made
    return speex.HEAPU8.slice(output, output + made * 2)
  }
}

/** Equal rates: samples pass unchanged, only an odd byte is carried. */
class SameRate implements Resampler {
  readonly fromHz: number
  readonly toHz: number
  #carried = -1

  constructor(rateHz: number) {
    this.fromHz = rateHz
    this.toHz = rateHz
  }

  push(bytes: Uint8Array): Uint8Array {
    const carried = this.#carried >= 0 ? 1 : 0
    const size = carried + bytes.length
    const whole = size - (size % 2)
    const out = new Uint8Array(whole)
    if (whole > 0) {
      if (carried) out[0] = this.#carried
      out.set(bytes.subarray(0, whole - carried), carried)
    }
    if (size % 2 === 0) this.#carried = -1
    else if (bytes.length > 0) this.#carried = bytes[bytes.length - 1] ?? 0
    return out
  }

  flush(): Uint8Array {
    this.#carried = -1
    return NOTHING
  }

  reset(): void {
    this.#carried = -1
  }

  close(): void {}
}

function joined(pieces: Uint8Array[]): Uint8Array {
  const only = pieces.length === 1 ? pieces[0] : undefined
  if (only) return only.length === only.buffer.byteLength ? only : only.slice()
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
