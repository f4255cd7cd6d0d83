import type { Clock } from '../calls/ports.ts'
import type { CarrierFault, CarrierFaultCode } from './carrier.ts'

/** Longer than a connection may take to stand, so that a far end that is not there is told from one that is silent. */
const TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 256 * 1024
const FORM = 'application/x-www-form-urlencoded;charset=UTF-8'

/** How a carrier's faults are worded, and what an answer that is no success means. */
export interface FaultWords {
  fault(code: CarrierFaultCode, more?: ConstructorParameters<typeof CarrierFault>[2]): CarrierFault
  /** `body`: as JSON; undefined when it was none, or too long. `text`: as it came. */
  faultOf(status: number, body: unknown, text: string): CarrierFault
}

export interface RestRequest {
  readonly method: 'GET' | 'POST'
  /** Below `root`. */
  readonly path: string
  /** A form, or anything else as JSON. */
  readonly body?: URLSearchParams | object | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

/** Asks once, never again. Answers an object. @throws CarrierFault */
export type Rest = (request: RestRequest) => Promise<Record<string, unknown>>

/** A REST API that answers in JSON. What is asked goes to `root` and nowhere else, redirects included. */
export function createRest(o: { root: string; authorization?: string; clock: Clock; words: FaultWords }): Rest {
  const { fault, faultOf } = o.words

  return async function ask({ method, path, body, headers, signal }) {
    if (signal?.aborted) throw fault('unreachable', { cause: signal.reason })
    const stop = new AbortController()
    const late = fault('timeout', { placed: 'unknown' })
    const cancel = o.clock.after(TIMEOUT_MS, () => stop.abort(late))
    const leave = () => stop.abort(signal?.reason)
    signal?.addEventListener('abort', leave, { once: true })
    // As a stream: what it could send again `fetch` does send again when it is answered 421, as its standard has it, and a phone would ring twice.
    const sent = body && Buffer.from(body instanceof URLSearchParams ? body.toString() : JSON.stringify(body))
    try {
      const response = await fetch(o.root + path, {
        method,
        headers: {
          ...(o.authorization === undefined ? {} : { authorization: o.authorization }),
          ...(sent && {
            'content-type': body instanceof URLSearchParams ? FORM : 'application/json',
            'content-length': String(sent.length),
          }),
          accept: 'application/json',
          'user-agent': 'voice-agent',
          ...headers,
        },
        redirect: 'manual',
        signal: stop.signal,
        ...(sent && { body: new Blob([sent]).stream(), duplex: 'half' as const }),
      })
      const text = await read(response)
      const answer = parsed(text)
      if (!response.ok) throw faultOf(response.status, answer, text)
      if (!isRecord(answer)) throw fault('malformed', { placed: 'unknown' })
      return answer
    } catch (error) {
      if (stop.signal.reason === late) throw late
      throw isRecord(error) && error.name === 'CarrierFault' ? error : unreachable(error, fault)
    } finally {
      cancel()
      signal?.removeEventListener('abort', leave)
      // Also ends the connection of an answer that was given up half read.
      stop.abort()
    }
  }
}

/** Empty when it is too long. */
async function read(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) return ''
    text += decoder.decode(chunk, { stream: true })
  }
  return text
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Before any of these a connection stood, nothing can have been asked. */
const NOT_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|ERR_TLS_\w+)$/

/** The fault of a request that got no answer. */
function unreachable(error: unknown, fault: FaultWords['fault']): CarrierFault {
  const reasons = [...reasonsOf(error)]
  const [first] = reasons
  return fault('unreachable', {
    // No connection stood yet where connecting itself failed, whatever that is called: ETIMEDOUT may be said of one that stood, too.
    placed: first && reasons.every(({ code, syscall }) => syscall === 'connect' || NOT_SENT.test(code)) ? 'no' : 'unknown',
    ...(first ? { carrierCode: first.code } : {}),
    cause: error,
  })
}

/** `fetch` hides the reason in causes, and in several of them when a name has several addresses. */
function* reasonsOf(error: unknown, depth = 0): Generator<{ code: string; syscall: unknown }> {
  if (!isRecord(error) || depth > 4) return
  const { cause, code, errors, syscall } = error
  if (Array.isArray(errors) && errors.length > 0) {
    for (const each of errors) yield* reasonsOf(each, depth + 1)
  } else if (typeof code === 'string') yield { code, syscall }
  else yield* reasonsOf(cause, depth + 1)
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
