import { lookup as systemLookup } from 'node:dns/promises'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Clock } from '../calls/ports.ts'
import { isShallow, TOO_DEEP } from '../protocol/nesting.ts'
import { checkUrl } from './guarded-url.ts'
import { isPublicAddress } from './public-address.ts'

export interface GuardedRequest {
  url: string
  method: string
  headers?: Readonly<Record<string, string>>
  body?: string
  /** Exact hosts or `*.example.com`. Unset: the URL's own. */
  allowedHosts?: readonly string[] | undefined
  timeoutMs?: number
}

export interface GuardedAnswer {
  status: number
  /** JSON decoded where the server says that it is JSON, else text. */
  content: unknown
}

export type GuardedFetch = (request: GuardedRequest, signal?: AbortSignal) => Promise<GuardedAnswer>

/** Why nothing came back, in plain words that hold neither secret nor content. */
export class FetchRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FetchRefused'
  }
}

interface Address {
  address: string
  family: number
}

const TIMEOUT_MS = 10_000
const MAX_BYTES = 256 * 1024
const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
/** What the connection itself is made of is ours to say. */
const OUR_HEADERS =
  /^(host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|keep-alive|accept-encoding|proxy-.*|sec-.*)$/i

/** True for a header that an owner may set. */
export function isOwnHeader(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/.test(name) && !OUR_HEADERS.test(name)
}

/** True for what a header may carry: printable ASCII, spaces inside, no line ends. */
export function isHeaderValue(value: string): boolean {
  return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)
}

/**
 * The one way to ask a URL that somebody gave us. A name is resolved once, every address it has must be public, and the connection goes to
 * exactly those addresses. No redirect is followed, and no answer is read beyond `maxBytes`.
 * The returned function throws FetchRefused for whatever keeps an answer away.
 */
export function createGuardedFetch(o: {
  clock: Clock
  /** `host` or `host:port` that may be private and plain http. */
  privateHosts: readonly string[]
  resolve?: (host: string) => Promise<Address[]>
  maxBytes?: number
}): GuardedFetch {
  const resolve = o.resolve ?? ((host) => systemLookup(host, { all: true, order: 'verbatim' }))
  const maxBytes = o.maxBytes ?? MAX_BYTES

  return async (request, signal) => {
    const checked = checkUrl(request.url, { privateHosts: o.privateHosts, allowedHosts: request.allowedHosts })
    if (!checked.ok) throw new FetchRefused(`The address ${checked.problem}.`)
    if (!METHODS.has(request.method)) throw new FetchRefused('The method must be GET, POST, PUT, PATCH or DELETE.')
    for (const [name, value] of Object.entries(request.headers ?? {})) {
      if (!isOwnHeader(name)) throw new FetchRefused('A header has a name that cannot be sent.')
      if (!isHeaderValue(value)) throw new FetchRefused(`The header ${name} has a value that cannot be sent.`)
    }
    const timeoutMs = request.timeoutMs ?? TIMEOUT_MS
    const stop = new AbortController()
    const cancel = o.clock.after(timeoutMs, () => stop.abort(new FetchRefused(`The service did not answer within ${timeoutMs} ms.`)))
    const leave = () => stop.abort(new FetchRefused('The request was given up.'))
    if (signal?.aborted) leave()
    signal?.addEventListener('abort', leave, { once: true })
    try {
      const addresses = await orAborted(addressesOf(checked.host, checked.isPrivate, resolve), stop.signal)
      const response = await orAborted(send(request, checked.url, addresses, stop.signal), stop.signal)
      return await orAborted(read(response, maxBytes), stop.signal)
    } catch (error) {
      throw error instanceof FetchRefused ? error : new FetchRefused('The service could not be reached.')
    } finally {
      cancel()
      signal?.removeEventListener('abort', leave)
      // Also ends the socket of an answer that was refused half read.
      stop.abort()
    }
  }
}

async function addressesOf(host: string, isPrivate: boolean, resolve: (host: string) => Promise<Address[]>): Promise<Address[]> {
  const family = isIP(host)
  const addresses = family ? [{ address: host, family }] : await resolve(host)
  if (addresses.length === 0) throw new FetchRefused('The service’s name leads nowhere.')
  // One private address among public ones is refused too: which of them is used is not ours to choose.
  if (!isPrivate && !addresses.every(({ address }) => isPublicAddress(address))) {
    throw new FetchRefused('The address leads into a private network.')
  }
  return addresses
}

function send(o: GuardedRequest, url: URL, addresses: Address[], signal: AbortSignal): Promise<IncomingMessage> {
  const pinned: LookupFunction = (_, options, done) => {
    const [first] = addresses
    if (options.all) done(null, addresses)
    else if (first) done(null, first.address, first.family)
  }
  const body = o.body === undefined ? undefined : Buffer.from(o.body)
  const headers = {
    accept: 'application/json, text/plain;q=0.9, */*;q=0.1',
    'user-agent': 'voice-agent',
    ...(body ? { 'content-type': 'application/json' } : {}),
    ...lowerCased(o.headers ?? {}),
    'accept-encoding': 'identity',
    ...(body ? { 'content-length': body.length } : {}),
  }
  return new Promise((resolve, reject) => {
    const start = url.protocol === 'https:' ? requestHttps : requestHttp
    // No agent: a kept connection would be used again without the look at its address.
    const sending = start(url, { method: o.method, headers, lookup: pinned, agent: false, signal, maxHeaderSize: 16_384 })
    sending.on('response', resolve).on('error', reject)
    // 101 would leave the socket open with nobody at it.
    sending.on('upgrade', (_, socket) => {
      socket.destroy()
      reject(new FetchRefused('The service wants another protocol.'))
    })
    sending.end(body)
  })
}

async function read(response: IncomingMessage, maxBytes: number): Promise<GuardedAnswer> {
  const status = response.statusCode ?? 0
  try {
    if (status >= 300 && status < 400) throw new FetchRefused('The service redirects elsewhere, which is not followed.')
    const encoding = response.headers['content-encoding'] ?? 'identity'
    if (encoding.toLowerCase() !== 'identity') throw new FetchRefused('The service answered compressed, which was not asked for.')
    const tooLong = new FetchRefused(`The service answered with more than ${Math.floor(maxBytes / 1024)} KiB.`)
    if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLong
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) throw tooLong
      chunks.push(chunk)
    }
    return { status, content: decode(Buffer.concat(chunks).toString('utf8'), response.headers['content-type'] ?? '') }
  } finally {
    response.destroy()
  }
}

function decode(text: string, contentType: string): unknown {
  if (!/^application\/([\w.-]+\+)?json\b/i.test(contentType)) return text
  if (text.trim() === '') return null
  const content = parsed(text)
  if (!isShallow(content)) throw new FetchRefused(`The service’s answer ${TOO_DEEP}.`)
  return content
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new FetchRefused('The service answered with JSON that cannot be read.')
  }
}

const lowerCased = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** The reason of the abort when it comes first, whatever the work makes of it. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const gone = Promise.withResolvers<never>()
  const leave = () => gone.reject(signal.reason)
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([work, gone.promise])
  } finally {
    signal.removeEventListener('abort', leave)
    // Whichever lost the race may still reject: nobody waits for it.
    work.catch(() => undefined)
    gone.promise.catch(() => undefined)
  }
}
