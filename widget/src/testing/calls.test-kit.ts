import type { Call, TranscriptUpdate } from '../console/call.ts'
import type { Live } from '../console/live.ts'

/** Calls for tests of the console, and a live line that tells what a test wants. */

const BEGAN_MS = Date.parse('2026-11-21T10:00:00.000Z')

export const aCall = (id: string, o: Partial<Call> = {}): Call => ({
  id,
  sessionId: `s_${id}`,
  agentId: 'demo',
  kind: 'web',
  direction: 'inbound',
  status: 'connected',
  startedAt: new Date(BEGAN_MS).toISOString(),
  connectedAt: new Date(BEGAN_MS + 500).toISOString(),
  ai: 'active',
  recording: false,
  capabilities: ['hangup', 'say', 'context', 'whisper', 'dtmf', 'transfer'],
  ...o,
})

/** The n-th call, a second after the one before. */
export const nthCall = (n: number, o: Partial<Call> = {}): Call =>
  aCall(`c${n}`, { startedAt: new Date(BEGAN_MS + n * 1000).toISOString(), kind: 'phone', from: `+1202555${String(1000 + n)}`, ...o })

export const anEntry = (id: string, seq: number, o: Partial<TranscriptUpdate> = {}): TranscriptUpdate => ({
  callId: 'c1',
  id,
  seq,
  role: 'visitor',
  text: `words ${seq}`,
  final: true,
  startedAt: new Date(BEGAN_MS + seq * 1000).toISOString(),
  ...o,
})

export class ToldLive implements Live {
  state = 'connected' as const
  readonly #calls = new Set<(call: Call) => void>()
  readonly #back = new Set<() => void>()
  readonly #words = new Set<(update: TranscriptUpdate) => void>()

  call(call: Call): void {
    for (const each of this.#calls) each(call)
  }
  back(): void {
    for (const each of this.#back) each()
  }
  words(update: TranscriptUpdate): void {
    for (const each of this.#words) each(update)
  }

  onCall = (listener: (call: Call) => void) => keep(this.#calls, listener)
  onBack = (listener: () => void) => keep(this.#back, listener)
  onState = () => () => undefined
  transcript = (_callId: string, listener: (update: TranscriptUpdate) => void) => keep(this.#words, listener)
  close = () => undefined
}

function keep<T>(all: Set<T>, one: T): () => void {
  all.add(one)
  return () => all.delete(one)
}

/** Until what was told has been drawn: the console draws once a frame. */
export async function drawn(): Promise<void> {
  for (let frame = 0; frame < 3; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve))
}
