import type { Fault } from '../element/events.ts'
import type { Inside } from '../element/inside.ts'
import type { StringKey } from '../strings/index.ts'

/** Why a call could not be started, as a code that has words of its own. */
export class CallFault extends Error {
  readonly code: string
  readonly retryAfterMs: number | undefined
  constructor(code: string, retryAfterMs?: number) {
    super(code)
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}

/** A code's own words; those of `internal` where it has none. */
export function wordsOf({ say }: Inside, code: string): string {
  const key = `error.${code}` as StringKey
  const words = say(key)
  return words === key ? say('error.internal') : words
}

export const faultOf = (inside: Inside, code: string, retryAfterMs?: number): Fault => ({
  ok: false,
  code,
  message: wordsOf(inside, code),
  retryable: isRetryable(code),
  ...(retryAfterMs && { retryAfterMs }),
})

/** Trying again helps unless the asking itself was wrong: forbidden…, not_…, no_agent, un…, invalid_…, replaced. */
export const isRetryable = (code: string): boolean => !/^(forbid|no|un|inv|rep)/.test(code)
