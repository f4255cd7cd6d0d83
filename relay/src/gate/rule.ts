import type { ProblemCode } from '../protocol/index.ts'
import type { CallingRules } from './calling-rules.ts'
import type { GateQuestion } from './question.ts'
import type { Reading } from './reading.ts'

/** What a rule knows when it is asked. */
export interface Facts {
  readonly question: GateQuestion
  readonly nowMs: number
  readonly rules: CallingRules
  readonly reading: Reading
  /** One of the house's own numbers for trying things out: may be rung wherever and whenever. */
  readonly alwaysRing: boolean
  /** For agents and organisations that list no countries. */
  readonly houseCountries: readonly string[]
}

export interface Passed {
  readonly ok: true
  /** What the rule looked at, for the record: no numbers, addresses or tokens. */
  readonly inputs?: Readonly<Record<string, unknown>>
}

export interface Refused {
  readonly ok: false
  /** The rule's stable name. */
  readonly rule: string
  readonly code: ProblemCode
  /** For the page: why, and what to do instead. */
  readonly message: string
  readonly retryAfterMs?: number
  readonly inputs?: Readonly<Record<string, unknown>>
}

export type Finding = Passed | Refused

export const passed = (inputs: Readonly<Record<string, unknown>> = {}): Passed => ({ ok: true, inputs })

export function refused(rule: string, code: ProblemCode, message: string, more: Pick<Refused, 'inputs' | 'retryAfterMs'> = {}): Refused {
  return { ok: false, rule, code, message, ...more }
}
