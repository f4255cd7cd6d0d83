import { createLedger } from './playback.ts'
import type { Playout } from './playout.ts'
import type { AudioLeg, Clock, Voice } from './ports.ts'
import type { Speech, SpeechEvents } from './speech.ts'
import { createSynthesis, type HowToSpeak } from './synthesis.ts'

/** A far end that has told marks before is believed to be playing for this long after the last sound was due; */
const ANSWER_GRACE_MS = 2000
/** one that never has is not waited for. */
const SILENT_GRACE_MS = 700

/** What is known of the far end over all utterances of a call. */
export interface FarEnd {
  tellsMarks: boolean
}

/** An utterance as sound: synthesis → playout → far end, and what the far end says of it → ledger. */
export function createAloudSpeech(o: {
  leg: AudioLeg
  utterance: string
  voice: Voice
  how: HowToSpeak
  playout: Playout
  farEnd: FarEnd
  clock: Clock
  events: SpeechEvents
}): Speech {
  const { leg, utterance, clock, events, farEnd } = o
  const ledger = createLedger()
  /** When the far end would have begun, had it played without a break; undefined until something was sent. */
  let playingSince: number | undefined
  let awayAt: number | undefined
  let timesAway = 0
  let allSent = false
  let over = false
  let cancelGrace: (() => void) | undefined

  const playedMs = () => (playingSince === undefined ? 0 : (awayAt ?? clock.monotonicMs()) - playingSince)
  /** What has begun is to be cleared, what has not is not known to the far end. */
  const begun = () => ledger.sentMs > 0

  const track = o.playout.begin(utterance, {
    onSent(ms) {
      ledger.sentUpTo(ms)
      if (playingSince === undefined) {
        playingSince = clock.monotonicMs()
        events.onBegun()
      }
      events.onWords(ledger.begunText())
    },
    onAllSent() {
      allSent = true
      waitForEnd()
    },
  })
  const synthesis = createSynthesis({ ...o, ledger, track, format: leg.output, onFault: events.onFault })

  /** The `end` mark should come; without it the end is believed when it must have been heard. */
  function waitForEnd() {
    cancelGrace?.()
    const graceMs = farEnd.tellsMarks ? ANSWER_GRACE_MS : SILENT_GRACE_MS
    cancelGrace = clock.after(Math.max(0, ledger.madeMs - playedMs()) + graceMs, heardWhole)
  }

  function stop() {
    over = true
    cancelGrace?.()
    synthesis.stop()
  }

  function heardWhole() {
    if (over) return
    stop()
    track.remove()
    events.onHeard(ledger.finish())
  }

  return {
    write: synthesis.write,
    end: synthesis.end,
    async cut() {
      const estimateMs = playedMs()
      stop()
      // Cleared before the track goes: what follows it is not to be cleared with it.
      const asked = begun() ? leg.clear(utterance) : 0
      track.drop()
      ledger.heardUpTo((await asked) ?? estimateMs)
      return ledger.close()
    },
    close() {
      ledger.heardUpTo(playedMs())
      stop()
      track.drop()
      return ledger.close()
    },
    mark(name) {
      farEnd.tellsMarks = true
      // Before its last frame was sent an `end` is stale: of the pass that a broken line swallowed.
      if (name === 'end') return allSent ? heardWhole() : undefined
      const ms = Number(/^p(\d{1,9})$/.exec(name)?.[1])
      if (Number.isNaN(ms)) return
      ledger.heardUpTo(ms)
      track.heard(ledger.heardMs)
    },
    away() {
      timesAway += 1
      awayAt ??= clock.monotonicMs()
      cancelGrace?.()
    },
    async back() {
      const time = timesAway
      const told = begun() ? await leg.clear(utterance) : 0
      if (over || time !== timesAway) return
      if (told !== undefined) ledger.heardUpTo(told)
      allSent = false
      awayAt = undefined
      track.rewind(ledger.heardMs)
      // Time begins again with the first new sound, so that the estimate counts what was heard before.
      if (begun()) playingSince = clock.monotonicMs() - ledger.heardMs
    },
  }
}
