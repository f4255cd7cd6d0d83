import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isPublicAddress } from './public-address.ts'

const inside = (prefix: number[]) =>
  fc.tuple(...[0, 1, 2, 3].map((place) => (prefix[place] === undefined ? fc.integer({ min: 0, max: 255 }) : fc.constant(prefix[place]))))

test.each([
  ['0', [0]],
  ['10', [10]],
  ['loopback', [127]],
  ['link-local and metadata', [169, 254]],
  ['192.168', [192, 168]],
  ['documentation', [203, 0, 113]],
  ['benchmarks', [198, 18]],
])('no address of %s is public, plain or inside IPv6', (_, prefix) => {
  fc.assert(
    fc.property(inside(prefix), (bytes) => {
      const plain = bytes.join('.')
      const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0'))
      const tail = `${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`
      const forms = [plain, `::ffff:${plain}`, `::ffff:${tail}`, `::${plain}`, `64:ff9b::${plain}`, `2002:${tail}::1`, `2001:0:${tail}::1`]
      for (const form of forms) expect(isPublicAddress(form), form).toBe(false)
    }),
  )
})

test('edges of the ranges whose prefix is no whole byte', () => {
  const table: [string, boolean][] = [
    ['100.63.255.255', true],
    ['100.64.0.0', false],
    ['100.127.255.255', false],
    ['100.128.0.0', true],
    ['172.15.255.255', true],
    ['172.16.0.0', false],
    ['172.31.255.255', false],
    ['172.32.0.0', true],
    ['223.255.255.255', true],
    ['224.0.0.1', false],
    ['239.255.255.255', false],
    ['240.0.0.1', false],
    ['255.255.255.255', false],
    ['168.63.129.16', false],
    ['192.0.0.192', false],
    ['8.8.8.8', true],
    ['2606:4700::1111', true],
    ['2a00:1450:4001::1', true],
    ['::', false],
    ['::1', false],
    ['fe80::1', false],
    ['fe80::1%eth0', false],
    ['2606:4700::1111%eth0', false],
    ['fc00::1', false],
    ['fd00:ec2::254', false],
    ['ff02::1', false],
    ['2001:db8::1', false],
    ['3fff::1', false],
    ['4000::1', false],
  ]
  for (const [address, expected] of table) expect(isPublicAddress(address), address).toBe(expected)
})

test('mapped and compatible IPv6 is never public, whatever it carries, nor is anything outside 2000::/3', () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((word) => word.toString(16))
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff }), fc.array(group, { minLength: 7, maxLength: 7 }), (first, rest) => {
      const address = [first.toString(16), ...rest].join(':')
      if (first < 0x2000 || first >= 0x4000) expect(isPublicAddress(address)).toBe(false)
    }),
  )
  fc.assert(fc.property(fc.ipV4(), (v4) => !isPublicAddress(`::ffff:${v4}`)))
})

test('what is no address is not public', () => {
  fc.assert(fc.property(fc.string(), (text) => !isPublicAddress(`${text} `)))
})
