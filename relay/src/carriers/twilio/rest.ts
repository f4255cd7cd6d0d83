import type { Clock } from '../../calls/ports.ts'
import { faultOf, isRecord, twilioFault, unreachable } from './faults.ts'

/** Longer than a connection may take to stand, so that a far end that is not there is told from one that is silent. */
const TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 256 * 1024

/** Form fields in order; a list is the key repeated. */
export type Form = Readonly<Record<string, string | readonly string[]>>

export interface TwilioRest {
  /** `path` below the account, such as `/Calls.json`. Never repeated. @throws CarrierFault */
  post(path: string, form: Form, signal?: AbortSignal): Promise<Record<string, unknown>>
  get(path: string): Promise<Record<string, unknown>>
}

/** Twilio's REST API of one account. `base` without /2010-04-01; the credentials go nowhere else, redirects included. */
export function createTwilioRest(o: {
  base: string
  accountSid: string
  /** An API key in place of the account's own token, where there is one. */
  user: string
  password: string
  clock: Clock
}): TwilioRest {
  const root = `${o.base}/2010-04-01/Accounts/${encodeURIComponent(o.accountSid)}`
  const authorization = `Basic ${Buffer.from(`${o.user}:${o.password}`).toString('base64')}`

  async function ask(method: 'GET' | 'POST', path: string, body?: URLSearchParams, signal?: AbortSignal) {
    if (signal?.aborted) throw twilioFault('unreachable', { cause: signal.reason })
    const stop = new AbortController()
    const late = twilioFault('timeout', { placed: 'unknown' })
    const cancel = o.clock.after(TIMEOUT_MS, () => stop.abort(late))
    const leave = () => stop.abort(signal?.reason)
    signal?.addEventListener('abort', leave, { once: true })
    try {
      const response = await fetch(root + path, {
        method,
        headers: { authorization, accept: 'application/json', 'user-agent': 'voice-agent' },
        redirect: 'manual',
        signal: stop.signal,
        ...(body ? { body } : {}),
      })
      const answer = await read(response)
      if (!response.ok) throw faultOf(response.status, answer)
      if (!isRecord(answer)) throw twilioFault('malformed', { placed: 'unknown' })
      return answer
    } catch (error) {
      if (stop.signal.reason === late) throw late
      throw isRecord(error) && error.name === 'CarrierFault' ? error : unreachable(error)
    } finally {
      cancel()
      signal?.removeEventListener('abort', leave)
      // Also ends the connection of an answer that was given up half read.
      stop.abort()
    }
  }

  return {
    post: (path, form, signal) => ask('POST', path, encoded(form), signal),
    get: (path) => ask('GET', path),
  }
}

function encoded(form: Form): URLSearchParams {
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(form)) {
    for (const each of typeof value === 'string' ? [value] : value) body.append(name, each)
  }
  return body
}

/** The answer as JSON; undefined when it is none, or too long. */
async function read(response: Response): Promise<unknown> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
