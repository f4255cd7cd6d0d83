import type { Voice } from './ports.ts'

/**
 * A voice that has begun before it is asked: the sentences that open a call are made while the visitor's socket is still
 * being connected, so the first sound does not wait for them.
 */
export function prepareVoice(voice: Voice, sentences: readonly string[], how: Parameters<Voice['speak']>[1], signal: AbortSignal): Voice {
  if (sentences.length === 0) return voice
  const ready = new Map<string, Promise<Uint8Array[]>>()
  for (const sentence of sentences) {
    const made = collect(voice.speak(sentence, { ...how, cache: true }, signal))
    // Nobody may ever ask for it.
    made.catch(() => undefined)
    ready.set(sentence, made)
  }
  return {
    name: voice.name,
    sampleRateHz: voice.sampleRateHz,
    async *speak(text, asked, stop) {
      const made = ready.get(text)
      ready.delete(text)
      // What could not be prepared fails here, where it is heard; asked for again, it is made anew.
      yield* made ? await made : voice.speak(text, asked, stop)
    },
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return all
}
