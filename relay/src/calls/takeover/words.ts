import type { Clock } from '../ports.ts'
import type { Transcript } from '../transcript.ts'
import { createEar } from '../turns/ear.ts'

/** Speech shorter than this is a cough or a click. */
const MIN_SPEECH_MS = 300
const END_SILENCE_MS = 700

/** What an operator says to the visitor, as transcript lines: typed or recognised words as they are, and of speech that nobody wrote down that there was some. */
export interface OperatorWords {
  write(text: string): void
  /** By whoever recognises their speech; `id` where several lines may grow at once. */
  recognised(text: string, final: boolean, id?: string): void
  /** PCM16LE mono. */
  sound(bytes: Uint8Array, sampleRateHz: number): void
  close(): void
}

/** @param o.unwritten stands for speech whose words nobody knows */
export function createOperatorWords(o: { transcript: Transcript; clock: Clock; unwritten: string }): OperatorWords {
  const { transcript } = o
  const growing = new Map<string, string>()
  /** A recogniser's words stand for all speech from then on. */
  let isRecognised = false
  let spoken: string | undefined
  const ear = createEar({
    clock: o.clock,
    thresholds: () => ({ minSpeechMs: MIN_SPEECH_MS, takeWordMs: Number.POSITIVE_INFINITY, endSilenceMs: END_SILENCE_MS }),
    onSpeech(event) {
      if (event.type === 'began') {
        // Its place is where it began; a line without words is never shown.
        spoken = transcript.begin('operator')
      } else if (event.type === 'passed' || event.type === 'ended') end()
    },
  })
  function end() {
    if (spoken !== undefined) transcript.finish(spoken, isRecognised ? '' : o.unwritten)
    spoken = undefined
  }

  return {
    write: (text) => void transcript.add('operator', text),
    recognised(text, final, id = '') {
      const entry = growing.get(id) ?? (isRecognised ? undefined : spoken) ?? transcript.begin('operator')
      if (entry === spoken) spoken = undefined
      isRecognised = true
      if (final) growing.delete(id)
      else growing.set(id, entry)
      if (final) transcript.finish(entry, text.trim())
      else transcript.update(entry, text.trim())
    },
    sound: (bytes, sampleRateHz) => ear.push(bytes, sampleRateHz),
    close() {
      ear.close()
      end()
      for (const entry of growing.values()) transcript.finish(entry)
      growing.clear()
    },
  }
}
