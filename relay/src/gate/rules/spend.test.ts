import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { factsOf } from './facts.test-kit.ts'
import { ceilingsFor, costMicros, perMinuteMicros, spend } from './spend.ts'

describe('a minute’s price', () => {
  const { rules } = factsOf({
    rules: { prices: { '*': { '+': 0.5, '+44': 0.05, '+447': 0.2 }, twilio: { '+44': 0.01, '+4478': 0.3 }, exotel: { '+91': 0.02 } } },
  })
  it.each([
    ['the carrier’s own', 'twilio', '+442071838750', 0.01],
    ['the longest beginning, though it is everybody’s', 'twilio', '+447700900123', 0.2],
    ['the longest beginning of all', 'twilio', '+447812345678', 0.3],
    ['everybody’s, for another carrier', 'exotel', '+442071838750', 0.05],
    ['the carrier’s', 'exotel', '+919876543210', 0.02],
    ['what is left', 'exotel', '+3545551234', 0.5],
  ])('%s', (_, carrier, e164, price) => {
    expect(perMinuteMicros(rules, carrier, e164)).toBe(Math.round(price * 1_000_000))
  })

  it('the longest beginning wins, whatever the table', () => {
    const prefix = fc.stringMatching(/^\+\d{0,4}$/)
    fc.assert(
      fc.property(fc.dictionary(prefix, fc.integer({ min: 0, max: 100 })), fc.stringMatching(/^\+\d{5,8}$/), (prices, number) => {
        const table = { ...rules, prices: { '*': prices } }
        const longest = Object.keys(prices)
          .filter((each) => number.startsWith(each))
          .sort((a, b) => b.length - a.length)[0]
        expect(perMinuteMicros(table, 'twilio', number)).toBe(longest === undefined ? undefined : (prices[longest] ?? 0) * 1_000_000)
      }),
    )
  })
})

it.each([
  [0, 0],
  [-5, 0],
  [1, 20_000],
  [60_000, 20_000],
  [60_001, 40_000],
  [600_000, 200_000],
])('a call of %i ms at 0.02 costs %i millionths: started minutes count whole', (durationMs, micros) => {
  expect(costMicros(20_000, durationMs)).toBe(micros)
})

describe('the ceilings', () => {
  const facts = factsOf({ at: '2026-12-31T23:30:00Z', rules: { ceilings: { number: { perDay: 1, perMonth: 2 } } } })
  const ceilings = ceilingsFor(facts, 50_000_000)
  const at = (of: string, period: string) => ceilings.findIndex((each) => each.of === of && each.period === period)
  const with_ = (index: number, spent: number) => ceilings.map((_, place) => (place === index ? spent : 0))

  it('are the number’s, the agent’s, the organisation’s and the house’s, by day and month of UTC', () => {
    expect(ceilings.map(({ of, period }) => `${of} ${period}`)).toEqual([
      ...['number day', 'number month', 'agent day', 'agent month', 'organisation day', 'organisation month', 'house day'],
    ])
    expect(new Date(ceilings[0]?.fromMs ?? 0).toISOString()).toBe('2026-12-31T00:00:00.000Z')
    expect(new Date(ceilings[1]?.fromMs ?? 0).toISOString()).toBe('2026-12-01T00:00:00.000Z')
    expect(new Date(ceilings[1]?.untilMs ?? 0).toISOString()).toBe('2027-01-01T00:00:00.000Z')
    expect(ceilingsFor(facts, undefined).some(({ of }) => of === 'house')).toBe(false)
  })

  it.each([
    ['number', 'day', 1_000_000],
    ['number', 'month', 2_000_000],
    ['agent', 'day', 200_000_000],
    ['agent', 'month', 2_000_000_000],
    ['organisation', 'day', 300_000_000],
    ['organisation', 'month', 3_000_000_000],
    ['house', 'day', 50_000_000],
  ] as const)('%s %s: filled to the last millionth, and not one more', (of, period, ceiling) => {
    const need = 300_000
    expect(spend(facts, need, ceilings, with_(at(of, period), ceiling - need))).toMatchObject({ ok: true, inputs: { setAside: 0.3 } })
    expect(spend(facts, need, ceilings, with_(at(of, period), ceiling - need + 1))).toMatchObject({
      ok: false,
      rule: `spend_${of}_${period}`,
      code: 'spend_limit',
      retryAfterMs: 30 * 60_000,
    })
  })

  it('a call that costs nothing is under every ceiling', () => {
    expect(
      spend(
        facts,
        0,
        ceilings,
        ceilings.map(() => 1e12),
      ).ok,
    ).toBe(true)
  })

  it('a call longer than a ceiling allows is told to be shorter, not later', () => {
    const finding = spend(facts, 1_500_000, ceilings, [])
    expect(finding).toMatchObject({
      ok: false,
      rule: 'spend_number_day',
      message: expect.stringContaining('Shorten the agent’s longest call'),
    })
    expect(finding).not.toHaveProperty('retryAfterMs')
  })

  it('a stranger is not told the house’s sums', () => {
    const stranger = factsOf({ question: { asker: { kind: 'visitor', address: '203.0.113.1' } } })
    const finding = spend(stranger, 300_000, ceilings, with_(at('house', 'day'), 50_000_000))
    if (finding.ok) throw new Error('let through')
    expect(finding.message).not.toMatch(/\d/)
  })

  it('a number that nobody gave a price for is not rung', () => {
    expect(spend(facts, undefined, ceilings, [])).toMatchObject({ ok: false, rule: 'spend_price_unknown', code: 'spend_limit' })
  })
})
