import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createKeyring, open, seal, UnknownKey } from './encryption.ts'

const fresh = () => randomBytes(32).toString('base64')
const bytes = (text: string) => new TextEncoder().encode(text)

describe('sealing', () => {
  it('opens what it sealed, at its own place only', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), fc.string(), (plain, place, other) => {
        const key = randomBytes(32)
        const sealed = seal(key, place, plain)
        expect(Uint8Array.from(open(key, place, sealed))).toEqual(plain)
        if (other !== place) expect(() => open(key, other, sealed)).toThrow()
        expect(() => open(randomBytes(32), place, sealed)).toThrow()
      }),
    )
  })

  it('refuses every changed or cut byte', () => {
    const key = randomBytes(32)
    const sealed = seal(key, 'call/text', bytes('ring me back'))
    for (let at = 0; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => open(key, 'call/text', changed)).toThrow()
      expect(() => open(key, 'call/text', sealed.subarray(0, at))).toThrow()
    }
  })

  it('never seals the same words to the same bytes', () => {
    const key = randomBytes(32)
    expect(seal(key, 'p', bytes('yes'))).not.toEqual(seal(key, 'p', bytes('yes')))
  })
})

describe('the keyring', () => {
  it('opens a call’s keys for that call alone', () => {
    const ring = createKeyring({ current: fresh(), old: [] })
    const { key, ...wrapped } = ring.newCallKey('a')
    expect(ring.openCallKey('a', wrapped)).toEqual(key)
    expect(key.data).not.toEqual(key.salt)
    expect(() => ring.openCallKey('b', wrapped)).toThrow()
  })

  it('opens what an older key wrapped, wraps with the new one, and names the missing key', () => {
    const [first, second] = [fresh(), fresh()]
    const before = createKeyring({ current: first, old: [] })
    const after = createKeyring({ current: second, old: [first] })
    const { key, ...wrapped } = before.newCallKey('a')
    expect(after.openCallKey('a', wrapped)).toEqual(key)
    expect(after.newCallKey('a').keyId).toBe(after.currentId)
    expect(after.currentId).not.toBe(before.currentId)
    const lost = createKeyring({ current: second, old: [] })
    expect(() => lost.openCallKey('a', wrapped)).toThrow(UnknownKey)
    expect(() => lost.openCallKey('a', wrapped)).toThrow(before.currentId)
  })

  it('refuses a key of another length', () => {
    expect(() => createKeyring({ current: Buffer.alloc(31).toString('base64'), old: [] })).toThrow('32 bytes')
  })
})
