import type { Voice } from '../../calls/ports.ts'
import type { Logger } from '../../logger.ts'
import { createPhraseCache } from './phrase-cache.ts'
import { pieces } from './pieces.ts'
import { speakable } from './speakable.ts'
import { FLITE_HZ, FLITE_VOICES, type FliteVoice, type SpeechJob } from './synthesise.ts'
import { createWorkerKeeper, SpeechError } from './worker-keeper.ts'

export { SpeechError }

/** Longest text taken at once: ten minutes of speech. Longer ones are refused before a word is spoken. */
export const MAX_SPEECH_CHARACTERS = 10_000

/** Said in place of text that has not one word in a script Flite can read (it reads Latin, and Devanagari romanised). */
const UNREADABLE_NOTICE = 'I can give you this answer in writing only. My voice reads English.'

const DEFAULT_VOICE: FliteVoice = 'slt'

export interface FliteOptions {
  logger: Logger
  /** What phrases asked for with `cache: true` may take. */
  cacheBytes?: number
  /** A piece that takes longer counts as hung; its thread is replaced. */
  deadlineMs?: number
  startMs?: number
  /** Another worker file, for tests of crashes. */
  worker?: URL
}

/**
 * Speech without any account: Flite in a worker thread, voices slt (default), rms, awb, kal; English. A sentence takes 10–60 ms.
 * An unknown voice name (an agent may carry another vendor's) is spoken by slt. Text is made speakable first (`speakable.ts`).
 */
export function createFlite(o: FliteOptions): Voice & { ready(): Promise<void>; close(): Promise<void> } {
  const keeper = createWorkerKeeper({
    logger: o.logger,
    worker: o.worker ?? new URL('./worker.ts', import.meta.url),
    deadlineMs: o.deadlineMs ?? 10_000,
    startMs: o.startMs ?? 30_000,
  })
  const cache = createPhraseCache(o.cacheBytes ?? 16 << 20)
  const never = new AbortController().signal

  function make(job: SpeechJob, cached: boolean, signal: AbortSignal): Promise<Uint8Array> {
    if (!cached) return keeper.run(job, signal)
    // Others may wait for the same phrase, so one call's end does not stop it. They get a copy each.
    const key = `${job.voice} ${job.speed} ${job.text}`
    return untilAborted(
      cache.get(key, () => keeper.run(job, never)),
      signal,
    ).then((pcm) => pcm.slice())
  }

  return {
    name: 'flite',
    sampleRateHz: FLITE_HZ,
    async *speak(text, how, signal) {
      if (text.length > MAX_SPEECH_CHARACTERS) throw new SpeechError(`Speech is limited to ${MAX_SPEECH_CHARACTERS} characters at once`)
      const { text: spoken, unreadable } = speakable(text)
      const voice = FLITE_VOICES.find((name) => name === how.voice) ?? DEFAULT_VOICE
      const speed = Number.isFinite(how.speed) ? Math.min(2, Math.max(0.5, how.speed)) : 1
      const parts = pieces(unreadable ? UNREADABLE_NOTICE : spoken)
      const stop = new AbortController()
      const either = AbortSignal.any([signal, stop.signal])
      const order = (part: string | undefined) => {
        if (part === undefined) return undefined
        const pcm = make({ text: part, voice, speed }, how.cache === true, either)
        pcm.catch(() => undefined) // awaited below, unless the listener left before
        return pcm
      }
      try {
        // One piece ahead: the next is made while this one plays, and every speaker has one place in the queue.
        let next = order(parts[0])
        for (let at = 1; next; at++) {
          const pcm = await next
          next = order(parts[at])
          if (pcm.length > 0) yield pcm
          if (signal.aborted) return
        }
      } catch (error) {
        if (!signal.aborted) throw error
      } finally {
        stop.abort()
      }
    },
    async ready() {
      await keeper.run({ text: 'Ready.', voice: DEFAULT_VOICE, speed: 1 }, never)
    },
    async close() {
      cache.clear()
      await keeper.close()
    },
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
