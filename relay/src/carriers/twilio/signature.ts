import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { parse, stringify } from 'node:querystring'
import type { FormBody } from './form.ts'

/** A request as Twilio made it. */
export interface SignedRequest {
  /** Exactly as Twilio was given it: PUBLIC_URL, path and query; `wss://…` for a socket. Several where it may be known by several. */
  readonly url: string | readonly string[]
  /** The fields of a form body. */
  readonly form?: FormBody
  /** Any other body, as it came: its hash is in the URL (`bodySHA256`). */
  readonly rawBody?: Uint8Array
}

/** Whether `X-Twilio-Signature` was made with this auth token over this very request. It carries no time: repeats are told apart elsewhere. */
export function isSigned(authToken: string, signature: string | undefined, request: SignedRequest): boolean {
  if (!authToken || !signature) return false
  const fields = fieldsOf(request.form)
  const urls = typeof request.url === 'string' ? [request.url] : request.url
  return urls.some(
    (url) => hashFits(url, request.rawBody) && spellings(url).some((each) => isSame(signature, sign(authToken, each + fields))),
  )
}

/** The signature that Twilio puts on a request. */
export function sign(authToken: string, signed: string): string {
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64')
}

/** Keys in order of their code units, each with its values: every value once, in order. */
function fieldsOf(form: FormBody | undefined): string {
  if (!form) return ''
  const keys = [...form.keys()].sort()
  return keys
    .map((key) =>
      sortedOnce(form.get(key))
        .map((value) => key + value)
        .join(''),
    )
    .join('')
}

const sortedOnce = (values: readonly string[] = []) => [...new Set(values)].sort()

/** A body that is no form counts by its hash in the URL; without a body there is nothing to fit. */
function hashFits(url: string, rawBody: Uint8Array | undefined): boolean {
  if (rawBody === undefined) return true
  const told = URL.canParse(url) ? new URL(url).searchParams.get('bodySHA256') : null
  if (told === null) return false
  const made = createHash('sha256')
    .update(rawBody.length === 0 ? '{}' : rawBody)
    .digest('hex')
  return isSame(told, made)
}

/** Ways in which the same URL is signed: with and without its port, as given, as browsers write it, and with Node's older query string. */
function spellings(url: string): string[] {
  const given = [withoutPort(url), withPort(url)]
  if (!URL.canParse(url)) return given
  const { href } = new URL(url)
  const normal = [withoutPort(href), withPort(href)]
  return [...new Set([...given, ...normal, ...normal.map(olderQuery)])]
}

const AUTHORITY = /^([a-z][a-z0-9+.-]*:\/\/)((?:[^/?#]*@)?)(\[[^\]/?#]*\]|[^:/?#]*)((?::[^/?#]*)?)/i
const PORTS: Readonly<Record<string, string>> = { 'https://': ':443', 'wss://': ':443', 'http://': ':80', 'ws://': ':80' }

const withoutPort = (url: string) => url.replace(AUTHORITY, (_, scheme, user, host) => scheme + user + host)
const withPort = (url: string) =>
  url.replace(AUTHORITY, (_, scheme, user, host, port) => scheme + user + host + (port || (PORTS[scheme.toLowerCase()] ?? '')))

function olderQuery(url: string): string {
  const at = url.indexOf('?')
  return at < 0 || at === url.length - 1 ? url : `${url.slice(0, at)}?${stringify(parse(url.slice(at + 1)))}`
}

function isSame(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}
