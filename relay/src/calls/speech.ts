import { createFramer, durationMs } from '../audio/frames.ts'
import { createResampler } from '../audio/resample.ts'
import type { Ledger } from './playback.ts'
import type { Playout } from './playout.ts'
import type { AudioLeg, TextLeg, Voice } from './ports.ts'
import { createSentences } from './sentences.ts'

/** One utterance on its way to a person: text comes in pieces, goes out as sound or as text. */
export interface Speech {
  write(text: string): void
  /** No more text. */
  end(): void
  /** Stops making sound at once; nothing more is written. */
  stop(): void
}

export interface HowToSpeak {
  voice: string
  speed: number
  language: string
  cache?: boolean
}

/** Straight through: what a text leg took is heard. */
export function speakText(o: { leg: TextLeg; utterance: string; onHeard: (text: string) => void; onEnd: () => void }): Speech {
  let text = ''
  let open = true
  const close = (tell: boolean) => {
    if (!open) return
    open = false
    if (tell) {
      o.leg.say('', o.utterance, true)
      o.onEnd()
    }
  }
  return {
    write(piece) {
      if (!open) return
      text += piece
      o.leg.say(piece, o.utterance, false)
      o.onHeard(text)
    },
    end: () => close(true),
    stop: () => close(false),
  }
}

/** Sentence by sentence through the voice into the playout; the next is made while the last one plays. */
export function speakAloud(o: {
  leg: AudioLeg
  utterance: string
  voice: Voice
  how: HowToSpeak
  ledger: Ledger
  playout: Playout
  onFault: (error: unknown) => void
}): Speech {
  const { leg, utterance, voice, ledger, playout } = o
  const stopped = new AbortController()
  const sentences = createSentences()
  const waiting: string[] = []
  let ended = false
  let working = false
  ledger.begin(utterance)
  playout.begin(utterance)

  async function work() {
    if (working) return
    working = true
    try {
      for (let sentence = waiting.shift(); sentence !== undefined; sentence = waiting.shift()) {
        if (sentence.trim() !== '') await say(sentence.trim())
        if (stopped.signal.aborted) return
      }
      if (ended) playout.end(utterance)
    } catch (error) {
      if (stopped.signal.aborted) return
      o.onFault(error)
      waiting.length = 0
      playout.end(utterance)
    } finally {
      working = false
    }
  }

  async function say(sentence: string) {
    ledger.words(utterance, sentence)
    const framer = createFramer(leg.output.sampleRateHz, leg.output.frameMs)
    const resampler = createResampler(voice.sampleRateHz, leg.output.sampleRateHz)
    const send = async (frames: Uint8Array[]) => {
      for (const frame of frames) {
        ledger.made(utterance, durationMs(frame.length, leg.output.sampleRateHz))
        playout.push(utterance, frame)
      }
      if (frames.length > 0) await playout.room(utterance)
    }
    try {
      for await (const chunk of voice.speak(sentence, o.how, stopped.signal)) {
        if (stopped.signal.aborted) return
        await send(framer.push(resampler.push(chunk)))
      }
      if (stopped.signal.aborted) return
      const rest = framer.push(resampler.flush())
      const last = framer.flush()
      await send(last ? [...rest, last] : rest)
    } finally {
      resampler.close()
    }
  }

  const add = (pieces: string[]) => {
    waiting.push(...pieces)
    void work()
  }
  return {
    write: (text) => void (ended || stopped.signal.aborted || add(sentences.push(text))),
    end() {
      if (ended || stopped.signal.aborted) return
      ended = true
      add(sentences.flush())
    },
    stop: () => stopped.abort(),
  }
}
