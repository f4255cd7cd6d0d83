import { readWav } from '../../relay/src/audio/wav.ts'
import { fromInt16 } from './waveform.ts'

/** The sandbox's Gemini Live, as tests steer it and look into it. */

export interface LiveSession {
  id: string
  closed?: { code: number; reason: string; by: string }
  transcriptions: { text: string; known: boolean }[]
  answers: { text: string; audioMs: number; interruptedMs?: number; completeMs?: number }[]
  toolCalls: { name: string }[]
}

export class LiveSandbox {
  readonly #url: string
  constructor(url: string) {
    this.#url = url
  }

  /** It will know these words when it hears them in this voice. */
  async learn(phrases: string[], voices: string[] = ['slt']): Promise<void> {
    await this.#post('/sandbox/gemini-live/phrases', { phrases, voices })
  }

  /** Its next answers, in order. */
  async willSay(...answers: string[]): Promise<void> {
    for (const answer of answers) await this.fault({ kind: 'say', pieces: answer.split(/(?<=\. )/) })
  }

  fault(what: Record<string, unknown>): Promise<void> {
    return this.#post('/sandbox/faults', { service: 'gemini-live', ...what })
  }

  now(what: Record<string, unknown>): Promise<void> {
    return this.#post('/sandbox/gemini-live/now', what)
  }

  /** Newest last. */
  async sessions(): Promise<LiveSession[]> {
    const { sessions } = (await (await fetch(`${this.#url}/sandbox/gemini-live/sessions`)).json()) as { sessions: LiveSession[] }
    return sessions
  }

  /** All that this session was sent. */
  async audio(id: string): Promise<ReturnType<typeof fromInt16>> {
    const wav = readWav(new Uint8Array(await (await fetch(`${this.#url}/sandbox/gemini-live/sessions/${id}/audio`)).arrayBuffer()))
    return fromInt16(new Int16Array(Uint8Array.from(wav.data).buffer), wav.sampleRateHz)
  }

  async #post(path: string, body: unknown): Promise<void> {
    const headers = { 'Content-Type': 'application/json' }
    const answer = await fetch(this.#url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
  }
}
