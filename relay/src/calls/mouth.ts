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

interface Spoken {
  speech: Speech
  entry: string
  /** Set by the first cut; later ones get the same answer. */
  cutting: Promise<Hearing> | undefined
}

export function createMouth(o: {
  voice: Voice
  clock: Clock
  beat: Beat
  transcript: Transcript
  passage: Passage
  events: MouthEvents
}): Mouth {
  const { clock, transcript, events, passage } = o
  const spoken = new Map<string, Spoken>()
  const farEnd: FarEnd = { tellsMarks: false }
  let leg: Leg | undefined
  let playout: Playout | undefined
  let timesAway = 0
  let held: string | undefined

  /** What waited behind the held utterance goes on, too. */
  function letGo() {
    held = undefined
    playout?.resume()
  }

  function over(utterance: string, heard: Hearing, cut: boolean) {
    const one = spoken.get(utterance)
    if (!one) return
    spoken.delete(utterance)
    if (held === utterance) letGo()
    transcript.finish(one.entry, heard.text, cut)
    events.onOver(utterance, { ...heard, cut })
  }

  function closeAll() {
    for (const [utterance, one] of [...spoken]) over(utterance, one.speech.close(), true)
    playout?.close()
  }

  function speechTo(on: Leg, utterance: string, how: HowToSpeak | OwnSound, to: SpeechEvents): Speech {
    if (on.kind === 'text')
      return on.speaks ? createFarSpeech({ leg: on, utterance, clock, events: to }) : createTypedSpeech({ leg: on, utterance, events: to })
    if (!playout) throw new Error('An audio leg has a playout.')
    return createAloudSpeech({ leg: on, utterance, voice: o.voice, how, playout, farEnd, taps: passage, clock, events: to })
  }

  return {
    attach(next) {
      closeAll()
      leg = next
      playout = next.kind === 'audio' ? createPlayout({ leg: next, clock, beat: o.beat, taps: passage }) : undefined
    },
    away() {
      timesAway += 1
      playout?.pause()
      for (const { speech } of spoken.values()) speech.away()
    },
    async back() {
      const time = timesAway
      await Promise.all([...spoken.values()].map(({ speech }) => speech.back()))
      if (time !== timesAway) return false
      if (held === undefined) playout?.resume()
      return true
    },
    speak(utterance, how) {
      if (!leg) throw new Error('Nobody is there to speak to.')
      const entry = transcript.begin('agent')
      const speech = speechTo(leg, utterance, how, {
        onBegun: () => events.onBegun(utterance),
        onWords: (text) => transcript.update(entry, text),
        onHeard: (heard) => over(utterance, heard, false),
        onFault: events.onFault,
      })
      spoken.set(utterance, { speech, entry, cutting: undefined })
    },
    write: (utterance, text) => spoken.get(utterance)?.speech.write(text),
    speech: (utterance) => spoken.get(utterance)?.speech,
    hold(utterance) {
      const one = spoken.get(utterance)
      if (!one || held !== undefined || one.cutting) return
      held = utterance
      playout?.pause()
      one.speech.hold().catch(events.onFault)
    },
    release() {
      if (held === undefined) return
      spoken.get(held)?.speech.release()
      letGo()
    },
    end: (utterance) => spoken.get(utterance)?.speech.end(),
    async cut(utterance) {
      const one = spoken.get(utterance)
      if (!one) return { text: '', ms: 0 }
      one.cutting ??= one.speech.cut().then((heard) => {
        over(utterance, heard, true)
        return heard
      })
      return one.cutting
    },
    mark: (utterance, name) => spoken.get(utterance)?.speech.mark(name),
    played: (utterance, text, whole) => spoken.get(utterance)?.speech.played?.(text, whole),
    close: closeAll,
  }
}
