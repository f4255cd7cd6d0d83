import { type Features, featuresOf, HOP_MS } from './features.ts'
import { VOICE_NAMES, type VoiceName } from './flite.ts'
import { partsBetweenPauses } from './pauses.ts'
import { distance } from './warp.ts'

/** What was recognised, how far it was from Flite's own recording (0: the same), and in whose voice. */
export interface Heard {
  text: string
  distance: number
  voice: VoiceName
}

/**
 * Measured over the shop's questions: other phrases begin at 0.45 and are all about as far; the same phrase ends at 0.3, in loud noise
 * at 0.55, where it still is far ahead of the others.
 */
const CERTAIN = 0.3
const NEAR = 0.42
const AT_MOST = 0.55
const AHEAD = 1.35
/** Flite's pace, and how wrong a guess by it may be. */
const LETTER_MS = 65
const GUESS = 2.3

interface Phrase {
  text: string
  guessMs: number
  spoken: Map<VoiceName, Features>
}

/** Recognises recordings of phrases it was told, by speaking them itself and comparing. Recordings of phrases are made when first needed. */
export class PhraseBook {
  readonly #phrases = new Map<string, Phrase>()
  readonly #say: (text: string, voice: VoiceName) => Int16Array

  constructor(say: (text: string, voice: VoiceName) => Int16Array) {
    this.#say = say
  }

  /** Adds phrases, and speaks them in these voices now. */
  add(texts: readonly string[], voices: readonly VoiceName[]): void {
    for (const text of texts) {
      const key = plain(text)
      if (!key) continue
      const phrase = this.#phrases.get(key) ?? { text: text.trim(), guessMs: key.length * LETTER_MS + 200, spoken: new Map() }
      this.#phrases.set(key, phrase)
      for (const voice of voices) this.#spoken(phrase, voice)
    }
  }

  /** Speaks one phrase that nobody has needed yet; false when there is none. */
  prepare(): boolean {
    for (const phrase of this.#phrases.values()) {
      if (phrase.spoken.has('slt')) continue
      this.#spoken(phrase, 'slt')
      return true
    }
    return false
  }

  /** A recording at 16 kHz: a phrase of the book, or several with pauses between; undefined for anything else. */
  hear(samples: Int16Array): Heard | undefined {
    const whole = this.#one(samples)
    const parts = whole ? [] : partsBetweenPauses(samples)
    if (parts.length < 2) return whole
    const known: Heard[] = []
    for (const part of parts) {
      const heard = this.#one(part)
      if (!heard) return undefined
      known.push(heard)
    }
    const [first] = known
    return first && { ...first, text: known.map(({ text }) => text).join(' '), distance: Math.max(...known.map((each) => each.distance)) }
  }

  #one(samples: Int16Array): Heard | undefined {
    const features = featuresOf(samples)
    const ms = features.frames * HOP_MS
    const off = (phrase: Phrase) => Math.abs(Math.log(ms / phrase.guessMs))
    const likely = [...this.#phrases.values()].filter((phrase) => off(phrase) < Math.log(GUESS)).toSorted((a, b) => off(a) - off(b))
    let best: Heard | undefined
    /** The nearest of the other phrases. */
    let next = AT_MOST * AHEAD
    for (const voice of VOICE_NAMES) {
      for (const phrase of likely) {
        const { text } = phrase
        const apart = distance(features, this.#spoken(phrase, voice), next)
        if (apart < CERTAIN) return { text, distance: apart, voice }
        if (apart < (best?.distance ?? AT_MOST)) {
          if (best && best.text !== text) next = best.distance
          best = { text, distance: apart, voice }
        } else if (text !== best?.text) next = Math.min(next, apart)
      }
      // Far ahead of all others in this voice already: the other voices need not be made for it.
      if (best && next > best.distance * AHEAD) return best
    }
    return best && (best.distance < NEAR || next > best.distance * AHEAD) ? best : undefined
  }

  #spoken(phrase: Phrase, voice: VoiceName): Features {
    const known = phrase.spoken.get(voice)
    if (known) return known
    const made = featuresOf(this.#say(phrase.text, voice))
    phrase.spoken.set(voice, made)
    return made
  }
}

/** Two ways to write the same sounds are one phrase. */
const plain = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9 ]+/g, '')
    .replace(/ +/g, ' ')
    .trim()
