import type { Ledger } from './playback.ts'
import { createPlayout, type Playout } from './playout.ts'
import type { AudioLeg, Clock, Leg, Voice } from './ports.ts'
import { type HowToSpeak, type Speech, speakAloud, speakText } from './speech.ts'
import type { Transcript } from './transcript.ts'

/** A far end that never says how far it got is believed this long after the last sound was due. */
const NO_ANSWER_GRACE_MS = 2000

export interface Utterance {
  readonly id: string
  write(text: string): void
  end(): void
  /** Silences it now. Resolves with the words that were heard. Later calls resolve with the same. */
  cut(): Promise<string>
  /** Resolves when the last of it was heard, or it was cut. */
  readonly finished: Promise<{ heard: string; cut: boolean }>
}

/** What the agent's side says to a person: utterances in order, each becoming one transcript line of what was heard. */
export interface Mouth {
  attach(leg: Leg): void
  /** Media is away: nothing is sent, nothing is lost. */
  detached(): void
  /** The same leg is back: goes on from the last thing heard. */
  resume(): Promise<void>
  speak(id: string, how: HowToSpeak): Utterance
  mark(utterance: string, name: string): void
  /** Ends every utterance where it stands. */
  close(): void
}

interface Spoken extends Utterance {
  speech: Speech | undefined
  entry: string
  text: string
  firstSentAtMs: number | undefined
  settle(heard: string, cut: boolean): void
  settled: boolean
  cancelGrace: (() => void) | undefined
}

export function createMouth(o: {
  voice: Voice
  clock: Clock
  transcript: Transcript
  ledger: Ledger
  onSound: (utterance: string) => void
  onHeard: (utterance: string, heard: { ms: number; cut: boolean }) => void
  onFault: (error: unknown) => void
}): Mouth {
  const { clock, ledger, transcript } = o
  const spoken = new Map<string, Spoken>()
  let leg: Leg | undefined
  let playout: Playout | undefined

  function finish(one: Spoken, heard: string, cut: boolean) {
    if (one.settled) return
    one.settled = true
    one.cancelGrace?.()
    spoken.delete(one.id)
    transcript.finish(one.entry, heard, cut)
    one.settle(heard, cut)
  }

  function whole(one: Spoken) {
    playout?.drop(one.id)
    ledger.sentUpTo(one.id, Number.POSITIVE_INFINITY)
    ledger.heardUpTo(one.id, ledger.sentMs(one.id))
    const heard = ledger.close(one.id)
    o.onHeard(one.id, { ms: heard.heardMs, cut: false })
    finish(one, heard.text, false)
  }

  function onSent(id: string, ms: number) {
    const one = spoken.get(id)
    ledger.sentUpTo(id, ms)
    if (!one) return
    if (one.firstSentAtMs === undefined) {
      one.firstSentAtMs = clock.monotonicMs()
      o.onSound(id)
    }
    transcript.update(one.entry, ledger.textBegunAt(id, ms))
  }

  function onAllSent(id: string) {
    const one = spoken.get(id)
    if (!one) return
    const playedMs = clock.monotonicMs() - (one.firstSentAtMs ?? clock.monotonicMs())
    one.cancelGrace?.()
    one.cancelGrace = clock.after(Math.max(0, ledger.madeMs(id) - playedMs) + NO_ANSWER_GRACE_MS, () => whole(one))
  }

  function startSpeech(one: Spoken, how: HowToSpeak, on: Leg): Speech {
    if (on.kind === 'text') {
      return speakText({
        leg: on,
        utterance: one.id,
        onHeard(text) {
          if (one.firstSentAtMs === undefined) {
            one.firstSentAtMs = clock.monotonicMs()
            o.onSound(one.id)
          }
          one.text = text
          transcript.update(one.entry, text.trim())
        },
        onEnd() {
          o.onHeard(one.id, { ms: 0, cut: false })
          finish(one, one.text.trim(), false)
        },
      })
    }
    if (!playout) throw new Error('An audio leg has a playout.')
    return speakAloud({ leg: on, utterance: one.id, voice: o.voice, how, ledger, playout, onFault: o.onFault })
  }

  async function cutAloud(one: Spoken, on: AudioLeg): Promise<string> {
    playout?.drop(one.id)
    one.cancelGrace?.()
    const sentMs = ledger.sentMs(one.id)
    const elapsedMs = clock.monotonicMs() - (one.firstSentAtMs ?? clock.monotonicMs())
    const reported = sentMs > 0 ? await on.clear(one.id) : 0
    ledger.heardUpTo(one.id, reported ?? Math.min(sentMs, elapsedMs))
    const heard = ledger.close(one.id)
    o.onHeard(one.id, { ms: heard.heardMs, cut: true })
    finish(one, heard.text, true)
    return heard.text
  }

  async function cutText(one: Spoken, on: Leg & { kind: 'text' }): Promise<string> {
    const heard = ((await on.clear(one.id)) ?? one.text).trim()
    o.onHeard(one.id, { ms: 0, cut: true })
    finish(one, heard, true)
    return heard
  }

  return {
    attach(next) {
      for (const one of [...spoken.values()]) finish(one, leg?.kind === 'audio' ? ledger.close(one.id).text : one.text, true)
      playout?.close()
      leg = next
      playout = next.kind === 'audio' ? createPlayout({ leg: next, clock, onSent, onAllSent }) : undefined
    },
    detached() {
      playout?.pause()
      for (const one of spoken.values()) one.cancelGrace?.()
    },
    async resume() {
      const audio = leg?.kind === 'audio' ? leg : undefined
      const first = [...spoken.values()].find((one) => one.firstSentAtMs !== undefined)
      if (audio && first) {
        const reported = await audio.clear(first.id)
        if (reported !== undefined) ledger.heardUpTo(first.id, reported)
        const heardMs = ledger.heardMs(first.id)
        playout?.rewind(first.id, heardMs)
        // The clock of "how long has it played" starts again with the first new sound.
        first.firstSentAtMs = clock.monotonicMs() - heardMs
      }
      playout?.resume()
    },
    speak(id, how) {
      const on = leg
      if (!on) throw new Error('Nobody is there to speak to.')
      const settled = Promise.withResolvers<{ heard: string; cut: boolean }>()
      let cutting: Promise<string> | undefined
      const one: Spoken = {
        id,
        speech: undefined,
        entry: transcript.begin('agent'),
        text: '',
        firstSentAtMs: undefined,
        settled: false,
        cancelGrace: undefined,
        finished: settled.promise,
        settle: (heard, cut) => settled.resolve({ heard, cut }),
        write: (text) => one.speech?.write(text),
        end: () => one.speech?.end(),
        cut() {
          if (one.settled) return settled.promise.then((end) => end.heard)
          one.speech?.stop()
          cutting ??= on.kind === 'audio' ? cutAloud(one, on) : cutText(one, on)
          return cutting
        },
      }
      spoken.set(id, one)
      one.speech = startSpeech(one, how, on)
      return one
    },
    mark(id, name) {
      const one = spoken.get(id)
      if (!one) return
      if (name === 'end') return whole(one)
      const ms = /^p(\d+)$/.exec(name)?.[1]
      if (ms === undefined) return
      ledger.heardUpTo(id, Number(ms))
      playout?.heard(id, Number(ms))
    },
    close() {
      for (const one of [...spoken.values()]) {
        one.speech?.stop()
        const aloud = leg?.kind === 'audio'
        if (aloud && one.firstSentAtMs !== undefined) {
          ledger.heardUpTo(one.id, Math.min(ledger.sentMs(one.id), clock.monotonicMs() - one.firstSentAtMs))
        }
        finish(one, aloud ? ledger.close(one.id).text : one.text.trim(), true)
      }
      playout?.close()
    },
  }
}
