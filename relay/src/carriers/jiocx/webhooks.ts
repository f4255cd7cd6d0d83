import type { LineEvent } from '../carrier.ts'
import { CallId, eventOf } from './account.ts'
import { type Dialect, pick } from './dialect.ts'

const MAX_BYTES = 64 * 1024
const MAX_FIELDS = 200

/** A callback’s fields, from a form or JSON; undefined when it is neither. Never throws. */
export function readBody(contentType: string, body: Uint8Array): Record<string, unknown> | undefined {
  if (body.length === 0 || body.length > MAX_BYTES) return undefined
  const text = Buffer.from(body).toString('utf8')
  const fields = Object.create(null) as Record<string, unknown>
  if (!/json/i.test(contentType) && !/^\s*\{/.test(text)) {
    const pairs = [...new URLSearchParams(text)]
    if (pairs.length > MAX_FIELDS) return undefined
    for (const [name, value] of pairs) fields[name] ??= value
    return fields
  }
  try {
    const told: unknown = JSON.parse(text)
    return typeof told === 'object' && told !== null && !Array.isArray(told) ? Object.assign(fields, told) : undefined
  } catch {
    return undefined
  }
}

/** What a status callback says; undefined when it names no call or no status that is known. Never throws. */
export function readCallback(fields: Record<string, unknown>, dialect: Dialect): LineEvent | undefined {
  const id = CallId.safeParse(pick(fields, dialect.answers.callId))
  if (!id.success) return undefined
  try {
    return eventOf(fields, dialect, id.data)
  } catch {
    return undefined
  }
}
