import { BlockList, isIP } from 'node:net'

/** IPv4 that is not the public internet (IANA's special-purpose registry), and the address at which one large cloud serves secrets to its machines. */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]
/** Global unicast; whatever lies outside (loopback, mapped, NAT64, unique local, link-local, multicast) is refused whole. */
const GLOBAL_IPV6 = '2000::/3'
/** Inside it: protocol assignments with Teredo, documentation, and 6to4, which carries an IPv4 address of anybody's choice. */
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20']

const special4 = listOf(SPECIAL_IPV4, 'ipv4')
const special6 = listOf(SPECIAL_IPV6, 'ipv6')
const global6 = listOf([GLOBAL_IPV6], 'ipv6')

/** True for an address of the public internet, as text without brackets or zone; false for anything else, also for what is no address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !special4.check(address, 'ipv4')
  if (family !== 6 || address.includes('%')) return false
  return global6.check(address, 'ipv6') && !special6.check(address, 'ipv6')
}

function listOf(networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    list.addSubnet(address, Number(bits), family)
  }
  return list
}
