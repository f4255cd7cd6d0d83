/** What of the visitor's sound is kept for a new connection: a breath before they speak, then all of it until it is answered. */
const BREATH_FRAMES = 10
const MOST_FRAMES = 500
/** Louder than a quiet room: somebody may be speaking. One of 32768. */
const LOUD = 500

interface Frame {
  bytes: Uint8Array
  sampleRateHz: number
}

/** The visitor's sound on its way to the vendor. It outlives connections: what a lost one swallowed of a question is sent again. */
export interface Uplink {
  take(bytes: Uint8Array, sampleRateHz: number): void
  /** The vendor answers: what was said until now is not needed any more. */
  answered(): void
  /** From now on sound is sent here; what was kept goes first. */
  open(send: (json: string) => void): void
  /** There is no connection; sound waits. */
  away(): void
}

export function createUplink(): Uplink {
  let send: ((json: string) => void) | undefined
  let kept: Frame[] = []
  let speaks = false

  const deliver = (to: (json: string) => void, { bytes, sampleRateHz }: Frame) => {
    const { buffer, byteOffset, length } = bytes
    // As the SDK writes it, without its converters: this is 50 frames a second and call.
    to(
      `{"realtimeInput":{"audio":{"data":"${Buffer.from(buffer, byteOffset, length).toString('base64')}","mimeType":"audio/pcm;rate=${sampleRateHz}"}}}`,
    )
  }
  return {
    take(bytes, sampleRateHz) {
      const frame = { bytes, sampleRateHz }
      if (send) deliver(send, frame)
      speaks ||= isLoud(bytes)
      kept.push(send ? { bytes: bytes.slice(), sampleRateHz } : frame)
      const most = speaks ? MOST_FRAMES : BREATH_FRAMES
      if (kept.length > most) kept.shift()
    },
    answered() {
      speaks = false
      if (kept.length > BREATH_FRAMES) kept = kept.slice(-BREATH_FRAMES)
    },
    open(next) {
      for (const frame of kept) deliver(next, frame)
      send = next
    },
    away() {
      send = undefined
    },
  }
}

/** Looks at every eighth sample: enough for a voice. */
function isLoud(bytes: Uint8Array): boolean {
  for (let at = 1; at < bytes.length; at += 16) {
    const high = ((bytes[at] ?? 0) << 24) >> 16
    if (high > LOUD || high < -LOUD) return true
  }
  return false
}
