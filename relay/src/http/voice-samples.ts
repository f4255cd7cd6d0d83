import { randomBytes } from 'node:crypto'
import type { Clock } from '../calls/ports.ts'
import { Problem } from '../protocol/index.ts'
import { PUBLIC } from './access.ts'
import { type Endpoint, page } from './endpoint.ts'

/** Sound that was made to be listened to once or twice: each under an address of its own, which is the right to hear it, and for minutes only. */
export interface VoiceSamples {
  /** The path under which this WAV can be played. */
  keep(wav: Uint8Array): string
  readonly routes: readonly Endpoint[]
}

const KEPT_MS = 5 * 60_000
/** Beyond this the oldest make room. */
const MOST_BYTES = 32 * 1024 * 1024

export function createVoiceSamples({ clock }: { clock: Clock }): VoiceSamples {
  const samples = new Map<string, Uint8Array<ArrayBuffer>>()
  let bytes = 0
  const forget = (token: string) => {
    bytes -= samples.get(token)?.length ?? 0
    samples.delete(token)
  }

  return {
    keep(wav) {
      const token = randomBytes(24).toString('base64url')
      samples.set(token, new Uint8Array(wav))
      bytes += wav.length
      for (const oldest of samples.keys()) {
        if (bytes <= MOST_BYTES || oldest === token) break
        forget(oldest)
      }
      clock.after(KEPT_MS, () => forget(token))
      return `/api/voice-samples/${token}`
    },
    routes: [
      page(
        PUBLIC,
        '/api/voice-samples/{token}',
        (c) => {
          const wav = samples.get(c.req.param('token') ?? '')
          if (!wav) throw new Problem('not_found', 'This sound is no longer kept. Make it again.')
          const range = rangeOf(c.req.header('range'), wav.length)
          c.header('Accept-Ranges', 'bytes')
          c.header('Content-Type', 'audio/wav')
          // Players in pages of CONSOLE_ORIGINS play it too: who has the address may.
          c.header('Cross-Origin-Resource-Policy', 'cross-origin')
          if (!range) return c.body(wav, 200)
          c.header('Content-Range', `bytes ${range.from}-${range.to}/${wav.length}`)
          return c.body(wav.slice(range.from, range.to + 1), 206)
        },
        {
          summary: 'Sound that a voice test made; its address is the right to hear it',
          tag: 'agents',
          answer: { status: 200, description: 'A WAV file, for five minutes.', type: 'audio/wav' },
        },
      ),
    ],
  }
}

/** One range as players ask for it; undefined for anything else, which gets the whole. */
function rangeOf(header: string | undefined, size: number): { from: number; to: number } | undefined {
  const [, first, last] = /^bytes=(\d{1,10})-(\d{0,10})$/.exec(header ?? '') ?? []
  if (first === undefined) return undefined
  const from = Number(first)
  const to = Math.min(last ? Number(last) : size - 1, size - 1)
  return from <= to ? { from, to } : undefined
}
