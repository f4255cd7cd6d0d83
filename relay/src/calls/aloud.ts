import type { Taps } from './listening/taps.ts'
import { createOwnSound, type OwnSound } from './own-sound.ts'
import { createLedger } from './playback.ts'
import type { Playout } from './playout.ts'
import type { AudioLeg, Clock, Voice } from './ports.ts'
import type { Speech, SpeechEvents } from './speech.ts'
import { createSynthesis, type HowToSpeak } from './synthesis.ts'

/** A far end that has told marks before is believed to be playing for this long after the last sound was due; */
const ANSWER_GRACE_MS = 2000
/** one that never has is not waited for. */
const SILENT_GRACE_MS = 700

/** Who was held hears a little again, so that no word is lost between. */
const SAID_AGAIN_MS = 200

/** What is known of the far end over all utterances of a call. */
export interface FarEnd {
  tellsMarks: boolean
}

/** An utterance as sound: synthesis or the engine's own sound → playout → far end, and what the far end says of it → ledger. */
export function createAloudSpeech(o: {
  leg: AudioLeg
  utterance: string
  voice: Voice
  how: HowToSpeak | OwnSound
  playout: Playout
  farEnd: FarEnd
  taps: Taps
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
  /** Held, and the far end has not said yet how far it got. */
  let untold = false
  /** Said twice, after a hold: the far end counts it twice. */
  let againMs = 0
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
  const { how } = o
  const made = { ledger, track, format: leg.output }
  const source =
    'ownHz' in how
      ? createOwnSound({ ...made, ownHz: how.ownHz })
      : { ...createSynthesis({ ...o, ...made, how, onFault: events.onFault }), sound: () => undefined }

  /** The `end` mark should come; without it the end is believed when it must have been heard. */
  function waitForEnd() {
    cancelGrace?.()
    const graceMs = farEnd.tellsMarks ? ANSWER_GRACE_MS : SILENT_GRACE_MS
    cancelGrace = clock.after(Math.max(0, ledger.madeMs - playedMs()) + graceMs, heardWhole)
  }

  /** Has it fall silent, and learns how much of it was heard; undefined when the far end does not say. */
  async function clear(): Promise<number | undefined> {
    if (!begun()) return 0
    o.taps.agent?.dropped()
    const told = await leg.clear(utterance)
    return told === undefined ? undefined : told - againMs
  }

  /** Nothing is played, no time passes. */
  function stand() {
    timesAway += 1
    awayAt ??= clock.monotonicMs()
    cancelGrace?.()
  }

  function goOnFrom(ms: number) {
    allSent = false
    awayAt = undefined
    track.rewind(ms)
    // Time begins again with the first new sound, so that the estimate counts what was heard before.
    if (begun()) playingSince = clock.monotonicMs() - ms
  }

  function stop() {
    over = true
    cancelGrace?.()
    source.stop()
  }

  function heardWhole() {
    if (over) return
    stop()
    track.remove()
    events.onHeard(ledger.finish())
  }

  return {
    write: source.write,
    sound: source.sound,
    end: source.end,
    async cut() {
      const estimateMs = playedMs()
      stop()
      // Cleared before the track goes: what follows it is not to be cleared with it.
      const asked = clear()
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
      track.heard(ledger.heardMs - SAID_AGAIN_MS)
    },
    away: stand,
    async back() {
      const time = timesAway
      const told = await clear()
      if (over || time !== timesAway) return
      if (told !== undefined) ledger.heardUpTo(told)
      goOnFrom(ledger.heardMs)
    },
    async hold() {
      stand()
      const time = timesAway
      untold = true
      const told = await clear()
      if (over || time !== timesAway) return
      untold = false
      ledger.heardUpTo(told ?? playedMs())
    },
    release() {
      if (over || awayAt === undefined) return
      // Whoever asks before the far end has said how far it got goes by the clock.
      if (untold) ledger.heardUpTo(playedMs())
      const fromMs = Math.max(0, ledger.heardMs - SAID_AGAIN_MS)
      againMs += ledger.heardMs - fromMs
      goOnFrom(fromMs)
    },
  }
}
