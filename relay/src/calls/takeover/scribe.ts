import type { Persona } from '../../agents/persona.ts'
import type { Clock, Engine, EngineEvent, EngineSession } from '../ports.ts'

/** Sound that comes while the engine is still starting is kept up to so many pieces: ten seconds. */
const MOST_WAITING = 500
const TASK = 'You only listen, so that what is said is written down. Never answer, never speak, use no tool: stay silent whatever you hear.'

/** Writes down what an operator says, by an engine that hears: a session of its own beside the agent's, whose answers nobody hears. */
export interface Scribe {
  /** False once the engine failed: somebody else may know the words. */
  readonly writes: boolean
  /** PCM16LE mono; the bytes are not kept. */
  sound(bytes: Uint8Array, sampleRateHz: number): void
  close(): void
}

export function createScribe(o: {
  engine: Engine
  callId: string
  persona: Persona
  language: string
  clock: Clock
  /** All of a turn as far as known; `id` repeats while it grows. */
  onWords: (id: string, text: string, final: boolean) => void
  onUsage: (usage: Extract<EngineEvent, { type: 'usage' }>) => void
  onFault: (error: unknown) => void
}): Scribe {
  const gone = new AbortController()
  let waiting: { bytes: Uint8Array; sampleRateHz: number }[] = []
  let session: EngineSession | undefined
  let started = false

  function emit(event: EngineEvent) {
    if (gone.signal.aborted) return
    if (event.type === 'heard') o.onWords(event.id, event.text, event.final)
    else if (event.type === 'usage') o.onUsage(event)
    else if (event.type === 'failed') {
      o.onFault(new Error(event.fault.message))
      close()
    }
  }
  async function start() {
    const made = await o.engine.start({
      ...{ callId: o.callId, language: o.language, clock: o.clock, variables: {}, history: [], tools: [], signal: gone.signal, emit },
      persona: { ...o.persona, prompt: TASK, greeting: '', knowledge: { text: [], questions: [] }, keyMenu: [] },
      useTool: () => Promise.resolve({ error: 'There are no tools here.' }),
    })
    if (gone.signal.aborted) return made.close()
    session = made
    for (const piece of waiting.splice(0)) made.take({ type: 'audio', ...piece })
  }
  function close() {
    if (gone.signal.aborted) return
    gone.abort()
    waiting = []
    session?.close().catch(o.onFault)
  }

  return {
    get writes() {
      return !gone.signal.aborted
    },
    sound(bytes, sampleRateHz) {
      if (gone.signal.aborted) return
      if (!started) {
        started = true
        start().catch((error: unknown) => {
          o.onFault(error)
          close()
        })
      }
      if (session) return session.take({ type: 'audio', bytes, sampleRateHz })
      if (waiting.length < MOST_WAITING) waiting.push({ bytes: bytes.slice(), sampleRateHz })
    },
    close,
  }
}
