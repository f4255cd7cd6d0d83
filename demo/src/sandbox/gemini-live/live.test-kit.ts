import { GoogleGenAI, type LiveConnectConfig, type LiveServerMessage, Modality, type Session } from '@google/genai'
import { onTestFinished } from 'vitest'
import { SANDBOX_KEY } from '../key.ts'
import { KNOWLEDGE, type withSandbox } from '../sandbox.test-kit.ts'
import { createSpeech, type VoiceName } from '../speech/speech.ts'
import type { SessionRecord } from './session-record.ts'

export const LIVE_MODEL = 'gemini-3.8-live'

/** Speech as tests send it. */
export const voice = createSpeech()

/** The vendor's own client on the sandbox, and everything it was told. */
export class Visitor {
  readonly messages: LiveServerMessage[] = []
  readonly closed = Promise.withResolvers<{ code: number; reason: string }>()
  #waiting: (() => void)[] = []
  #session: Session | undefined

  static async connect(
    sandbox: ReturnType<typeof withSandbox>,
    o: { config?: LiveConnectConfig; model?: string; apiKey?: string; apiVersion?: string } = {},
  ): Promise<Visitor> {
    const visitor = new Visitor()
    const ai = new GoogleGenAI({
      apiKey: o.apiKey ?? SANDBOX_KEY,
      httpOptions: { baseUrl: sandbox.url(), ...(o.apiVersion && { apiVersion: o.apiVersion }) },
    })
    visitor.#session = await ai.live.connect({
      model: o.model ?? LIVE_MODEL,
      config: {
        responseModalities: [Modality.AUDIO],
        systemInstruction: KNOWLEDGE,
        inputAudioTranscription: {},
        outputAudioTranscription: {},
        ...o.config,
      },
      callbacks: {
        onmessage: (message) => visitor.#got(message),
        onerror: () => undefined,
        onclose: ({ code, reason }) => {
          visitor.closed.resolve({ code, reason })
          visitor.#wake()
        },
      },
    })
    onTestFinished(() => visitor.session.close())
    return visitor
  }

  get session(): Session {
    if (!this.#session) throw new Error('not connected')
    return this.#session
  }

  #got(message: LiveServerMessage): void {
    this.messages.push(message)
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }

  /** Resolves with the first message from `from` on that fits. */
  async until(fits: (message: LiveServerMessage) => unknown, from = 0): Promise<LiveServerMessage> {
    for (;;) {
      const found = this.messages.slice(from).find(fits)
      if (found) return found
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** Sends samples in 20 ms frames, as quickly as the socket takes them. */
  send(samples: Int16Array, rateHz: number): void {
    const frame = rateHz / 50
    for (let at = 0; at < samples.length; at += frame) {
      const part = samples.slice(at, at + frame)
      this.session.sendRealtimeInput({ audio: { data: Buffer.from(part.buffer).toString('base64'), mimeType: `audio/pcm;rate=${rateHz}` } })
    }
  }

  silence(ms: number, rateHz = 16_000): void {
    this.send(new Int16Array((rateHz * ms) / 1000), rateHz)
  }

  /** Speaks a sentence and is silent for long enough to be answered. */
  async say(text: string, o: { rateHz?: number; by?: VoiceName } = {}): Promise<void> {
    const rateHz = o.rateHz ?? 16_000
    this.silence(200, rateHz)
    this.send(await voice.say(text, o.by ?? 'slt', rateHz), rateHz)
    this.silence(700, rateHz)
  }

  heard(from = 0): string {
    return this.messages
      .slice(from)
      .map((each) => each.serverContent?.inputTranscription?.text ?? '')
      .join('')
  }

  spoken(from = 0): string {
    return this.messages
      .slice(from)
      .map((each) => each.serverContent?.outputTranscription?.text ?? '')
      .join('')
  }

  /** The sound of answers: samples at 24 kHz. */
  sound(from = 0): Int16Array {
    const bytes = Buffer.concat(this.messages.slice(from).map((each) => Buffer.from(each.data ?? '', 'base64')))
    return new Int16Array(Uint8Array.from(bytes.subarray(0, bytes.length & ~1)).buffer)
  }
}

export interface Shown extends Omit<SessionRecord, 'audio'> {
  audio: { bytes: number; rateHz: number }
}

export const sessionsOf = async (sandbox: ReturnType<typeof withSandbox>): Promise<Shown[]> => {
  const answer = (await (await fetch(`${sandbox.url()}/sandbox/gemini-live/sessions`)).json()) as { sessions: Shown[] }
  return answer.sessions
}

/** Answers quick and at once complete, where a test is not about time. */
export const QUICK = { pace: 0, firstAudioMs: 0, waitForPlayback: false }

export const turnComplete = (message: LiveServerMessage) => message.serverContent?.turnComplete
