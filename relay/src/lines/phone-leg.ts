import type { Call } from '../calls/call.ts'
import type { AudioFormat, AudioLeg, Ear, LegEvent, TextLeg } from '../calls/ports.ts'
import type { EndReason } from '../protocol/index.ts'

/** What a carrier brought to each call: streams of sound behind one leg, or a leg of words that outlives its sessions by itself. */
const legs = new WeakMap<Call, PhoneLeg | TextLeg>()

/**
 * Brings a stream's sound to its call. A carrier may stop a stream and bring another (keys are pressed, a socket broke): for the call that is one leg
 * which was away and came back, so that what was being said goes on where it stood.
 */
export function bringSound(call: Call, stream: AudioLeg): void {
  const known = soundOf(call)
  if (known && isSame(known.input, stream.input) && isSame(known.output, stream.output)) known.use(stream)
  else {
    const made = new PhoneLeg(stream)
    legs.set(call, made)
    call.attach(made)
  }
}

/** Brings the words of a carrier that hears and speaks itself. */
export function bringTextLeg(call: Call, leg: TextLeg): void {
  legs.set(call, leg)
  call.attach(leg)
}

/** Whether words come in place of sound. */
export const isOfWords = (call: Call): boolean => legs.get(call)?.kind === 'text'

/** Gives a call's sound or words to another call; what comes for the first one later goes there too. False before there is any. */
export function passLeg(from: Call, to: Call): boolean {
  const known = legs.get(from)
  if (known) to.attach(known)
  return known !== undefined
}

/** What the visitor does in the page of a call whose sound a carrier brings: as if the sound's leg had said it. False before there is any. */
export function bringWords(call: Call, event: LegEvent): boolean {
  const known = soundOf(call)
  known?.say(event)
  return known !== undefined
}

function soundOf(call: Call): PhoneLeg | undefined {
  const known = legs.get(call)
  return known?.kind === 'audio' ? known : undefined
}

const isSame = (one: AudioFormat, other: AudioFormat) => one.encoding === other.encoding && one.sampleRateHz === other.sampleRateHz

/** One leg over any number of streams of the same format, each replacing the one before. A class, so that a frame passes through few objects. */
class PhoneLeg implements AudioLeg {
  #stream: AudioLeg
  /** What is being given to this stream, and how many bytes of it since something else was: frames touch these alone. */
  #giving: string | undefined
  #givenBytes: number
  #listener: ((event: LegEvent) => void) | undefined
  #ear: Ear | undefined
  #unlisten: (() => void) | undefined
  /** Ms of each utterance that this stream was given, and that were heard over the ones before. */
  #given: Map<string, number>
  readonly #before: Map<string, number>
  readonly kind = 'audio'
  readonly name: string
  readonly input: AudioFormat
  readonly output: AudioFormat
  readonly leadMs: number
  readonly takesRuns: boolean

  constructor(first: AudioLeg) {
    this.#stream = first
    this.#giving = undefined
    this.#givenBytes = 0
    this.#listener = undefined
    this.#ear = undefined
    this.#unlisten = undefined
    this.#given = new Map()
    this.#before = new Map()
    this.name = first.name
    this.input = first.input
    this.output = first.output
    this.leadMs = first.leadMs
    this.takesRuns = first.takesRuns ?? false
  }

  listen(listener: (event: LegEvent) => void, ear?: Ear): () => void {
    this.#listener = listener
    this.#ear = ear
    this.#unlisten?.()
    this.#hear()
    return () => {
      if (this.#listener !== listener) return
      this.#listener = undefined
      this.#ear = undefined
      this.#unlisten?.()
    }
  }

  writable(): boolean {
    return this.#stream.writable()
  }

  send(frame: Uint8Array, utterance: string): void {
    if (utterance !== this.#giving) {
      this.#count()
      this.#giving = utterance
    }
    this.#givenBytes += frame.length
    this.#stream.send(frame, utterance)
  }

  mark(utterance: string, name: string): void {
    this.#stream.mark(utterance, name)
  }

  async clear(utterance: string): Promise<number | undefined> {
    const past = this.#before.get(utterance)
    const told = await this.#stream.clear(utterance)
    if (past === undefined) return told
    // Nothing of it went over this stream yet, or this stream does not say.
    if (told === undefined) return this.#count().has(utterance) ? undefined : past
    return past + told
  }

  close(reason: EndReason): void {
    this.#unlisten?.()
    this.#stream.close(reason)
  }

  say(event: LegEvent): void {
    this.#listener?.(event)
  }

  use(next: AudioLeg): void {
    this.#unlisten?.()
    this.#stream.close('connection')
    // The far end plays as it gets: all but what it holds in advance was heard.
    const before = this.#before
    for (const [utterance, ms] of this.#count()) before.set(utterance, (before.get(utterance) ?? 0) + Math.max(0, ms - this.leadMs))
    while (before.size > KEPT) before.delete(before.keys().next().value ?? '')
    this.#given = new Map()
    this.#stream = next
    this.#hear()
    this.#listener?.({ type: 'detached' })
    this.#listener?.({ type: 'attached' })
  }

  #hear() {
    this.#unlisten = this.#stream.listen((event) => this.#listener?.(event), this.#ear)
  }

  /** What this stream was given, up to now. */
  #count(): Map<string, number> {
    const utterance = this.#giving
    if (utterance !== undefined) {
      const ms = (this.#givenBytes * 1000) / (2 * this.output.sampleRateHz)
      this.#given.set(utterance, (this.#given.get(utterance) ?? 0) + ms)
    }
    this.#giving = undefined
    this.#givenBytes = 0
    return this.#given
  }
}

/** Utterances that may still be spoken of. */
const KEPT = 8
