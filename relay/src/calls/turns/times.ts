import type { Scene } from '../scene.ts'

/** How long the visitor waited for one answer, in its parts. All ms; a part that nobody could measure is missing. */
interface TurnTime {
  utterance: string
  by: 'typing' | 'speech' | 'keys'
  /** Last sound of the visitor → the turn was given to the engine, or the engine took it. */
  endpointMs?: number
  /** Given to the engine → its first words or sound. */
  engineMs?: number
  /** First words → first frame on its way (voice and pacing). */
  voiceMs?: number
  /** First frame on its way → heard, as the far end says; the way back included. */
  lineMs?: number
  /** Last sound of the visitor, or the turn given, → first frame on its way. */
  totalMs: number
}

/** Times every answer, and notes each once: when the far end has told of its first sound, or it is over. */
export interface TurnTimes {
  asked(utterance: string, by: TurnTime['by'], lastVoiceMs: number | undefined): void
  words(utterance: string): void
  begun(utterance: string): void
  heard(utterance: string): void
  over(utterance: string): void
}

interface Times {
  by: TurnTime['by']
  lastVoice: number | undefined
  asked: number
  words?: number
  begun?: number
}

/** Speech that ended longer ago was not what this turn answers. */
const LONGEST_ENDPOINT_MS = 20_000

type Around = Pick<Scene, 'clock' | 'note'>

export function createTurnTimes(scene: Around): TurnTimes {
  return new CallTurnTimes(scene)
}

class CallTurnTimes implements TurnTimes {
  readonly #scene: Around
  readonly #running = new Map<string, Times>()

  constructor(scene: Around) {
    this.#scene = scene
  }

  asked(utterance: string, by: TurnTime['by'], lastVoiceMs: number | undefined) {
    const asked = this.#now()
    const lastVoice = lastVoiceMs !== undefined && asked - lastVoiceMs < LONGEST_ENDPOINT_MS ? lastVoiceMs : undefined
    this.#running.set(utterance, { by, lastVoice, asked })
  }
  words(utterance: string) {
    const times = this.#running.get(utterance)
    if (times) times.words ??= this.#now()
  }
  begun(utterance: string) {
    const times = this.#running.get(utterance)
    if (times) times.begun ??= this.#now()
  }
  heard(utterance: string) {
    this.#close(utterance, this.#now())
  }
  over(utterance: string) {
    this.#close(utterance, undefined)
  }

  #now() {
    return this.#scene.clock.monotonicMs()
  }
  #close(utterance: string, heardAt: number | undefined) {
    const times = this.#running.get(utterance)
    this.#running.delete(utterance)
    if (times?.words === undefined || times.begun === undefined) return
    const { by, lastVoice, asked, words, begun } = times
    const time: TurnTime = {
      utterance,
      by,
      ...(lastVoice === undefined ? {} : { endpointMs: Math.round(asked - lastVoice) }),
      engineMs: Math.round(words - asked),
      voiceMs: Math.round(begun - words),
      ...(heardAt === undefined ? {} : { lineMs: Math.round(heardAt - begun) }),
      totalMs: Math.round(begun - (lastVoice ?? asked)),
    }
    this.#scene.note('turn.timed', { ...time })
  }
}
