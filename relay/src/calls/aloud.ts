import type { Taps } from './listening/taps.ts'
import { type OwnSound, OwnVoice } from './own-sound.ts'
import { createLedger, type Hearing, type Ledger } from './playback.ts'
import type { Playout, Track, TrackEvents } from './playout.ts'
import type { AudioLeg, Clock, Voice } from './ports.ts'
import type { Speech, SpeechEvents } from './speech.ts'
import { createSynthesis, type HowToSpeak, type Synthesis } from './synthesis.ts'

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

interface Parts {
  leg: AudioLeg
  utterance: string
  voice: Voice
  how: HowToSpeak | OwnSound
  playout: Playout
  farEnd: FarEnd
  taps: Taps
  clock: Clock
  events: SpeechEvents
}

/** An utterance as sound: synthesis or the engine's own sound → playout → far end, and what the far end says of it → ledger. */
export function createAloudSpeech(o: Parts): Speech {
  return new AloudSpeech(o)
}

// A class: what a frame of sound needs of it lies together, and nothing is made for the frame.
class AloudSpeech implements Speech, TrackEvents {
  readonly #ledger: Ledger = createLedger()
  /** When the far end would have begun, had it played without a break; undefined until something was sent. */
  #playingSince: number | undefined = undefined
  readonly #own: OwnVoice | undefined
  readonly #source: Synthesis
  readonly #track: Track
  readonly #leg: AudioLeg
  readonly #utterance: string
  readonly #farEnd: FarEnd
  readonly #taps: Taps
  readonly #clock: Clock
  readonly #events: SpeechEvents
  #awayAt: number | undefined = undefined
  #timesAway = 0
  #allSent = false
  /** Held, and the far end has not said yet how far it got. */
  #untold = false
  /** Said twice, after a hold: the far end counts it twice. */
  #againMs = 0
  #over = false
  #cancelGrace: (() => void) | undefined = undefined

  constructor(o: Parts) {
    const { how } = o
    this.#leg = o.leg
    this.#utterance = o.utterance
    this.#farEnd = o.farEnd
    this.#taps = o.taps
    this.#clock = o.clock
    this.#events = o.events
    this.#track = o.playout.begin(o.utterance, this)
    const made = { ledger: this.#ledger, track: this.#track, format: o.leg.output }
    const source =
      'ownHz' in how
        ? new OwnVoice({ ...made, ownHz: how.ownHz })
        : createSynthesis({ ...o, ...made, how, onFault: (error) => o.events.onFault(error) })
    this.#own = source instanceof OwnVoice ? source : undefined
    this.#source = source
  }

  write(text: string): void {
    this.#source.write(text)
  }

  sound(bytes: Uint8Array): void {
    this.#own?.sound(bytes)
  }

  end(): void {
    this.#source.end()
  }

  onSent(ms: number): void {
    let mayShowMore = this.#ledger.sentUpTo(ms)
    if (this.#playingSince === undefined) {
      this.#playingSince = this.#clock.monotonicMs()
      this.#events.onBegun()
      mayShowMore = true
    }
    if (mayShowMore) this.#events.onWords(this.#ledger.begunText())
  }

  onAllSent(): void {
    this.#allSent = true
    this.#waitForEnd()
  }

  async cut(): Promise<Hearing> {
    const estimateMs = this.#playedMs()
    this.#stop()
    // Cleared before the track goes: what follows it is not to be cleared with it.
    const asked = this.#clear()
    this.#track.drop()
    this.#ledger.heardUpTo((await asked) ?? estimateMs)
    return this.#ledger.close()
  }

  close(): Hearing {
    this.#ledger.heardUpTo(this.#playedMs())
    this.#stop()
    this.#track.drop()
    return this.#ledger.close()
  }

  mark(name: string): void {
    this.#farEnd.tellsMarks = true
    // Before its last frame was sent an `end` is stale: of the pass that a broken line swallowed.
    if (name === 'end' && this.#allSent) this.#heardWhole()
    const ms = Number(/^p(\d{1,9})$/.exec(name)?.[1])
    if (Number.isNaN(ms)) return
    this.#ledger.heardUpTo(ms)
    this.#track.heard(this.#ledger.heardMs - SAID_AGAIN_MS)
  }

  /** Nothing is played, no time passes. */
  away(): void {
    this.#timesAway += 1
    this.#awayAt ??= this.#clock.monotonicMs()
    this.#cancelGrace?.()
  }

  async back(): Promise<void> {
    const time = this.#timesAway
    const told = await this.#clear()
    if (this.#over || time !== this.#timesAway) return
    if (told !== undefined) this.#ledger.heardUpTo(told)
    this.#goOnFrom(this.#ledger.heardMs)
  }

  async hold(): Promise<void> {
    this.away()
    const time = this.#timesAway
    this.#untold = true
    const told = await this.#clear()
    if (this.#over || time !== this.#timesAway) return
    this.#untold = false
    this.#ledger.heardUpTo(told ?? this.#playedMs())
  }

  release(): void {
    if (this.#over || this.#awayAt === undefined) return
    // Whoever asks before the far end has said how far it got goes by the clock.
    if (this.#untold) this.#ledger.heardUpTo(this.#playedMs())
    const fromMs = Math.max(0, this.#ledger.heardMs - SAID_AGAIN_MS)
    this.#againMs += this.#ledger.heardMs - fromMs
    this.#goOnFrom(fromMs)
  }

  #playedMs(): number {
    return this.#playingSince === undefined ? 0 : (this.#awayAt ?? this.#clock.monotonicMs()) - this.#playingSince
  }

  /** What has begun is to be cleared, what has not is not known to the far end. */
  #begun(): boolean {
    return this.#ledger.sentMs > 0
  }

  /** The `end` mark should come; without it the end is believed when it must have been heard. */
  #waitForEnd(): void {
    this.#cancelGrace?.()
    const graceMs = this.#farEnd.tellsMarks ? ANSWER_GRACE_MS : SILENT_GRACE_MS
    const leftMs = Math.max(0, this.#ledger.madeMs - this.#playedMs())
    this.#cancelGrace = this.#clock.after(leftMs + graceMs, () => this.#heardWhole())
  }

  /** Has it fall silent, and learns how much of it was heard; undefined when the far end does not say. */
  async #clear(): Promise<number | undefined> {
    if (!this.#begun()) return 0
    this.#taps.agent?.dropped()
    const told = await this.#leg.clear(this.#utterance)
    return told === undefined ? undefined : told - this.#againMs
  }

  #goOnFrom(ms: number): void {
    this.#allSent = false
    this.#awayAt = undefined
    this.#track.rewind(ms)
    // Time begins again with the first new sound, so that the estimate counts what was heard before.
    if (this.#begun()) this.#playingSince = this.#clock.monotonicMs() - ms
  }

  #stop(): void {
    this.#over = true
    this.#cancelGrace?.()
    this.#source.stop()
  }

  #heardWhole(): void {
    if (this.#over) return
    this.#stop()
    this.#track.remove()
    this.#events.onHeard(this.#ledger.finish())
  }
}
