import type { Limit, Limited } from '../calling-rules.ts'
import { type Facts, type Finding, passed, refused } from '../rule.ts'

/** How often calls are allowed, counted back from now over the stored answers. */

const HOUR_MS = 3_600_000
const WINDOWS = { perHour: HOUR_MS, perDay: 24 * HOUR_MS, perMonth: 30 * 24 * HOUR_MS } as const satisfies Record<keyof Limit, number>
type WindowName = keyof typeof WINDOWS

/** By what stored answers are counted. */
export interface CountedBy {
  readonly column: 'number' | 'asker' | 'address' | 'agent' | 'organisation'
  readonly only?: { readonly purpose: 'marketing' } | { readonly asker: 'visitor' }
}

/** One allowance: at most `count` allowed answers in the `windowMs` up to now. */
export interface Allowance extends CountedBy {
  readonly limited: Limited
  readonly window: WindowName
  readonly windowMs: number
  readonly count: number
}

const COUNTED: Record<Limited, CountedBy> = {
  number: { column: 'number' },
  person: { column: 'number' },
  marketingNumber: { column: 'number', only: { purpose: 'marketing' } },
  visitor: { column: 'asker' },
  address: { column: 'address' },
  operator: { column: 'asker' },
  agent: { column: 'agent' },
  agentVisitors: { column: 'agent', only: { asker: 'visitor' } },
  organisation: { column: 'organisation' },
  sandboxNumber: { column: 'number' },
  sandboxAsker: { column: 'asker' },
  sandboxAddress: { column: 'address' },
}

/** What applies to this question, in the order in which it is told. */
export function allowancesFor({ question, rules, alwaysRing }: Facts): Allowance[] {
  const { asker, namedByOwner, purpose } = question
  const names: Limited[] = [
    alwaysRing ? 'sandboxNumber' : namedByOwner ? 'person' : 'number',
    ...(purpose === 'marketing' && !alwaysRing ? (['marketingNumber'] as const) : []),
    ...(asker.kind === 'operator'
      ? (['operator'] as const)
      : alwaysRing
        ? (['sandboxAsker', 'sandboxAddress'] as const)
        : (['visitor', 'address', 'agentVisitors'] as const)),
    'agent',
    'organisation',
  ]
  return names.flatMap((limited) =>
    (Object.keys(WINDOWS) as WindowName[]).flatMap((window) => {
      const count = rules.limits[limited][window]
      return count === undefined ? [] : [{ limited, window, windowMs: WINDOWS[window], count, ...COUNTED[limited] }]
    }),
  )
}

const TOO_MANY: Record<Limited, string> = {
  number: 'This number was called often already.',
  person: 'The person whom callers are joined with was called often already.',
  marketingNumber: 'This number was called often already.',
  visitor: 'You asked for several calls already.',
  address: 'Many calls were asked for from your network.',
  operator: 'You placed many calls already.',
  agent: 'This agent placed many calls already.',
  agentVisitors: 'Many people ask for calls just now.',
  organisation: 'Many calls were placed already.',
  sandboxNumber: 'This sandbox number was called often already.',
  sandboxAsker: 'You asked for many sandbox calls already.',
  sandboxAddress: 'Many sandbox calls were asked for from your network.',
}

/** `fullSince[i]`: when the oldest of the answers that use the i-th allowance up was given; undefined while there is room. */
export function limits({ nowMs }: Facts, allowances: readonly Allowance[], fullSince: readonly (number | undefined)[]): Finding {
  const inputs = { limits: allowances.map(({ limited, window, count }) => `${limited} ${window} ${count}`) }
  const index = fullSince.findIndex((since) => since !== undefined)
  const full = allowances[index]
  const sinceMs = fullSince[index]
  if (!full || sinceMs === undefined) return passed(inputs)
  const retryAfterMs = Math.max(1000, sinceMs + full.windowMs - nowMs)
  const message = `${TOO_MANY[full.limited]} Try again in ${wait(retryAfterMs)}, or talk with us here on the page.`
  return refused(`limit_${snake(full.limited)}`, 'rate_limited', message, {
    retryAfterMs,
    inputs: { limit: `${full.limited} ${full.window} ${full.count}` },
  })
}

function wait(ms: number): string {
  const minutes = Math.ceil(ms / 60_000)
  if (minutes <= 1) return 'a minute'
  if (minutes <= 90) return `${minutes} minutes`
  const hours = Math.ceil(minutes / 60)
  return hours <= 36 ? `${hours} hours` : `${Math.ceil(hours / 24)} days`
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
