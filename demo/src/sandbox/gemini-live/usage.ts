import { type Setup, textOf } from './client-frames.ts'
import type { SessionRecord } from './session-record.ts'
import { ANSWER_HZ } from './spoken-answer.ts'

const AUDIO_TOKENS_PER_S = 25
const LETTERS_PER_TOKEN = 4

/** Counts tokens of one session as the service bills them: text and sound, in and out. */
export class Usage {
  readonly #record: SessionRecord
  readonly #textTokens: number
  #heardTokens = 0
  #spokenBytes = 0

  constructor(setup: Setup, record: SessionRecord) {
    this.#record = record
    this.#textTokens = Math.ceil(textOf(setup.systemInstruction).length / LETTERS_PER_TOKEN)
  }

  /** What came in until now is part of the next prompt. */
  heard(): void {
    const { total, rateHz } = this.#record.audio
    this.#heardTokens = Math.ceil((total / 2 / rateHz) * AUDIO_TOKENS_PER_S)
  }

  spoke(bytes: number): void {
    this.#spokenBytes += bytes
  }

  now(): object {
    const typed = this.#record.texts.reduce((sum, { text }) => sum + Math.ceil(text.length / LETTERS_PER_TOKEN), 0)
    const text = this.#textTokens + typed
    const spoken = Math.ceil((this.#spokenBytes / 2 / ANSWER_HZ) * AUDIO_TOKENS_PER_S)
    const promptTokenCount = text + this.#heardTokens
    this.#record.usage = { promptTokenCount, responseTokenCount: spoken, totalTokenCount: promptTokenCount + spoken }
    return {
      ...this.#record.usage,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: text },
        ...(this.#heardTokens ? [{ modality: 'AUDIO', tokenCount: this.#heardTokens }] : []),
      ],
      responseTokensDetails: [{ modality: 'AUDIO', tokenCount: spoken }],
    }
  }
}
