import type { Fault } from '../element/events.ts'
import type { Inside } from '../element/inside.ts'
import type { StringKey } from '../strings/index.ts'
import { mayAskAgain, type Refused } from './asking.ts'

/** A code's own words. */
export function wordsOf({ say }: Inside, code: string): string {
  const key = (code === 'network' ? 'error.unclear' : `error.${code}`) as StringKey
  const words = say(key)
  return words === key ? say('error.internal') : words
}

/** Why no phone will ring, as the page is told: in the relay's words where it has some. */
export function faultOf(inside: Inside, { code, detail, retryAfterMs }: Refused): Fault {
  const message = detail || wordsOf(inside, code)
  return { ok: false, code, message, retryable: mayAskAgain(code), ...(retryAfterMs && { retryAfterMs }) }
}
