import { isIP } from 'node:net'

/** Which URLs that owners give us may be asked at all; where their names lead is looked at later, by the guarded fetch. */
export interface UrlRules {
  /** `host` or `host:port` that may be private and plain http (TOOL_PRIVATE_HOSTS). */
  privateHosts: readonly string[]
  /** Exact hosts or `*.example.com` (names below it). Unset: the URL's own. */
  allowedHosts?: readonly string[] | undefined
}

export type CheckedUrl = { ok: true; url: URL; host: string; isPrivate: boolean } | { ok: false; problem: string }

/** Reads a URL and says in plain words what is wrong with it. `host` is without brackets and trailing dot. */
export function checkUrl(text: string, rules: UrlRules): CheckedUrl {
  const refuse = (problem: string): CheckedUrl => ({ ok: false, problem })
  if (!URL.canParse(text)) return refuse('must be a full address such as https://api.example.com/orders')
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refuse('must begin with https://')
  if (url.username !== '' || url.password !== '') return refuse('must not hold a user name or password')
  const host = hostOf(url)
  if (host === '') return refuse('must name a host')
  const isPrivate = rules.privateHosts.some((each) => isPrivateHost(each, host, portOf(url)))
  if (url.protocol === 'http:' && !isPrivate) return refuse('must begin with https:// (http only for hosts in TOOL_PRIVATE_HOSTS)')
  if (rules.allowedHosts && !rules.allowedHosts.some((pattern) => matchesHost(pattern, host))) {
    return refuse(`leads to ${host}, which is not among the allowed hosts`)
  }
  return { ok: true, url, host, isPrivate }
}

/** `*.example.com` means names below example.com, not itself; addresses match exactly. */
export function matchesHost(pattern: string, host: string): boolean {
  const wanted = plainHost(pattern)
  if (!wanted.startsWith('*.')) return wanted === host
  return isIP(host) === 0 && host.endsWith(wanted.slice(1)) && host.length > wanted.length - 1
}

function isPrivateHost(entry: string, host: string, port: string): boolean {
  const [, name = '', only] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(entry) ?? []
  return plainHost(name) === host && (only === undefined || only === port)
}

const portOf = (url: URL) => url.port || (url.protocol === 'https:' ? '443' : '80')
const hostOf = (url: URL) => plainHost(url.hostname)
const plainHost = (host: string) =>
  host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
