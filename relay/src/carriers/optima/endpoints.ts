import { isLoopbackHost } from '../../settings/kinds.ts'
import { hostMatches } from '../config-kind.ts'

/**
 * The origin (http, https) of the media host that Optima names for a call, with or without a scheme. Undefined where the token may not go there:
 * another host than those allowed and the API's own, or a line that others can read.
 */
export function mediaOrigin(told: string, o: { own: string; allowed: readonly string[] }): string | undefined {
  const text = /^[a-z]+:\/\//i.test(told) ? told : `https://${told}`
  if (!URL.canParse(text)) return undefined
  const url = new URL(text.replace(/^ws/i, 'http'))
  if (url.username || url.password || !/^https?:$/.test(url.protocol)) return undefined
  if (url.origin === o.own) return url.origin
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) return undefined
  return o.allowed.some((pattern) => hostMatches(url.hostname, pattern)) ? url.origin : undefined
}
