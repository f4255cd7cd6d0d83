/** What of the visitor's sound is kept for a new connection: a breath before they speak, then the last three seconds until it is answered. Frames of 20 ms. */
const BREATH_FRAMES = 10
const MOST_FRAMES = 150
/** Forgotten together: taking the first of many away costs more than sending it. */
const SLACK_FRAMES = 50
/** Louder than a quiet room: somebody may be speaking. One of 32768. */
const LOUD = 500

/** The visitor's sound on its way to the vendor. It outlives connections: what a lost one swallowed of a question is sent again. */
export interface Uplink {
  /** PCM16LE mono; the bytes are kept. */
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
  let kept: Uint8Array[] = []
  let rateHz = 0
  let speaks = false

  const deliver = (to: (json: string) => void, { buffer, byteOffset, length }: Uint8Array) =>
    // As the SDK writes it, without its converters: this is 50 frames a second and call.
    to(
      `{"realtimeInput":{"audio":{"data":"${Buffer.from(buffer, byteOffset, length).toString('base64')}","mimeType":"audio/pcm;rate=${rateHz}"}}}`,
    )
  const keep = (most: number) => {
    if (kept.length > most) kept.splice(0, kept.length - most)
  }
  return {
    take(bytes, sampleRateHz) {
      if (sampleRateHz !== rateHz) {
        kept = []
        rateHz = sampleRateHz
      }
      if (send) deliver(send, bytes)
      speaks ||= isLoud(bytes)
      kept.push(bytes)
      const most = speaks ? MOST_FRAMES : BREATH_FRAMES
      if (kept.length >= most + SLACK_FRAMES) keep(most)
    },
    answered() {
      speaks = false
      keep(BREATH_FRAMES)
    },
    open(next) {
      keep(speaks ? MOST_FRAMES : BREATH_FRAMES)
      for (const bytes of kept) deliver(next, bytes)
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
