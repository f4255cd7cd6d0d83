import { describe, expect, it } from 'vitest'
import { type CaptchaMeans, captcha } from './captcha.ts'
import { factsOf } from './facts.test-kit.ts'

const visitor = { kind: 'visitor', address: '203.0.113.1' } as const

function meet(o: { passes?: boolean; used?: string[]; off?: true } = {}) {
  const kept: string[] = []
  const asked: [string, string][] = []
  const means: CaptchaMeans = {
    captcha: o.off
      ? undefined
      : async (token, address) => {
          asked.push([token, address])
          return o.passes ?? true
        },
    decisions: { captchaUsed: async (hash) => (o.used ?? []).includes(hash) },
    hash: (text) => `hash of ${text}`,
    keepCaptcha: (hash) => kept.push(hash),
  }
  return { means, kept, asked }
}

describe('the captcha', () => {
  it.each([
    ['is not set up', { asker: visitor }, { off: true as const }],
    ['is not for people with a session or key', {}, {}],
    ['was passed when the call was asked for', { asker: visitor, captchaPassed: true as const }, {}],
  ])('asks nobody when it %s', async (_, question, o) => {
    const { means, asked } = meet(o)
    expect((await captcha(factsOf({ question }), means)).ok).toBe(true)
    expect(asked).toEqual([])
  })

  it('takes a good token once', async () => {
    const { means, kept, asked } = meet()
    const facts = factsOf({ question: { asker: visitor, captchaToken: 't' } })
    expect((await captcha(facts, means)).ok).toBe(true)
    expect([kept, asked]).toEqual([['hash of captcha:t'], [['t', '203.0.113.1']]])
    const again = meet({ used: kept })
    expect(await captcha(facts, again.means)).toMatchObject({ ok: false, code: 'captcha_required', inputs: { captcha: 'used' } })
    expect(again.asked).toEqual([])
  })

  it.each([
    ['missing', undefined, {}],
    ['missing', '', {}],
    ['not passed', 't', { passes: false }],
  ])('refuses a token that is %s', async (state, captchaToken, o) => {
    const { means, kept } = meet(o)
    const question = { asker: visitor, ...(captchaToken === undefined ? {} : { captchaToken }) }
    expect(await captcha(factsOf({ question }), means)).toMatchObject({
      ok: false,
      rule: 'captcha',
      code: 'captcha_required',
      inputs: { captcha: state },
    })
    expect(kept).toEqual([])
  })
})
