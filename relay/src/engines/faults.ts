import type { EngineFault } from '../calls/ports.ts'

/** An engine's failure with what the chain and the log need to know. Its message holds no credentials. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure'
  readonly fault: EngineFault
  constructor(code: EngineFault['code'], message: string, retryable = true) {
    super(message)
    this.fault = { code, message, retryable }
  }
}

const MAX_MESSAGE = 300
const KEY_LIKE = /\b(?:sk|pk|key|AIza|Bearer)[-_ ]?[A-Za-z0-9_.-]{12,}/g

/** What a vendor's HTTP status means. `message` is the vendor's and is shortened; anything like a key is taken out. */
export function failureOfStatus(service: string, status: number, message: string): EngineFailure {
  const words = `${service} answered ${status}${message === '' ? '' : `: ${clean(message)}`}`
  if (status === 401 || status === 403) return new EngineFailure('unauthorized', words, false)
  // Google answers a wrong key with 400.
  if (status === 400 && /api.?key/i.test(message)) return new EngineFailure('unauthorized', words, false)
  if (status === 429 || status === 402 || /quota|rate.?limit|insufficient|resource_exhausted/i.test(message))
    return new EngineFailure('quota', words)
  if (status === 408 || status === 504) return new EngineFailure('stalled', words)
  if (status >= 500) return new EngineFailure('unavailable', words)
  return new EngineFailure('refused', words, false)
}

/** What any error met while an answer streamed in means: network errors are `dropped`, unreadable answers `malformed`. */
export function failureOf(service: string, error: unknown): EngineFailure {
  if (error instanceof EngineFailure) return error
  const message = error instanceof Error ? error.message : String(error)
  const cause = causeCode(error)
  if (cause !== undefined) return new EngineFailure('dropped', `${service}: the connection failed (${cause})`)
  if (error instanceof SyntaxError || /JSON|parsing stream/i.test(message))
    return new EngineFailure('malformed', `${service} sent what cannot be read`)
  return new EngineFailure('dropped', `${service}: ${clean(message)}`)
}

/** Node's fetch hides the network's error code in the cause, sometimes two deep. */
function causeCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const { code } = at as { code?: unknown }
    if (typeof code === 'string' && /^(?:E[A-Z_]+|UND_ERR_\w+|CERT_\w+|DEPTH_ZERO\w+)$/.test(code)) return code
  }
  return undefined
}

function clean(message: string): string {
  return message.replace(KEY_LIKE, '[key]').replace(/\s+/g, ' ').trim().slice(0, MAX_MESSAGE)
}
