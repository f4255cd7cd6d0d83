import type { Persona } from './persona.ts'

/** The voices an agent may have, under the names that the API gives them. */
export interface VoiceModel {
  readonly id: string
  readonly name: string
  readonly accent: string
}

/** The house's own voices, and what its speaker calls them. */
const HOUSE: readonly (VoiceModel & { readonly speaker: string })[] = [
  { id: 'en-US-female-1', name: 'Sarah (Professional Female)', accent: 'American', speaker: 'slt' },
  { id: 'en-US-male-1', name: 'Michael (Professional Male)', accent: 'American', speaker: 'rms' },
  { id: 'en-GB-male-1', name: 'Alan (Calm Male)', accent: 'Scottish', speaker: 'awb' },
  { id: 'en-US-male-2', name: 'Kevin (Plain Male)', accent: 'American', speaker: 'kal' },
]

/** Gemini Live speaks every language it knows with each of these. */
const LIVE: readonly VoiceModel[] = [
  ['Zephyr', 'Bright'],
  ['Puck', 'Upbeat'],
  ['Charon', 'Informative'],
  ['Kore', 'Firm'],
  ['Fenrir', 'Excitable'],
  ['Leda', 'Youthful'],
  ['Orus', 'Firm'],
  ['Aoede', 'Breezy'],
].map(([id = '', manner]) => ({ id, name: `${id} (${manner})`, accent: 'Of the language spoken' }))

const LIVE_ENGINE = 'gemini-live'

/** Those that this agent can be given: Gemini's too where it may speak. */
export function voicesFor({ engine, fallbacks }: Pick<Persona, 'engine' | 'fallbacks'>): VoiceModel[] {
  const house = HOUSE.map(({ id, name, accent }) => ({ id, name, accent }))
  return [engine, ...fallbacks].includes(LIVE_ENGINE) ? [...house, ...LIVE] : house
}

/** The voice that is heard most: the engine's own, where it speaks itself and one was chosen. */
export function voiceModelOf({ engine, voice }: Pick<Persona, 'engine' | 'voice'>): string {
  if (engine === LIVE_ENGINE && voice.live !== undefined) return voice.live
  return HOUSE.find(({ speaker }) => speaker === voice.name)?.id ?? voice.name
}

/** What to change of an agent's voice, as a merge patch, so that it has this one; undefined when there is no such voice for it. */
export function voicePatch(
  persona: Pick<Persona, 'engine' | 'fallbacks'>,
  model: string,
): { name: string; live: null } | { live: string } | undefined {
  const house = HOUSE.find(({ id, speaker }) => id === model || speaker === model)
  if (house) return { name: house.speaker, live: null }
  return voicesFor(persona).some(({ id }) => id === model) ? { live: model } : undefined
}
