import type { CallingRules } from '../calling-rules.ts'
import { type Facts, type Finding, passed, refused } from '../rule.ts'

/** Money in millionths of the currency, so that sums are exact. A started minute counts whole, as carriers count. */

const MICROS = 1_000_000
const MINUTE_MS = 60_000

/** A minute's price: the longest beginning of the number counts, then the carrier before `*`. Undefined: nobody said what it costs. */
export function perMinuteMicros(rules: CallingRules, carrier: string, e164: string): number | undefined {
  for (let length = e164.length; length > 0; length--) {
    const prefix = e164.slice(0, length)
    const price = rules.prices[carrier]?.[prefix] ?? rules.prices['*']?.[prefix]
    if (price !== undefined) return Math.round(price * MICROS)
  }
  return undefined
}

export function costMicros(perMinute: number, durationMs: number): number {
  return perMinute * Math.ceil(Math.max(0, durationMs) / MINUTE_MS)
}

/** One sum that must not grow beyond its ceiling. */
export interface Ceiling {
  readonly of: 'number' | 'agent' | 'organisation' | 'house'
  readonly period: 'day' | 'month'
  /** Since when: days and months are UTC's. */
  readonly fromMs: number
  readonly untilMs: number
  readonly micros: number
}

/** What applies to every question that costs. */
export function ceilingsFor({ rules, nowMs }: Facts, houseDailyMicros: number | undefined): Ceiling[] {
  const now = new Date(nowMs)
  const [year, month, date] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()]
  const day = { period: 'day', fromMs: Date.UTC(year, month, date), untilMs: Date.UTC(year, month, date + 1) } as const
  const whole = { period: 'month', fromMs: Date.UTC(year, month, 1), untilMs: Date.UTC(year, month + 1, 1) } as const
  const own = (['number', 'agent', 'organisation'] as const).flatMap((of): Ceiling[] => [
    { of, ...day, micros: Math.round(rules.ceilings[of].perDay * MICROS) },
    { of, ...whole, micros: Math.round(rules.ceilings[of].perMonth * MICROS) },
  ])
  return houseDailyMicros === undefined ? own : [...own, { of: 'house', ...day, micros: houseDailyMicros }]
}

const WHOSE = { number: 'for this number', agent: 'of this agent', organisation: 'of this organisation', house: 'of this service' } as const

/** `spentMicros[i]`: spent and set aside under the i-th ceiling. What the longest call may cost has to fit under each. */
export function spend(facts: Facts, needMicros: number | undefined, ceilings: readonly Ceiling[], spentMicros: readonly number[]): Finding {
  const { rules, nowMs } = facts
  if (needMicros === undefined) {
    const message = 'Nobody said what a call to this number costs. Add its beginning to the prices in the calling rules.'
    return refused('spend_price_unknown', 'spend_limit', message)
  }
  const money = (micros: number) => `${(micros / MICROS).toFixed(2)} ${rules.currency}`
  const inputs = { setAside: needMicros / MICROS, currency: rules.currency }
  const index = ceilings.findIndex(({ micros }, place) => needMicros > 0 && (spentMicros[place] ?? 0) + needMicros > micros)
  const over = ceilings[index]
  if (!over) return passed(inputs)
  const spent = spentMicros[index] ?? 0
  const fits = needMicros <= over.micros
  const inside = facts.question.asker.kind === 'operator'
  const message = !inside
    ? 'No more calls can be paid for just now. Talk with us here on the page, or try again later.'
    : fits
      ? `The spending limit ${WHOSE[over.of]} is reached: ${money(spent)} of ${money(over.micros)} this ${over.period}, and this call may cost ${money(needMicros)}. Wait for the next ${over.period}, or raise the ceiling in the calling rules.`
      : `This call may cost ${money(needMicros)}, more than the ${money(over.micros)} a ${over.period} that are allowed ${WHOSE[over.of]}. Shorten the agent’s longest call, or raise the ceiling in the calling rules.`
  return refused(`spend_${over.of}_${over.period}`, 'spend_limit', message, {
    inputs: { ...inputs, spent: spent / MICROS, ceiling: over.micros / MICROS },
    ...(fits ? { retryAfterMs: over.untilMs - nowMs } : {}),
  })
}
