import { createAloudSpeech, type FarEnd } from './aloud.ts'
import type { Beat } from './beat.ts'
import { createFarSpeech } from './far-speech.ts'
import type { OwnSound } from './own-sound.ts'
import type { Passage, Speaker } from './passage.ts'
import type { Hearing } from './playback.ts'
import { createPlayout, type Playout } from './playout.ts'
import type { Clock, Leg, Voice } from './ports.ts'
import { createTypedSpeech, type Speech, type SpeechEvents } from './speech.ts'
import type { HowToSpeak } from './synthesis.ts'
import type { Transcript } from './transcript.ts'

/** What the agent's side says to a person: utterances in order, each becoming one transcript line of what was heard. */
export interface Mouth {
  /** From now on this leg is spoken to. What was on its way to another one ends there. */
  attach(leg: Leg): void
  /** Media is away: nothing is sent, nothing is lost. */
  away(): void
  /** The same leg is back: everything goes on from the last thing heard. False when it was lost again meanwhile. */
  back(): Promise<boolean>
  /** Begins an utterance: spoken by the house's voice, or the sound of an engine that speaks itself. Throws when nobody was ever there to speak to. */
  speak(utterance: string, how: HowToSpeak | OwnSound): void
  write(utterance: string, text: string): void
  /** Where the sound of an utterance goes that its engine speaks itself; undefined once it is over. */
  speech(utterance: string): Speaker | undefined
  end(utterance: string): void
  /** Silences it now. Resolves with what was heard. */
  cut(utterance: string): Promise<Hearing>
  /** Falls silent at once; what was on its way waits. One utterance at a time. */
  hold(utterance: string): void
  /** Goes on where it fell silent. */
  release(): void
  mark(utterance: string, name: string): void
  /** The far end speaks itself, and came so far. */
  played(utterance: string, text: string, whole: boolean): void
  /** Ends every utterance where it stands. */
  close(): void
}

export interface MouthEvents {
  /** The first of this utterance has left. */
  onBegun(utterance: string): void
  /** It is over: heard to its end, or cut. */
  onOver(utterance: string, heard: Hearing & { cut: boolean }): void
  onFault(error: unknown): void
}

interface MouthOptions {
  voice: Voice
  clock: Clock
  beat: Beat
  transcript: Transcript
  passage: Passage
  events: MouthEvents
}

export function createMouth(o: MouthOptions): Mouth {
  return new CallMouth(o)
}

/** One utterance and its line in the transcript. */
class Spoken implements SpeechEvents {
  readonly speech: Speech
  readonly entry: string
  /** Set by the first cut; later ones get the same answer. */
  cutting: Promise<Hearing> | undefined = undefined
  readonly #mouth: CallMouth
  readonly #utterance: string

  constructor(mouth: CallMouth, utterance: string, entry: string, speechTo: (events: SpeechEvents) => Speech) {
    this.entry = entry
    this.#mouth = mouth
    this.#utterance = utterance
    this.speech = speechTo(this)
  }

  onBegun() {
    this.#mouth.o.events.onBegun(this.#utterance)
  }
  onWords(text: string) {
    this.#mouth.o.transcript.update(this.entry, text)
  }
  onHeard(heard: Hearing) {
    this.#mouth.over(this.#utterance, heard, false)
  }
  onFault(error: unknown) {
    this.#mouth.o.events.onFault(error)
  }
}

// A class: functions of its own, and of each utterance, would make every call larger.
class CallMouth implements Mouth {
  readonly o: MouthOptions
  readonly #spoken = new Map<string, Spoken>()
  readonly #farEnd: FarEnd = { tellsMarks: false }
  #leg: Leg | undefined = undefined
  #playout: Playout | undefined = undefined
  #timesAway = 0
  #held: string | undefined = undefined

  constructor(o: MouthOptions) {
    this.o = o
  }

  attach(leg: Leg) {
    this.close()
    const { beat, clock, passage } = this.o
    this.#leg = leg
    this.#playout = leg.kind === 'audio' ? createPlayout({ leg, clock, beat, taps: passage }) : undefined
  }
  away() {
    this.#timesAway += 1
    this.#playout?.pause()
    for (const { speech } of this.#spoken.values()) speech.away()
  }
  async back() {
    const time = this.#timesAway
    await Promise.all([...this.#spoken.values()].map(({ speech }) => speech.back()))
    if (time !== this.#timesAway) return false
    if (this.#held === undefined) this.#playout?.resume()
    return true
  }
  speak(utterance: string, how: HowToSpeak | OwnSound) {
    const leg = this.#leg
    if (!leg) throw new Error('Nobody is there to speak to.')
    const entry = this.o.transcript.begin('agent')
    this.#spoken.set(utterance, new Spoken(this, utterance, entry, (events) => this.#speechTo(leg, utterance, how, events)))
  }
  write(utterance: string, text: string) {
    this.#spoken.get(utterance)?.speech.write(text)
  }
  speech(utterance: string) {
    return this.#spoken.get(utterance)?.speech
  }
  hold(utterance: string) {
    const one = this.#spoken.get(utterance)
    if (!one || this.#held !== undefined || one.cutting) return
    this.#held = utterance
    this.#playout?.pause()
    one.speech.hold().catch((error: unknown) => one.onFault(error))
  }
  release() {
    if (this.#held === undefined) return
    this.#spoken.get(this.#held)?.speech.release()
    this.#letGo()
  }
  end(utterance: string) {
    this.#spoken.get(utterance)?.speech.end()
  }
  async cut(utterance: string) {
    const one = this.#spoken.get(utterance)
    if (!one) return { text: '', ms: 0 }
    one.cutting ??= one.speech.cut().then((heard) => {
      this.over(utterance, heard, true)
      return heard
    })
    return one.cutting
  }
  mark(utterance: string, name: string) {
    this.#spoken.get(utterance)?.speech.mark(name)
  }
  played(utterance: string, text: string, whole: boolean) {
    this.#spoken.get(utterance)?.speech.played?.(text, whole)
  }
  close() {
    for (const [utterance, one] of [...this.#spoken]) this.over(utterance, one.speech.close(), true)
    this.#playout?.close()
  }

  over(utterance: string, heard: Hearing, cut: boolean) {
    const one = this.#spoken.get(utterance)
    if (!one) return
    this.#spoken.delete(utterance)
    if (this.#held === utterance) this.#letGo()
    this.o.transcript.finish(one.entry, heard.text, cut)
    this.o.events.onOver(utterance, { ...heard, cut })
  }

  /** What waited behind the held utterance goes on, too. */
  #letGo() {
    this.#held = undefined
    this.#playout?.resume()
  }

  #speechTo(leg: Leg, utterance: string, how: HowToSpeak | OwnSound, events: SpeechEvents): Speech {
    const { clock, passage, voice } = this.o
    if (leg.kind === 'text')
      return leg.speaks ? createFarSpeech({ leg, utterance, clock, events }) : createTypedSpeech({ leg, utterance, events })
    if (!this.#playout) throw new Error('An audio leg has a playout.')
    const farEnd = this.#farEnd
    return createAloudSpeech({ leg, utterance, voice, how, playout: this.#playout, farEnd, taps: passage, clock, events })
  }
}
