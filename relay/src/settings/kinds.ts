import { BlockList, isIP } from 'node:net'
import { z } from 'zod'

/** What a variable's text may be. Every kind takes the trimmed, non-empty text and says in plain words what is wrong. */

const LOOPBACK_NAME = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** True for names and addresses that never leave this machine (URL host form). */
export function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK_NAME.test(hostname.toLowerCase())
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

const withoutTrailingSlash = (text: string) => text.replace(/\/+$/, '')

/** A service's address: https or wss (`https`: only that), plain only on loopback. `without` is a path that callers add themselves. */
export function serviceUrl(o: { without?: string; only?: 'https' } = {}) {
  return z.string().transform((text, context) => {
    const url = parsed(text)
    const fail = (message: string) => {
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    if (!url) return fail('must be a full address such as https://api.example.com')
    if (o.only && !/^https?:$/.test(url.protocol)) return fail('must begin with https://')
    if (!/^(https?|wss?):$/.test(url.protocol)) return fail('must begin with https:// (or wss://)')
    if (/^(http|ws):$/.test(url.protocol) && !isLoopbackHost(url.hostname))
      return fail(`must be https${o.only ? '' : ' (or wss)'}, except on loopback`)
    if (url.username || url.password) return fail('must not hold a user name or password')
    if (url.search || url.hash) return fail('must not hold ? or #')
    const clean = withoutTrailingSlash(text)
    if (o.without && clean.endsWith(o.without)) return fail(`must not end with ${o.without}: the relay adds it`)
    return clean
  })
}

/** `model=input/output` in money per million tokens, separated by commas. */
export const priceList = z.string().transform((text, context) => {
  const rows = text.split(',').map((row) => /^\s*([\w.:/-]+)\s*=\s*(\d+(?:\.\d+)?)\s*\/\s*(\d+(?:\.\d+)?)\s*$/.exec(row))
  if (rows.some((row) => row === null)) {
    context.addIssue({ code: 'custom', message: 'must hold prices such as gemini-3.8-live=3/12, separated by commas' })
    return z.NEVER
  }
  return Object.fromEntries(rows.map((row) => [row?.[1] ?? '', { input: Number(row?.[2]), output: Number(row?.[3]) }]))
})

/** A sum of money, without its currency. */
export const amount = z.string().transform((text, context) => {
  const value = /^\d{1,9}(\.\d{1,2})?$/.test(text) ? Number(text) : Number.NaN
  if (value >= 0) return value
  context.addIssue({ code: 'custom', message: 'must be an amount such as 500 or 12.50' })
  return z.NEVER
})

/** ISO 3166 alpha-2, in a list. */
export const country = z.string().regex(/^[A-Z]{2}$/, 'must hold countries such as US, separated by commas')

/** Where this relay is reached: an origin, no path. */
export const ownUrl = z.string().transform((text, context) => {
  const url = parsed(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.pathname !== '/' || url.search || url.hash) {
    context.addIssue({ code: 'custom', message: 'must be an origin such as https://relay.example, without a path' })
    return z.NEVER
  }
  return url.origin
})

/** An origin as browsers send it. */
export const origin = z.string().transform((text, context) => {
  const url = parsed(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== withoutTrailingSlash(text).toLowerCase()) {
    context.addIssue({ code: 'custom', message: 'must hold origins such as https://console.example, separated by commas' })
    return z.NEVER
  }
  return url.origin
})

export function connectionUrl(schemes: readonly string[]) {
  return z.string().refine((text) => schemes.includes(parsed(text)?.protocol.slice(0, -1) ?? ''), {
    message: `must be an address that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  })
}

export function integer(min: number, max: number) {
  return z.string().transform((text, context) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    context.addIssue({ code: 'custom', message: `must be a whole number from ${min} to ${max}` })
    return z.NEVER
  })
}

export function oneOf<const T extends readonly [string, ...string[]]>(words: T) {
  return z.enum(words, { error: `must be one of ${words.join(', ')}` })
}

/** JSON of a certain shape, told by its first mistake. */
export function jsonOf<T>(shape: z.ZodType<T>) {
  return z.string().transform((text, context): T => {
    const fail = (message: string) => {
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    let given: unknown
    try {
      given = JSON.parse(text)
    } catch {
      return fail('must be JSON such as {"name":"value"}')
    }
    const read = shape.safeParse(given)
    const [issue] = read.error?.issues ?? []
    return read.success ? read.data : fail(`cannot be used: ${[...(issue?.path ?? []), ''].join(': ')}${issue?.message ?? ''}`)
  })
}

/** Comma-separated values of another kind. */
export function listOf<T>(item: z.ZodType<T, string>) {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .pipe(z.array(item))
}

/** 32 bytes in base64, as `openssl rand -base64 32` prints them. */
export const key32 = z.string().refine((text) => /^[A-Za-z0-9+/_-]+=*$/.test(text) && Buffer.from(text, 'base64').length === 32, {
  message: 'must be 32 bytes in base64: openssl rand -base64 32',
})

export const longSecret = z.string().min(32, 'must be at least 32 characters: openssl rand -base64 48')

export const phoneNumber = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a phone number such as +12025550123')

export const hostPattern = z.string().regex(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$|^localhost$|^127\.0\.0\.1$/i, {
  message: 'must hold host names such as *.example.com, separated by commas',
})

/** A host that may be private, with or without a port. */
export const privateHost = z.string().regex(/^([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])(:\d{1,5})?$/i, {
  message: 'must hold hosts such as orders.internal or 127.0.0.1:8080, separated by commas',
})

/** Which proxies may say who a visitor is: none, a number of hops, or their networks. */
export type TrustProxy = { kind: 'none' } | { kind: 'hops'; hops: number } | { kind: 'networks'; list: BlockList; text: string }

export const trustProxy = z.string().transform((text, context): TrustProxy => {
  if (/^\d{1,2}$/.test(text)) return Number(text) === 0 ? { kind: 'none' } : { kind: 'hops', hops: Number(text) }
  const list = new BlockList()
  for (const part of text.split(',').map((each) => each.trim())) {
    const [address = '', prefix, ...rest] = part.split('/')
    const family = isIP(address)
    const bits = prefix === undefined ? (family === 6 ? 128 : 32) : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
    if (!family || rest.length || !(bits <= (family === 6 ? 128 : 32))) {
      context.addIssue({ code: 'custom', message: 'must be a number of proxies (1) or their networks (10.0.0.0/8, fd00::/8)' })
      return z.NEVER
    }
    list.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4')
  }
  return { kind: 'networks', list, text }
})
