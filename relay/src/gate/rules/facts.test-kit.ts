import { type CallingRules, DEFAULT_RULES, rulesOf } from '../calling-rules.ts'
import type { GateQuestion } from '../question.ts'
import { readNumber } from '../reading.ts'
import type { Facts } from '../rule.ts'

/** Facts as the gate would gather them, with nothing but these differences. */
export function factsOf(
  o: {
    number?: string
    question?: Partial<GateQuestion>
    /** Merged over the defaults. */
    rules?: unknown
    at?: string
    alwaysRing?: boolean
    houseCountries?: readonly string[]
  } = {},
): Facts {
  const number = o.number ?? '+12125550123'
  const reading = readNumber(number)
  if (!reading) throw new Error(`${number} is no number`)
  const rules: CallingRules = o.rules === undefined ? DEFAULT_RULES : rulesOf(o.rules)
  return {
    question: {
      callId: 'call',
      number,
      purpose: 'marketing',
      consent: true,
      organisationId: 'org',
      agentId: 'agent',
      asker: { kind: 'operator', id: 'u1' },
      carrier: 'twilio',
      countries: [],
      maxDurationMs: 600_000,
      ...o.question,
    },
    nowMs: Date.parse(o.at ?? '2026-11-18T17:00:00Z'),
    rules,
    reading,
    alwaysRing: o.alwaysRing ?? false,
    houseCountries: o.houseCountries ?? ['US', 'GB'],
  }
}
