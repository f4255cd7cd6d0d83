import { BlockList, isIP } from 'node:net'
import type { TrustProxy } from '../settings/kinds.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** `::ffff:10.0.0.1`, `[fe80::1%eth0]`, `10.0.0.1:1234` → the plain address; undefined when there is none. */
export function plainAddress(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/^"|"$/g, '')
    .replace(/^\[([^\]]*)\](:\d+)?$/, '$1')
    .replace(/%.*$/, '')
    .toLowerCase()
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+)(:\d+)?$/.exec(bare)?.[1] ?? bare
  return isIP(mapped) ? mapped : undefined
}

function inside(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

export function isLoopbackAddress(address: string): boolean {
  return inside(loopback, address)
}

/**
 * Who is asking: the socket's address, or what trusted proxies say of it.
 * X-Forwarded-For is read right to left and only as far as proxies are trusted, since anything further left may be made up.
 */
export function clientAddress(o: { socketAddress: string | undefined; forwardedFor: string | undefined; trust: TrustProxy }): string {
  const nearest = plainAddress(o.socketAddress ?? '') ?? 'unknown'
  if (o.trust.kind === 'none' || nearest === 'unknown') return nearest
  const hops = (o.forwardedFor ?? '').split(',').reverse()
  let address = nearest
  for (const [index, hop] of hops.entries()) {
    const trusted = o.trust.kind === 'hops' ? index < o.trust.hops : inside(o.trust.list, address)
    const next = plainAddress(hop)
    if (!trusted || next === undefined) break
    address = next
  }
  return address
}

/** Whether an address is one of these addresses and networks (`203.0.113.0/24`); an empty list lets everybody come. */
export function mayCome(address: string, allowed: readonly string[]): boolean {
  if (allowed.length === 0) return true
  const list = new BlockList()
  for (const each of allowed) {
    const [network = '', prefix] = each.split('/')
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(network, family)
    else list.addSubnet(network, Number(prefix), family)
  }
  return isIP(address) !== 0 && inside(list, address)
}

/** What limits count by: an IPv4 address, or the /64 that one IPv6 customer owns. */
export function limitKey(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail = ''] = address.split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail.split(':').filter(Boolean)
  const groups = address.includes('::')
    ? [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
    : left
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
