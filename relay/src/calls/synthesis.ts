import { createFramer, durationMs, isSilent } from '../audio/frames.ts'
import { createResampler } from '../audio/resample.ts'
import type { Ledger } from './playback.ts'
import type { Track } from './playout.ts'
import type { AudioFormat, Clock, Voice } from './ports.ts'
import { createSentences } from './sentences.ts'

/** A voice that makes no sound for this long has failed. */
const VOICE_STALL_MS = 8000
const ATTEMPTS = 2
/** So many sentences without sound, one after the other, and the rest of the utterance is only written. */
const GIVEN_UP_AFTER = 2

export type HowToSpeak = Parameters<Voice['speak']>[1]

/** Text in, sound out: sentence by sentence through the voice onto a track. The next is made while the last one plays, never far ahead. */
export interface Synthesis {
  write(text: string): void
  /** No more text. */
  end(): void
  /** Stops at once. Idempotent. */
  stop(): void
}

/**
 * Every word is noted in the ledger, with its sound. A sentence whose sound fails is tried once more; words without sound stay in the
 * ledger, so that they are at least written. `onFault` hears of it once.
 */
export function createSynthesis(o: {
  voice: Voice
  how: HowToSpeak
  format: AudioFormat
  ledger: Ledger
  track: Track
  clock: Clock
  onFault: (error: unknown) => void
}): Synthesis {
  const { voice, format, ledger, track } = o
  const stopped = new AbortController()
  const sentences = createSentences()
  const waiting: string[] = []
  let ended = false
  let working = false
  let failedInARow = 0
  let told = false

  async function work() {
    if (working) return
    working = true
    for (let sentence = waiting.shift(); sentence !== undefined; sentence = waiting.shift()) {
      if (sentence.trim() !== '') await say(sentence.trim())
      if (stopped.signal.aborted) return
    }
    working = false
    if (ended) track.end()
  }

  async function say(sentence: string) {
    ledger.words(`${sentence} `)
    const before = ledger.madeMs
    for (let attempt = 1; attempt <= ATTEMPTS && failedInARow < GIVEN_UP_AFTER; attempt++) {
      try {
        await sound(sentence)
        failedInARow = 0
        break
      } catch (error) {
        if (stopped.signal.aborted) return
        // What was begun is not begun again: nobody wants to hear a sentence one and a half times.
        if (attempt < ATTEMPTS && ledger.madeMs === before) continue
        failedInARow += 1
        tell(error)
        break
      }
    }
    ledger.wordsMade()
  }

  function tell(error: unknown) {
    if (!told) o.onFault(error)
    told = true
  }

  async function sound(sentence: string) {
    const enough = new AbortController()
    const framer = createFramer(format.sampleRateHz, format.frameMs)
    const resampler = createResampler(voice.sampleRateHz, format.sampleRateHz)
    const send = async (frames: readonly Uint8Array[]) => {
      for (const frame of frames) {
        ledger.made(durationMs(frame.length, format.sampleRateHz), isSilent(frame))
        track.push(frame)
      }
      if (frames.length > 0) await track.room()
    }
    const chunks = voice.speak(sentence, o.how, AbortSignal.any([stopped.signal, enough.signal]))[Symbol.asyncIterator]()
    try {
      for (;;) {
        const chunk = await within(o.clock, VOICE_STALL_MS, chunks.next())
        if (stopped.signal.aborted) return
        if (chunk.done) break
        await send(framer.push(resampler.push(chunk.value)))
        if (stopped.signal.aborted) return
      }
      const rest = framer.push(resampler.flush())
      const last = framer.flush()
      await send(last ? [...rest, last] : rest)
    } finally {
      enough.abort()
      resampler.close()
      chunks.return?.().catch(() => undefined)
    }
  }

  const add = (pieces: readonly string[]) => {
    waiting.push(...pieces)
    work().catch(tell)
  }
  return {
    write(text) {
      if (!ended && !stopped.signal.aborted) add(sentences.push(text))
    },
    end() {
      if (ended || stopped.signal.aborted) return
      ended = true
      add(sentences.flush())
    },
    stop: () => stopped.abort(),
  }
}

async function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const cancel = clock.after(ms, () => late.reject(new Error(`The voice made no sound for ${ms} ms.`)))
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    cancel()
  }
}
