import type { Call } from '../calls/call.ts'
import type { AudioFormat, AudioLeg, LegEvent } from '../calls/ports.ts'

const legs = new WeakMap<Call, ReturnType<typeof createPhoneLeg>>()

/**
 * Brings a stream's sound to its call. A carrier may stop a stream and bring another (keys are pressed, a socket broke): for the call that is one leg
 * which was away and came back, so that what was being said goes on where it stood.
 */
export function bringSound(call: Call, stream: AudioLeg): void {
  const known = legs.get(call)
  if (known && isSame(known.leg.input, stream.input) && isSame(known.leg.output, stream.output)) known.use(stream)
  else {
    const made = createPhoneLeg(stream)
    legs.set(call, made)
    call.attach(made.leg)
  }
}

/** Gives a call's sound to another call; what streams bring to the first one later goes there too. False before there is any. */
export function passSound(from: Call, to: Call): boolean {
  const known = legs.get(from)
  if (known) to.attach(known.leg)
  return known !== undefined
}

/** What the visitor does in the page of a call whose sound a carrier brings: as if the sound's leg had said it. False before there is any. */
export function bringWords(call: Call, event: LegEvent): boolean {
  const known = legs.get(call)
  known?.say(event)
  return known !== undefined
}

const isSame = (one: AudioFormat, other: AudioFormat) => one.encoding === other.encoding && one.sampleRateHz === other.sampleRateHz

/** One leg over any number of streams of the same format, each replacing the one before. */
function createPhoneLeg(first: AudioLeg): { leg: AudioLeg; use(next: AudioLeg): void; say(event: LegEvent): void } {
  let stream = first
  let unlisten: (() => void) | undefined
  let listener: ((event: LegEvent) => void) | undefined
  /** Ms of each utterance that this stream was given, and that were heard over the ones before. */
  let given = new Map<string, number>()
  const before = new Map<string, number>()
  const bytesPerMs = (2 * first.output.sampleRateHz) / 1000

  const hear = () => {
    unlisten = stream.listen((event) => listener?.(event))
  }

  const leg: AudioLeg = {
    kind: 'audio',
    name: first.name,
    input: first.input,
    output: first.output,
    leadMs: first.leadMs,
    listen(next) {
      listener = next
      unlisten?.()
      hear()
      return () => {
        if (listener === next) listener = undefined
      }
    },
    writable: () => stream.writable(),
    send(frame, utterance) {
      given.set(utterance, (given.get(utterance) ?? 0) + frame.length / bytesPerMs)
      stream.send(frame, utterance)
    },
    mark: (utterance, name) => stream.mark(utterance, name),
    async clear(utterance) {
      const past = before.get(utterance)
      const told = await stream.clear(utterance)
      if (past === undefined) return told
      // Nothing of it went over this stream yet, or this stream does not say.
      if (told === undefined) return given.has(utterance) ? undefined : past
      return past + told
    },
    close(reason) {
      unlisten?.()
      stream.close(reason)
    },
  }

  return {
    leg,
    say: (event) => listener?.(event),
    use(next) {
      unlisten?.()
      stream.close('connection')
      // The far end plays as it gets: all but what it holds in advance was heard.
      for (const [utterance, ms] of given) before.set(utterance, (before.get(utterance) ?? 0) + Math.max(0, ms - leg.leadMs))
      while (before.size > KEPT) before.delete(before.keys().next().value ?? '')
      given = new Map()
      stream = next
      hear()
      listener?.({ type: 'detached' })
      listener?.({ type: 'attached' })
    },
  }
}

/** Utterances that may still be spoken of. */
const KEPT = 8
