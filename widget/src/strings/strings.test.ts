import { expect } from '@esm-bundle/chai'
import { en } from './en.ts'
import { strings as hi } from './hi.ts'
import { addStrings, directionOf, loadStrings, say, writtenIn } from './index.ts'
import { launcher } from './launcher.ts'

const english: Record<string, string> = { ...launcher, ...en }
const holes = (words: string) => (words.match(/\{\w+\}/g) ?? []).sort().join()

describe('strings', () => {
  before(() => addStrings('en', en))

  it('say everything in Hindi that they say in English, with the same values', () => {
    expect(Object.keys(hi).sort()).to.deep.equal(Object.keys(english).sort())
    for (const [key, words] of Object.entries(hi)) expect(holes(words), key).to.equal(holes(english[key] ?? ''))
  })

  it('never shout', () => {
    for (const words of [...Object.values(english), ...Object.values(hi)]) expect(words).to.not.include('!')
  })

  it('look for the full tag, the base, then English', async () => {
    expect(say('hi-IN', 'log.visitor')).to.equal('You')
    // A few words of a language that came with something else are not the language.
    addStrings('hi', { 'consent.more': 'पूरी शर्तें पढ़ें' })
    expect(writtenIn('hi-IN')).to.equal('en')
    expect(await loadStrings('hi-IN')).to.equal(true)
    expect(await loadStrings('hi')).to.equal(false)
    expect(say('hi-IN', 'log.visitor')).to.equal('आप')
    expect(say('sw', 'log.visitor')).to.equal('You')
    addStrings('en-gb', { 'control.end': 'Ring off' })
    expect(say('en-GB', 'control.end')).to.equal('Ring off')
    expect(say('en-GB', 'control.keypad')).to.equal('Keypad')
  })

  it('let the page’s own words win, and fill in values', () => {
    expect(say('en', 'launcher.talk', { 'launcher.talk': 'Ask Mira' })).to.equal('Ask Mira')
    expect(say('en', 'error.wait', {}, { seconds: 5 })).to.equal('Try again in 5 s')
    expect(say('en', 'error.wait')).to.equal('Try again in {seconds} s')
  })

  it('know which way a language runs and in which they are written', () => {
    expect(directionOf('ar-EG')).to.equal('rtl')
    expect(directionOf('hi')).to.equal('ltr')
    expect(writtenIn('ar')).to.equal('en')
    expect(writtenIn('hi-IN')).to.equal('hi')
  })
})
