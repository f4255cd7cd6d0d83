import { type FromRelay, isMark, MAX_AUDIO_FRAME_MS, MAX_TEXT_FRAME_BYTES, ToRelay } from '../../protocol/index.ts'

/** What came over the socket, or why it is not taken. */
export type Decoded = { ok: true; message: ToRelay } | { ok: false; code: 'bad_audio' | 'bad_frame'; detail: string }

const MALFORMED = (detail: string): Decoded => ({ ok: false, code: 'bad_frame', detail })

/** Why sound is not taken; binary frames are PCM16LE mono, whole samples, at most 100 ms. */
export function faultOfAudio(bytes: Uint8Array, sampleRateHz: number): { code: 'bad_audio'; detail: string } | undefined {
  const longest = (sampleRateHz * 2 * MAX_AUDIO_FRAME_MS) / 1000
  if (bytes.length % 2 === 1) return { code: 'bad_audio', detail: 'An audio frame has an even number of bytes: 16-bit samples.' }
  if (bytes.length <= longest) return undefined
  return { code: 'bad_audio', detail: `An audio frame holds at most ${MAX_AUDIO_FRAME_MS} ms (${longest} bytes): send 20 ms frames.` }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Text: one JSON message of CONTRACT section 5, up to 64 KiB. */
export function decodeText(bytes: Uint8Array): Decoded {
  if (bytes.length > MAX_TEXT_FRAME_BYTES) return MALFORMED(`A text frame holds at most ${MAX_TEXT_FRAME_BYTES} bytes.`)
  let value: unknown
  try {
    value = JSON.parse(utf8.decode(bytes))
  } catch {
    return MALFORMED('A text frame holds one JSON message.')
  }
  // Twice a second and call.
  if (isMark(value)) return { ok: true, message: value }
  const parsed = ToRelay.safeParse(value)
  if (parsed.success) return { ok: true, message: parsed.data }
  const issue = parsed.error.issues[0]
  return MALFORMED(`Not a message of the media socket: ${issue?.path.join('.') || 'type'}: ${issue?.message ?? 'unknown'}`.slice(0, 300))
}

export function encode(message: FromRelay): string {
  return JSON.stringify(message)
}
