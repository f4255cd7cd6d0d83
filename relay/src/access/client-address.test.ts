import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { trustProxy } from '../settings/kinds.ts'
import { clientAddress, isLoopbackAddress, limitKey, plainAddress } from './client-address.ts'

const from = (trust: string, socketAddress: string, forwardedFor?: string) =>
  clientAddress({ socketAddress, forwardedFor, trust: trustProxy.parse(trust) })

describe('client address', () => {
  it('trusts nobody by default', () => {
    expect(from('0', '203.0.113.9', '1.2.3.4')).toBe('203.0.113.9')
    expect(from('0', '::ffff:203.0.113.9')).toBe('203.0.113.9')
    expect(clientAddress({ socketAddress: undefined, forwardedFor: '1.2.3.4', trust: { kind: 'hops', hops: 3 } })).toBe('unknown')
  })

  it('counts hops from the right, since the left may be made up', () => {
    expect(from('1', '10.0.0.1', '6.6.6.6, 203.0.113.9')).toBe('203.0.113.9')
    expect(from('2', '10.0.0.1', '6.6.6.6, 203.0.113.9, 10.0.0.2')).toBe('203.0.113.9')
    expect(from('5', '10.0.0.1', '203.0.113.9')).toBe('203.0.113.9')
    expect(from('1', '10.0.0.1')).toBe('10.0.0.1')
  })

  it('walks through trusted networks only', () => {
    expect(from('10.0.0.0/8', '10.0.0.1', '6.6.6.6, 203.0.113.9, 10.0.0.2')).toBe('203.0.113.9')
    expect(from('10.0.0.0/8', '203.0.113.1', '6.6.6.6')).toBe('203.0.113.1')
    expect(from('10.0.0.0/8,fd00::/8', 'fd00::1', '2001:db8::5, 10.1.1.1')).toBe('2001:db8::5')
  })

  it('stops at what is no address', () => {
    expect(from('3', '10.0.0.1', '6.6.6.6, garbage, 10.0.0.2')).toBe('10.0.0.2')
    expect(plainAddress('[2001:db8::1]:443')).toBe('2001:db8::1')
    expect(plainAddress('203.0.113.9:5000')).toBe('203.0.113.9')
  })

  it('never lets what a visitor wrote decide: whatever stands left of the trusted hops is ignored', () => {
    fc.assert(
      fc.property(fc.string(), fc.ipV4(), (made, real) => {
        expect(from('1', '10.0.0.1', `${made},${real}`)).toBe(plainAddress(real))
      }),
    )
  })

  it('counts IPv6 customers by their /64', () => {
    expect(limitKey('203.0.113.9')).toBe('203.0.113.9')
    expect(limitKey('2001:db8:1:2:3:4:5:6')).toBe(limitKey('2001:db8:1:2::ffff'))
    expect(limitKey('2001:db8:1:2::1')).not.toBe(limitKey('2001:db8:1:3::1'))
    expect(limitKey('2001:0db8::1')).toBe(limitKey('2001:db8::2'))
  })

  it('knows loopback', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1'].every(isLoopbackAddress)).toBe(true)
    expect(['10.0.0.1', '::2'].some(isLoopbackAddress)).toBe(false)
  })
})
