import { parse, stringify } from 'node:querystring'
import fc from 'fast-check'
import judge from 'twilio'
import { describe, expect, it } from 'vitest'
import { type FormBody, readForm } from './form.ts'
import { isSigned, sign } from './signature.ts'
import vectors from './twilio.vectors.json' with { type: 'json' }

type Params = Record<string, string | string[]>
const formOf = (params: Params): FormBody => new Map(Object.entries(params).map(([key, value]) => [key, [value].flat()]))

/** What Twilio's own package says. It takes no `wss`, whose port it would get wrong. */
const judged = (token: string, signature: string, url: string, params: Params) => judge.validateRequest(token, signature, url, params)

describe('X-Twilio-Signature', () => {
  it.each(vectors.signatures)('$id', (vector) => {
    const { authToken, signature, requestUrl: url, rawBody } = vector
    const params = Object.fromEntries(Object.entries(vector.params).filter(([, value]) => value !== undefined)) as Params
    const body = rawBody === undefined ? { form: formOf(params) } : { rawBody: Buffer.from(rawBody) }
    expect(isSigned(authToken, signature, { url, ...body })).toBe(vector.expectValid)
    expect(isSigned('54321', signature, { url, ...body })).toBe(false)
    expect(isSigned(authToken, signature, { url: `${url}x`, ...body })).toBe(false)
    if (rawBody === undefined) expect(judged(authToken, signature, url, params)).toBe(vector.expectValid)
    else expect(judge.validateRequestWithBody(authToken, signature, url, rawBody)).toBe(vector.expectValid)
    if (vector.recomputedMatches && rawBody === undefined && Object.keys(params).length === 0) {
      expect(sign(authToken, vector.signedString_url)).toBe(signature)
    }
  })

  it.each(vectors.bodySha256)('a body of another kind fits its hash in the URL: $rawBody', ({ rawBody, sha256hex }) => {
    const url = `https://relay.example/api/calls/status?bodySHA256=${sha256hex}`
    const signature = sign('t', url)
    expect(isSigned('t', signature, { url, rawBody: Buffer.from(rawBody) })).toBe(true)
    expect(isSigned('t', signature, { url, rawBody: Buffer.from(`${rawBody} `) })).toBe(false)
    // An empty body counts as `{}`.
    expect(isSigned('t', signature, { url, rawBody: Buffer.alloc(0) })).toBe(rawBody === '{}')
    expect(judge.validateRequestWithBody('t', signature, url, rawBody)).toBe(true)
  })

  it('a body that is no form wants its hash in the URL', () => {
    const url = 'https://relay.example/api/calls/status'
    expect(isSigned('t', sign('t', url), { url, rawBody: Buffer.from('{}') })).toBe(false)
    expect(isSigned('t', sign('t', url), { url })).toBe(true)
  })

  it('nothing is not a signature, and no token proves nothing', () => {
    const url = 'https://relay.example/'
    expect(isSigned('t', undefined, { url })).toBe(false)
    expect(isSigned('t', '', { url })).toBe(false)
    expect(isSigned('', sign('', url), { url })).toBe(false)
    expect(isSigned('t', `${sign('t', url)} `, { url })).toBe(false)
  })

  it.each([
    ['wss://relay.example/api/telephony/ws/p_1/abc', 'wss://relay.example:443/api/telephony/ws/p_1/abc'],
    ['ws://127.0.0.1/api/telephony/ws/p_1/abc', 'ws://127.0.0.1:80/api/telephony/ws/p_1/abc'],
    ['wss://[::1]:443/a', 'wss://[::1]/a'],
  ])('a socket is signed over its own scheme, with or without the port: %s', (url, signed) => {
    expect(isSigned('t', sign('t', signed), { url })).toBe(true)
    expect(isSigned('t', sign('t', url), { url })).toBe(true)
    expect(isSigned('t', sign('t', url.replace(/^ws/, 'http')), { url })).toBe(false)
    expect(isSigned('t', sign('t', url), { url: url.replace(/^ws/, 'http') })).toBe(false)
  })

  it('any of several addresses of ours will do', () => {
    const url = ['https://a.example/x', 'https://b.example/x']
    expect(isSigned('t', sign('t', 'https://b.example/x'), { url })).toBe(true)
    expect(isSigned('t', sign('t', 'https://c.example/x'), { url })).toBe(false)
  })

  const word = fc.string({ unit: 'grapheme', maxLength: 12 })
  const params = fc.dictionary(word, fc.oneof(word, fc.array(word, { minLength: 1, maxLength: 4 })), { maxKeys: 6 })
  const piece = fc.stringMatching(/^[a-zA-Z0-9'!*()~@:$,;%=& -]{0,10}$/)
  const url = fc
    .record({ scheme: fc.constantFrom('http', 'https'), port: fc.constantFrom('', ':443', ':80', ':8080'), path: piece, query: piece })
    .map(({ scheme, port, path, query }) => `${scheme}://relay.example${port}/${path.replaceAll('%', '')}?${query.replaceAll('%', '%25')}`)

  it('agrees with Twilio’s package about every request and every spelling of its URL', () => {
    fc.assert(
      fc.property(
        url,
        params,
        fc.constantFrom('as-given', 'normal', 'without-port', 'with-port', 'older', 'other'),
        (given, fields, how) => {
          const signedUrl = {
            'as-given': given,
            normal: new URL(given).href,
            'without-port': given.replace(/(example):\d+/, '$1'),
            'with-port': given.replace(/example\//, given.startsWith('https') ? 'example:443/' : 'example:80/'),
            older: olderQuery(new URL(given).href),
            other: `${given}&x`,
          }[how]
          const signature = signedBy(signedUrl, fields)
          const ours = isSigned('token', signature, { url: given, form: formOf(fields) })
          expect(ours).toBe(judged('token', signature, given, fields))
          if (how !== 'other') expect(ours).toBe(true)
          expect(isSigned('other', signature, { url: given, form: formOf(fields) })).toBe(false)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('any other field, value or URL is not what was signed', () => {
    fc.assert(
      fc.property(url, params, word, (given, fields, extra) => {
        const signature = signedBy(given, fields)
        const more = new Map(formOf(fields))
        more.set(`nothing-of-this-name-${extra}`, ['x'])
        expect(isSigned('token', signature, { url: given, form: more })).toBe(false)
        expect(isSigned('token', signature, { url: `${given}${extra || 'x'}#`, form: formOf(fields) })).toBe(false)
      }),
    )
  })

  it('reads a form as it was sent, and gives up beyond any webhook’s size', () => {
    const form = readForm('Digits=1&Digits=2&From=%2B1415&Empty=&__proto__=x')
    expect(form && Object.fromEntries(form)).toMatchObject({ Digits: ['1', '2'], From: ['+1415'], Empty: [''] })
    expect(form?.get('__proto__')).toEqual(['x'])
    expect(readForm(`a=${'x'.repeat(70_000)}`)).toBeUndefined()
    expect(readForm('a=1&'.repeat(300))).toBeUndefined()
    expect(readForm(Buffer.from([0xff, 0x3d, 0xfe]))?.size).toBe(1)
  })
})

/** As Node wrote query strings once, and some of Twilio's servers still do. */
function olderQuery(url: string): string {
  const [before = '', query] = url.split(/\?(.*)/s)
  return query ? `${before}?${stringify(parse(query))}` : url
}

/** By Twilio's package itself. */
function signedBy(url: string, params: Params): string {
  return judge.getExpectedTwilioSignature('token', url, params)
}
