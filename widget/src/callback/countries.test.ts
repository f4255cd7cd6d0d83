import { expect } from '@esm-bundle/chai'
import * as fc from 'fast-check'
import { codeOf, countriesOf, dialled, e164, grouped, guessCountry, shown, splitNumber } from './countries.ts'

const all = countriesOf([], 'en')

describe('countries', () => {
  it('have a code each, and a name in the page’s language', () => {
    expect(all.length).to.be.above(235)
    expect(new Set(all.map(({ id }) => id)).size).to.equal(all.length)
    for (const { id, code, name } of all) {
      expect(code, id).to.match(/^[1-9]\d{0,2}$/)
      expect(name, id).to.not.equal(id)
    }
    expect([codeOf('IN'), codeOf('US'), codeOf('GB'), codeOf('AE'), codeOf('XX'), codeOf('')]).to.deep.equal([
      '91',
      '1',
      '44',
      '971',
      undefined,
      undefined,
    ])
    expect(countriesOf(['US', 'IN', 'ZZ'], 'hi').map(({ name }) => name))
      .to.include('भारत')
      .and.to.have.length(2)
    expect(countriesOf(['US', 'DE'], 'de').map(({ id }) => id)).to.deep.equal(['DE', 'US'])
    expect(countriesOf(['US'], 'not a tag!').map(({ id }) => id)).to.deep.equal(['US'])
  })

  it('are guessed by the page, the browser, and where the language is at home', () => {
    const offered = countriesOf(['US', 'IN', 'GB'], 'en')
    expect(guessCountry(offered, 'en-GB', ['en-US'])).to.equal('GB')
    expect(guessCountry(offered, 'en', ['fr-FR', 'en-IN'])).to.equal('IN')
    expect(guessCountry(offered, 'hi', ['de'])).to.equal('IN')
    expect(guessCountry(offered, 'hi', ['en-US'])).to.equal('IN')
    expect(guessCountry(offered, 'en', ['hi-IN'])).to.equal('IN')
    expect(guessCountry(offered, 'en', ['de'])).to.equal('US')
    expect(guessCountry(offered, 'fr', ['fr-FR'])).to.equal('IN')
    expect(guessCountry([], 'fr', [])).to.equal(undefined)
  })
})

describe('a number', () => {
  it('is understood however it is written', () => {
    for (const [text, code, number] of [
      ['90000 00001', '91', '+919000000001'],
      ['090000-00001', '91', '+919000000001'],
      ['+91 90000 00001', '1', '+919000000001'],
      ['0091 9000000001', '1', '+919000000001'],
      ['(202) 555-0101', '1', '+12025550101'],
      ['1 202 555 0101', '1', '+12025550101'],
      ['07400 123456', '44', '+447400123456'],
      ['06 12345678', '39', '+390612345678'],
      ['8 912 345 67 89', '7', '+79123456789'],
      ['९०००० ००००१', '91', '+919000000001'],
      ['٩٠٠٠٠ ٠٠٠٠١', '91', '+919000000001'],
      ['1234', '91', ''],
      ['', '91', ''],
      ['not a number', '91', ''],
      ['+0123456789', '91', ''],
    ] as const)
      expect(e164(text, code), text).to.equal(number)
  })

  it('typed with its country finds it among those offered', () => {
    const offered = countriesOf(['US', 'CA', 'IN', 'AG'], 'en')
    expect(splitNumber('+91 90', offered, 'US')).to.deep.equal({ country: 'IN', rest: '90' })
    expect(splitNumber('+1 202', offered, 'CA')).to.deep.equal({ country: 'CA', rest: '202' })
    expect(splitNumber('+1 202', offered, 'IN')).to.deep.equal({ country: 'US', rest: '202' })
    expect(splitNumber('+49 30', offered, 'IN')).to.equal(undefined)
    expect(splitNumber('90000', offered, 'IN')).to.equal(undefined)
  })

  it('is grouped as people write it', () => {
    expect(grouped('9000000001', '91')).to.equal('90000 00001')
    expect(grouped('09000000001', '91')).to.equal('090000 00001')
    expect(grouped('2025550101', '1')).to.equal('202 555 0101')
    expect(grouped('20255', '1')).to.equal('202 55')
    expect(grouped('612345678', '33')).to.equal('6 12 34 56 78')
    expect(grouped('2012345678', '20')).to.equal('201 234 5678')
    expect(shown('+919000000001', 'IN')).to.equal('+91 90000 00001')
    expect(shown('+919000000001', undefined)).to.equal('+919000000001')
    expect(shown('+12025550101', 'IN')).to.equal('+12025550101')
  })

  it('loses and gains no digit by grouping, and never throws', () => {
    const digits = fc.stringMatching(/^\d{0,14}$/)
    const country = fc.constantFrom(...all)
    fc.assert(
      fc.property(digits, country, (typed, { code }) => {
        const kept = typed.slice(0, grouped(typed, code).replace(/ /g, '').length)
        expect(grouped(typed, code).replace(/ /g, '')).to.equal(kept)
        expect(grouped(kept, code)).to.equal(grouped(grouped(kept, code).replace(/ /g, ''), code))
        expect(e164(grouped(typed, code), code)).to.equal(e164(typed.slice(0, kept.length), code))
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), country, (text, { code, id }) => {
        expect(dialled(text)).to.match(/^\+?\d*$/)
        expect(e164(text, code)).to.match(/^(\+[1-9]\d{6,14})?$/)
        splitNumber(text, all, id)
      }),
    )
  })
})
