import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalOrigin, originAllowed } from './origins.ts'

const own = ['http://localhost:8787']
const ask = (origin: string | undefined, allowed: string[] = [], reading = false) => originAllowed({ origin, reading, allowed, own })

describe('origins', () => {
  it('admits the relay’s own origin when the agent lists none', () => {
    expect(ask('http://localhost:8787')).toBe(true)
    expect(ask('http://localhost:8788')).toBe(false)
    expect(ask('https://localhost:8787')).toBe(false)
  })

  it('admits exactly the listed origins', () => {
    const listed = ['https://Shop.example/', 'http://shop.test:3000']
    expect(ask('https://shop.example', listed)).toBe(true)
    expect(ask('http://shop.test:3000', listed)).toBe(true)
    for (const stranger of [
      'http://localhost:8787',
      'https://shop.example.evil',
      'https://evil-shop.example',
      'https://a.shop.example',
      'http://shop.example',
    ])
      expect(ask(stranger, listed)).toBe(false)
  })

  it('wants an Origin where something starts', () => {
    expect(ask(undefined)).toBe(false)
    expect(ask(undefined, [], true)).toBe(true)
  })

  it('takes `null` only when it is listed', () => {
    expect(ask('null')).toBe(false)
    expect(ask('null', ['https://shop.example'])).toBe(false)
    expect(ask('null', ['null'])).toBe(true)
    expect(originAllowed({ origin: 'null', reading: false, allowed: [], own: ['null'] })).toBe(false)
  })

  it('admits nothing that is not on the list, whatever is written there', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.webUrl(), (list, url) => {
        const origin = new URL(url).origin
        fc.pre(!list.some((each) => normalOrigin(each) === origin))
        expect(ask(origin, ['https://only.example', ...list])).toBe(false)
      }),
    )
  })
})
