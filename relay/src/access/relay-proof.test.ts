import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { createRelayProof } from './relay-proof.ts'

const authSecret = 'a secret of the tests, long enough for it'
const request = { method: 'POST', target: '/api/calls/abc/say?x=1' }

function world() {
  const clock = new TestClock()
  return {
    clock,
    one: createRelayProof({ authSecret, id: 'relay_one', clock }),
    two: createRelayProof({ authSecret, id: 'relay_two', clock }),
  }
}

describe('the proof of a relay', () => {
  it('says for whom the other relay asks', () => {
    const { one, two } = world()
    for (const address of ['203.0.113.9', '2001:db8::1', 'unknown', '']) {
      expect(two.read(one.issue({ to: 'relay_two', address, ...request }), request)).toEqual({ address })
    }
  })

  it('is good for one request, to one relay, for a minute', async () => {
    const { clock, one, two } = world()
    const proof = one.issue({ to: 'relay_two', address: '203.0.113.9', ...request })
    expect(one.read(proof, request)).toBeUndefined()
    expect(two.read(proof, { ...request, method: 'DELETE' })).toBeUndefined()
    expect(two.read(proof, { ...request, target: '/api/calls/abc/say' })).toBeUndefined()
    const stranger = createRelayProof({ authSecret: `${authSecret}!`, id: 'relay_two', clock })
    expect(stranger.read(proof, request)).toBeUndefined()
    await clock.advance(60_001)
    expect(two.read(proof, request)).toBeUndefined()
  })

  it('is nothing once a letter of it is changed, and nothing else is one', () => {
    const { one, two } = world()
    const proof = one.issue({ to: 'relay_two', address: '203.0.113.9', ...request })
    fc.assert(
      fc.property(fc.nat(proof.length - 1), fc.constantFrom(...'AZaz09-_.'), (at, letter) => {
        const changed = proof.slice(0, at) + letter + proof.slice(at + 1)
        expect(two.read(changed, request) === undefined).toBe(changed !== proof)
      }),
    )
    fc.assert(fc.property(fc.string(), (text) => void expect(two.read(text, request)).toBeUndefined()))
    expect(two.read(undefined, request)).toBeUndefined()
    expect(two.read([proof, proof], request)).toBeUndefined()
  })
})
