import { randomUUID } from 'node:crypto'
import type { Engine } from '../../../relay/src/calls/ports.ts'

/** Longer than any bench: between two rounds it hears nothing. */
const STALL_MS = 3_600_000

/** Says what it hears, in one utterance without end: a call whose sound is passed through. */
export const echo: Engine = {
  name: 'echo',
  hears: 'audio',
  speaks: 'audio',
  speaksHz: 8000,
  stallMs: STALL_MS,
  availability: () => ({ ok: true }),
  async start({ emit, signal }) {
    const utterance = randomUUID()
    let began = false
    let open = true
    const close = () => {
      open = false
    }
    signal.addEventListener('abort', close, { once: true })
    const sound = (bytes: Uint8Array) => {
      if (!open) return
      if (!began) emit({ type: 'answers', utterance })
      began = true
      emit({ type: 'audio', utterance, bytes })
    }
    return {
      hearer: { sound },
      take: (input) => input.type === 'audio' && sound(input.bytes),
      async close() {
        close()
      },
    }
  },
}
