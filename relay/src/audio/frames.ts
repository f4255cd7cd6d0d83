/**
 * Cuts a PCM16LE mono stream of any chunks into whole frames: odd bytes and part frames wait for what follows.
 * Each frame is a buffer of its own, so the leg that gets it may keep it.
 */
export interface Framer {
  readonly frameBytes: number
  /** Whole frames that are complete by now, in order. */
  push(bytes: Uint8Array): Uint8Array[]
  /** The stream's end: the last part frame filled up with silence, or none; an odd byte is dropped. Ready for a new stream afterwards. */
  flush(): Uint8Array | undefined
  /** Forgets the part frame (a barge-in). */
  reset(): void
  /** Bytes that wait for the rest of their frame. */
  readonly waiting: number
}

/** Bytes of one PCM16LE mono frame. Throws RangeError when the frame is not a whole number of samples. */
export function frameBytes(sampleRateHz: number, frameMs: number): number {
  const samples = (sampleRateHz * frameMs) / 1000
  if (!Number.isInteger(samples) || samples <= 0)
    throw new RangeError(`${frameMs} ms at ${sampleRateHz} Hz is not a whole number of samples`)
  return samples * 2
}

/** Milliseconds of this many bytes of PCM16LE mono. */
export function durationMs(bytes: number, sampleRateHz: number): number {
  return ((bytes >> 1) * 1000) / sampleRateHz
}

/** Louder than this somewhere (−44 dB) is a sound. */
const QUIET = 200

/** Whether nothing can be made out in these PCM16LE samples: a pause between words. */
export const isSilent = (bytes: Uint8Array): boolean => soundingBytes(bytes) === 0

/** How many of these bytes there are up to the last sample of PCM16LE that can be made out. */
export function soundingBytes(bytes: Uint8Array): number {
  for (let at = bytes.length - (bytes.length % 2) - 2; at >= 0; at -= 2) {
    const sample = (((bytes[at + 1] as number) << 24) >> 16) | (bytes[at] as number)
    if (sample > QUIET || sample < -QUIET) return at + 2
  }
  return 0
}

export function createFramer(sampleRateHz: number, frameMs = 20): Framer {
  return new PcmFramer(frameBytes(sampleRateHz, frameMs))
}

// A class: a getter in an object literal would make each object a slow one of its own shape.
class PcmFramer implements Framer {
  readonly frameBytes: number
  waiting = 0
  #part: Uint8Array

  constructor(size: number) {
    this.frameBytes = size
    this.#part = new Uint8Array(size)
  }

  push(bytes: Uint8Array): Uint8Array[] {
    const size = this.frameBytes
    const frames: Uint8Array[] = []
    for (let at = 0; at < bytes.length; ) {
      const taken = Math.min(size - this.waiting, bytes.length - at)
      this.#part.set(bytes.subarray(at, at + taken), this.waiting)
      this.waiting += taken
      at += taken
      if (this.waiting < size) continue
      frames.push(this.#part)
      this.#part = new Uint8Array(size)
      this.waiting = 0
    }
    return frames
  }

  flush(): Uint8Array | undefined {
    const whole = this.waiting - (this.waiting % 2)
    this.waiting = 0
    if (whole === 0) return undefined
    const last = this.#part
    last.fill(0, whole)
    this.#part = new Uint8Array(this.frameBytes)
    return last
  }

  reset(): void {
    this.waiting = 0
  }
}
