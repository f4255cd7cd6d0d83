import type { Manner } from './manner.ts'
import type { Persona } from './persona.ts'

/** What a response speed does to the owner's own settings: how soon silence ends a turn, how soon speech takes the word, how fast the voice is. */
const PACES: Readonly<Record<Manner['responseSpeed'], { silence: number; takeWord: number; voice: number }>> = {
  fast: { silence: 0.6, takeWord: 0.8, voice: 1.1 },
  normal: { silence: 1, takeWord: 1, voice: 1 },
  slow: { silence: 1.6, takeWord: 1.2, voice: 0.92 },
}
/** Below this, people who only draw breath are answered amid their sentence. */
const SHORTEST_SILENCE_MS = 350
const SHORTEST_WORD_MS = 250

/** One for all calls of an agent. */
const known = new WeakMap<Persona, Persona>()

/** The agent as its response speed has it listen and speak. Once a call: pacing again would count twice. */
export function paced(persona: Persona): Persona {
  const made = known.get(persona) ?? pace(persona)
  known.set(persona, made)
  return made
}

function pace(persona: Persona): Persona {
  const { silence, takeWord, voice } = PACES[persona.manner.responseSpeed]
  const { endSilenceMs, takeWordMs } = persona.turns
  return {
    ...persona,
    turns: {
      ...persona.turns,
      endSilenceMs: scaled(endSilenceMs, silence, SHORTEST_SILENCE_MS),
      takeWordMs: scaled(takeWordMs, takeWord, SHORTEST_WORD_MS),
    },
    voice: { ...persona.voice, speed: Math.min(2, Math.max(0.5, Math.round(persona.voice.speed * voice * 100) / 100)) },
  }
}

/** Never shorter than the least, unless the owner's own value is. */
function scaled(ms: number, by: number, leastMs: number): number {
  return Math.round(by < 1 ? Math.max(ms * by, Math.min(ms, leastMs)) : ms * by)
}
