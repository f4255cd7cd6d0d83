import type { Hearing } from './playback.ts'
import type { TextLeg } from './ports.ts'

/** One utterance on its way to a person: it comes as text or as an engine's own sound, goes out as sound or as text. */
export interface Speech {
  /** The next words; of an engine's own sound, the words that it speaks. */
  write(text: string): void
  /** The next of an engine's own sound, PCM16LE mono. */
  sound(bytes: Uint8Array): void
  /** No more text. */
  end(): void
  /** Silences it now. Resolves with what was heard of it. */
  cut(): Promise<Hearing>
  /** Ends it where it stands, without asking the far end. */
  close(): Hearing
  /** A far end that speaks itself: so far it came, since the words were last given to it anew. */
  played?(text: string, whole: boolean): void
  /** The far end reached a mark. */
  mark(name: string): void
  /** Falls silent at once, and may go on. */
  hold(): Promise<void>
  /** Goes on, from just before where it fell silent. */
  release(): void
  /** Media is away: nothing is sent, nothing is lost, no time passes. */
  away(): void
  /** The same leg is back: goes on from the last thing heard. */
  back(): Promise<void>
}

export interface SpeechEvents {
  /** The first of it has left. */
  onBegun(): void
  /** The words that have begun to leave, in all. */
  onWords(text: string): void
  /** It was heard to its end. */
  onHeard(heard: Hearing): void
  onFault(error: unknown): void
}

/** Straight through: what a text leg took is heard. */
export function createTypedSpeech(o: { leg: TextLeg; utterance: string; events: SpeechEvents }): Speech {
  const { leg, utterance, events } = o
  let text = ''
  let open = true
  const hearing = (): Hearing => ({ text: text.trim(), ms: 0 })
  return {
    write(piece) {
      if (!open || piece === '') return
      const first = text === ''
      text += piece
      leg.say(piece, utterance, false)
      if (first) events.onBegun()
      events.onWords(text.trim())
    },
    end() {
      if (!open) return
      open = false
      leg.say('', utterance, true)
      events.onHeard(hearing())
    },
    async cut() {
      open = false
      const heard = await leg.clear(utterance)
      return heard === undefined ? hearing() : { text: heard.trim(), ms: 0 }
    },
    close() {
      open = false
      return hearing()
    },
    sound: () => undefined,
    hold: () => Promise.resolve(),
    release: () => undefined,
    mark: () => undefined,
    away: () => undefined,
    back: () => Promise.resolve(),
  }
}
