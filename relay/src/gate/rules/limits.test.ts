import { describe, expect, it } from 'vitest'
import { factsOf } from './facts.test-kit.ts'
import { allowancesFor, limits } from './limits.ts'

const visitor = { kind: 'visitor', address: '203.0.113.1', visitorId: 'v' } as const
const HOUR = 3_600_000

describe('what is counted', () => {
  const names = (facts: Parameters<typeof factsOf>[0]) => [...new Set(allowancesFor(factsOf(facts)).map(({ limited }) => limited))]
  it.each([
    [
      'a visitor',
      { question: { asker: visitor, purpose: 'requested' as const } },
      ['number', 'visitor', 'address', 'agentVisitors', 'agent', 'organisation'],
    ],
    ['an operator', { question: { purpose: 'service' as const } }, ['number', 'operator', 'agent', 'organisation']],
    [
      'a phone that the owner named',
      { question: { purpose: 'requested' as const, namedByOwner: true as const } },
      ['person', 'operator', 'agent', 'organisation'],
    ],
    ['marketing', {}, ['number', 'marketingNumber', 'operator', 'agent', 'organisation']],
    [
      'a visitor and the sandbox',
      { question: { asker: visitor }, alwaysRing: true },
      ['sandboxNumber', 'sandboxAsker', 'sandboxAddress', 'agent', 'organisation'],
    ],
    ['an operator and the sandbox', { alwaysRing: true }, ['sandboxNumber', 'operator', 'agent', 'organisation']],
  ])('%s', (_, facts, counted) => {
    expect(names(facts)).toEqual(counted)
  })

  it('a window that is not set is not counted', () => {
    const facts = factsOf({ question: { purpose: 'service' }, rules: { limits: { number: { perHour: null, perDay: 3 } } } })
    expect(allowancesFor(facts).filter(({ limited }) => limited === 'number')).toMatchObject([
      { window: 'perDay', windowMs: 24 * HOUR, count: 3 },
    ])
  })
})

describe('a limit', () => {
  const facts = factsOf({ question: { asker: visitor, purpose: 'requested' } })
  const allowances = allowancesFor(facts)
  const fullAt = (limited: string, window: string, ago: number) =>
    allowances.map((each) => (each.limited === limited && each.window === window ? facts.nowMs - ago : undefined))

  it('with room everywhere lets pass', () => {
    expect(
      limits(
        facts,
        allowances,
        allowances.map(() => undefined),
      ).ok,
    ).toBe(true)
  })

  it.each([
    ['number', 'perHour', 'limit_number'],
    ['number', 'perDay', 'limit_number'],
    ['visitor', 'perHour', 'limit_visitor'],
    ['address', 'perDay', 'limit_address'],
    ['agentVisitors', 'perHour', 'limit_agent_visitors'],
    ['agent', 'perDay', 'limit_agent'],
    ['organisation', 'perHour', 'limit_organisation'],
  ] as const)('%s %s that is used up refuses as %s', (limited, window, rule) => {
    const windowMs = window === 'perHour' ? HOUR : 24 * HOUR
    const finding = limits(facts, allowances, fullAt(limited, window, 600_000))
    expect(finding).toMatchObject({ ok: false, rule, code: 'rate_limited', retryAfterMs: windowMs - 600_000 })
  })

  it.each([
    [HOUR - 1, 'a minute'],
    [HOUR - 120_000, '2 minutes'],
    [0, '60 minutes'],
  ])('that was full %i ms ago says to come back in %s', (ago, words) => {
    expect(limits(facts, allowances, fullAt('number', 'perHour', ago))).toMatchObject({ message: expect.stringContaining(`in ${words},`) })
  })
})
