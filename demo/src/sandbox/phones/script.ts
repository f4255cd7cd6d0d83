import { z } from 'zod'
import { VOICE_NAMES } from '../speech/flite.ts'
import { isKey } from './tones.ts'

const ms = z.int().min(0).max(600_000)
/** A number as the network knows it: E.164. */
export const PhoneNumber = z.string().regex(/^\+[1-9]\d{6,14}$/)

/** One thing a scripted phone does while it talks; they follow one another. */
export const ScriptStep = z.union([
  z.strictObject({ text: z.string().min(1).max(2000), voice: z.enum(VOICE_NAMES).default('slt') }),
  z.strictObject({ wavBase64: z.string().min(1) }),
  z.strictObject({ digits: z.string().refine((digits) => [...digits].every((digit) => digit === 'w' || isKey(digit))) }),
  /** Until the agent has spoken for so long: what follows barges in. */
  z.strictObject({ waitForSpeechMs: ms }),
  /** Until the agent has spoken, and then been silent for so long. */
  z.strictObject({ waitForSilenceMs: ms }),
  z.strictObject({ pauseMs: ms }),
])
export type ScriptStep = z.infer<typeof ScriptStep>

export const ANSWERED_BY = [
  'human',
  'machine_start',
  'machine_end_beep',
  'machine_end_silence',
  'machine_end_other',
  'fax',
  'unknown',
] as const

/** Body of `POST /sandbox/phones/scripts`: what a number does with its next call, or with every one. */
export const Script = z.strictObject({
  number: PhoneNumber,
  /** `busy` and `fail` come before it rings; `drop` answers, and the line breaks. */
  does: z.enum(['answer', 'decline', 'busy', 'no-answer', 'fail', 'drop']).default('answer'),
  /** Rings for so long first. */
  afterMs: ms.default(100),
  says: z.array(ScriptStep).max(100).default([]),
  /** After the last thing it says. With `drop`: until the line breaks; without it, that is in the agent's first words. */
  hangsUpAfterMs: ms.optional(),
  /** What machine detection makes of it. */
  answeredBy: z.enum(ANSWERED_BY).default('human'),
  every: z.boolean().default(false),
})
export type Script = z.infer<typeof Script>

/** Scripts in line: a call takes the first of its number; one for every call stays. */
export class ScriptBook {
  #scripts: Script[] = []

  add(script: Script): void {
    this.#scripts.push(script)
  }

  take(number: string): Script | undefined {
    const found =
      this.#scripts.find((script) => script.number === number && !script.every) ??
      this.#scripts.findLast((script) => script.number === number)
    if (found && !found.every) this.#scripts.splice(this.#scripts.indexOf(found), 1)
    return found
  }

  clear(): void {
    this.#scripts = []
  }
}
