/** The sandbox calls nobody but this machine; a public address that leads here can be told to it. */
export interface Reach {
  /** The origin to connect to instead, by the origin that is meant and signed. */
  [origin: string]: string
}

const LOOPBACK = /^(localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

const isLoopback = (url: URL): boolean => LOOPBACK.test(url.hostname)

/**
 * Where to connect for a URL that was given, without its fragment and user.
 * @throws RangeError when that is no URL, or not on this machine
 */
export function reachable(given: string, reach: Reach = {}): URL {
  if (!URL.canParse(given)) throw new RangeError(`Not a URL: ${given}`)
  const url = new URL(given)
  const socket = url.protocol === 'ws:' || url.protocol === 'wss:'
  const meant = socket ? `${url.protocol.replace('ws', 'http')}//${url.host}` : url.origin
  const instead = reach[meant]
  const target = instead === undefined ? url : new URL(url.pathname + url.search, instead)
  if (instead !== undefined && socket) target.protocol = target.protocol.replace('http', 'ws')
  if (!isLoopback(target)) throw new RangeError(`Not on this machine, where alone the sandbox calls: ${given}`)
  target.hash = ''
  target.username = ''
  target.password = ''
  return target
}
