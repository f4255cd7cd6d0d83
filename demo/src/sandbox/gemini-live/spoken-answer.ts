import { setTimeout as wait } from 'node:timers/promises'
import { words } from '../performance.ts'
import type { VoiceName } from '../speech/flite.ts'
import type { Speech } from '../speech/speech.ts'
import type { LiveSettings } from './live-settings.ts'

export const ANSWER_HZ = 24_000

/** A piece of an answer on its way: some sound, the words that begin in it, and how many words have begun when it ends. */
export interface Piece {
  samples: Int16Array
  text: string
  wordsBegun: number
}

/**
 * Speaks a text and gives it piece by piece, faster than it sounds by `pace`.
 * @throws AbortError when the signal says so
 */
export async function* spokenAnswer(
  text: string,
  o: { speech: Speech; voice: VoiceName; settings: LiveSettings; signal: AbortSignal },
): AsyncGenerator<Piece> {
  const { settings, signal } = o
  const sentences = text.match(/.+?(?:[.!?।](?=\s)\s*|$)/gsu) ?? []
  const say = (sentence: string | undefined) => {
    const made = sentence === undefined ? undefined : o.speech.say(sentence, o.voice, ANSWER_HZ)
    made?.catch(() => undefined) // awaited below, unless the answer ends before
    return made
  }
  const chunk = Math.round((settings.chunkMs * ANSWER_HZ) / 1000)
  let next = say(sentences[0])
  let wordsBegun = 0
  let sentMs = 0
  const beganMs = performance.now()
  for (const [n, sentence] of sentences.entries()) {
    const samples = (await next) ?? new Int16Array(0)
    next = say(sentences[n + 1])
    const timed = timedWords(sentence, samples.length)
    for (let at = 0; at < Math.max(samples.length, 1); at += chunk) {
      const aheadMs = settings.pace > 0 ? beganMs + sentMs / settings.pace - performance.now() : 0
      await wait(Math.max(0, aheadMs), undefined, { signal })
      const begins = timed.filter((word) => word.at >= at && word.at < at + chunk)
      const part = samples.slice(at, at + chunk)
      wordsBegun += begins.length
      yield { samples: part, text: begins.map((word) => word.text).join(''), wordsBegun }
      sentMs += (part.length * 1000) / ANSWER_HZ
    }
  }
}

/** Where in a sentence's sound each word begins, by its place among the letters. */
function timedWords(sentence: string, samples: number): { text: string; at: number }[] {
  let letters = 0
  return words(sentence).map((text) => {
    const at = Math.floor((samples * letters) / sentence.length)
    letters += text.length
    return { text, at }
  })
}
