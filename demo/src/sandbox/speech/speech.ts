import type { VoiceName } from './flite.ts'
import type { Heard } from './phrase-book.ts'
import { createSpeechThread } from './thread.ts'

export type { VoiceName } from './flite.ts'
export type { Heard } from './phrase-book.ts'

/** A voice and an ear for the sandbox, each in a thread of its own. */
export interface Speech {
  /** Samples at that rate; the same sentence is spoken once. */
  say(text: string, voice: VoiceName, rateHz: number): Promise<Int16Array>
  /** Adds what may be recognised; resolves when it was spoken in these voices. Others are spoken when needed. */
  learn(phrases: string[], voices?: VoiceName[]): Promise<void>
  /** Which known phrase a recording at 16 kHz is. */
  hear(samples: Int16Array): Promise<Heard | undefined>
  close(): Promise<void>
}

const KEPT_SAMPLES = 16 << 20

export function createSpeech(): Speech {
  const mouth = createSpeechThread()
  const ear = createSpeechThread()
  const sentences = new Map<string, Promise<Int16Array>>()
  let kept = 0

  async function make(key: string, text: string, voice: VoiceName, rateHz: number): Promise<Int16Array> {
    try {
      const samples = await mouth.run({ do: 'say', text, voice, rateHz })
      kept += samples.length
      for (const [oldest, made] of sentences) {
        if (kept <= KEPT_SAMPLES || oldest === key) break
        sentences.delete(oldest)
        kept -= (await made.catch(() => new Int16Array(0))).length
      }
      return samples
    } catch (error) {
      sentences.delete(key)
      throw error
    }
  }

  return {
    say(text, voice, rateHz) {
      const key = `${voice} ${rateHz} ${text}`
      const made = sentences.get(key) ?? make(key, text, voice, rateHz)
      // Again at the end: the one that was needed last goes last.
      sentences.delete(key)
      sentences.set(key, made)
      return made
    },
    async learn(phrases, voices = []) {
      await ear.run({ do: 'learn', phrases, voices })
    },
    hear: async (samples) => (await ear.run({ do: 'hear', samples })) ?? undefined,
    async close() {
      await Promise.all([mouth.close(), ear.close()])
      sentences.clear()
    },
  }
}
