import { expect } from '@esm-bundle/chai'
import { Attempts } from './attempt.ts'

const NUMBER = '+12025550101'

describe('asking to be rung', () => {
  afterEach(() => localStorage.clear())

  it('is one request until it is answered, in every tab', () => {
    const here = new Attempts('a')
    const there = new Attempts('a')
    const key = here.keyFor('one')
    expect(key).to.match(/^[\w-]{16,64}$/)
    expect(there.keyFor('one')).to.equal(key)
    expect(new Attempts('b').keyFor('one')).to.not.equal(key)
    here.answered()
    expect(there.keyFor('one')).to.not.equal(key)
  })

  it('is another request when it asks for something else, or much later', () => {
    let now = 1_000_000
    const attempts = new Attempts('a', () => now)
    const key = attempts.keyFor('one')
    expect(attempts.keyFor('two')).to.not.equal(key)
    const again = attempts.keyFor('one')
    expect(again).to.not.equal(key)
    now += 4 * 60_000
    expect(attempts.keyFor('one')).to.equal(again)
    now += 2 * 60_000
    expect(attempts.keyFor('one')).to.not.equal(again)
  })

  it('leaves a number in peace that was just rung, and no other', () => {
    let now = 1_000_000
    const attempts = new Attempts('a', () => now)
    attempts.rung(NUMBER)
    expect(attempts.restMs(NUMBER)).to.equal(20_000)
    expect(attempts.restMs('+12025550102')).to.equal(0)
    now += 15_000
    expect(new Attempts('a', () => now).restMs(NUMBER)).to.equal(5_000)
    now += 6_000
    expect(attempts.restMs(NUMBER)).to.equal(0)
    now = 0
    expect(attempts.restMs(NUMBER)).to.equal(20_000)
  })

  it('writes no number down', () => {
    const attempts = new Attempts('a')
    attempts.keyFor(JSON.stringify({ phoneNumber: NUMBER }))
    attempts.rung(NUMBER)
    expect(JSON.stringify({ ...localStorage })).to.not.include('2025550101')
  })

  it('bears a browser that remembers nothing, or rubbish', () => {
    localStorage.setItem('voice-agent-callback:a', '[oops')
    expect(new Attempts('a').restMs(NUMBER)).to.equal(0)
    localStorage.setItem('voice-agent-callback:a', '7')
    expect(new Attempts('a').restMs(NUMBER)).to.equal(0)
    const real = Object.getOwnPropertyDescriptor(window, 'localStorage') as PropertyDescriptor
    Object.defineProperty(window, 'localStorage', {
      get: () => {
        throw new DOMException('', 'SecurityError')
      },
      configurable: true,
    })
    try {
      const attempts = new Attempts('a')
      expect(attempts.keyFor('one')).to.equal(attempts.keyFor('one'))
      attempts.rung(NUMBER)
      expect(attempts.restMs(NUMBER)).to.be.above(0)
    } finally {
      Object.defineProperty(window, 'localStorage', real)
    }
  })
})
