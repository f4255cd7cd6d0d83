import { expect } from '@esm-bundle/chai'
import { isRetryable } from '../call/fault.ts'
import { en } from '../strings/en.ts'
import { voiceEn } from '../voice/words.ts'
import { codeOf, helpsAgain } from './codes.ts'

/** Every code that the SDK's documentation and Twilio's error list name for calls, and what we make of it. */
const EXPECTED: Record<string, readonly number[]> = {
  unauthorized: [20101, 20104, 20151, 31202, 31205, 31207, 20003],
  rate_limited: [20429, 31206],
  mic_denied: [31401],
  mic_busy: [31402],
  network: [31003, 31005, 31009, 53000, 53001, 53405, 64108],
  provider_unavailable: [
    ...[20404, 20500, 21205, 21211, 21212, 21214, 21215, 21219, 13224, 13225],
    ...[31002, 31404, 31480, 31486, 31603, 64102, 64114],
  ],
  internal: [21220, 11200, 11217, 31000, 31001, 31008, 31931, 53400, 64105, 64106, 64107],
}

describe('Twilio’s codes', () => {
  for (const [code, numbers] of Object.entries(EXPECTED)) {
    it(`${numbers.join(' ')}: ${code}`, () => {
      for (const number of numbers) expect(codeOf({ code: number, message: 'x' }), String(number)).to.equal(code)
    })
  }

  it('have words that say what to do', () => {
    const words: Record<string, string> = { ...en, ...voiceEn }
    for (const code of Object.keys(EXPECTED)) expect(words[`error.${code}`], code).to.be.a('string')
    for (const code of Object.keys(EXPECTED)) expect(helpsAgain(code), code).to.equal(isRetryable(code))
  })

  it('are internal where nobody knows them', () => {
    for (const error of [undefined, null, 'x', {}, { code: 1 }, { code: '31401' }, new Error('x')])
      expect(codeOf(error)).to.equal('internal')
  })
})
