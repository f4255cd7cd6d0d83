import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino'

export type Logger = PinoLogger

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Keys whose values never reach a line, at any depth that pino's paths reach. */
const SECRET_KEYS = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'token',
  'access',
  'refresh',
  'apiKey',
  'api_key',
  'authSecret',
  'encryptionKey',
  'visitorToken',
  'mediaUrl',
]

const REDACTED = '[redacted]'

/** Country codes of one and two digits (E.164); all others have three. */
const COUNTRY_CODE = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/

/** `+12025550101` → `+1••••••••01`: country code and the last two digits stay. */
export function maskNumber(e164: string): string {
  const digits = e164.replace(/\D/g, '')
  const country = COUNTRY_CODE.exec(digits)?.[0] ?? digits.slice(0, 3)
  const hidden = Math.max(0, digits.length - country.length - 2)
  return `+${country}${'•'.repeat(hidden)}${digits.slice(-2)}`
}

/** Paths whose next segments carry a right (CONTRACT, "Forms"): what follows the name is the token. */
const OPAQUE_PATHS =
  /\/(media|events|listen|recordings|api\/telephony\/(?:webhook|ws|status)|api\/calls\/websocket|api\/callbacks|api\/page-calls|api\/voice-samples)\/[^\s"'\\?#]+/g
const KEYED_NUMBER = /"(from|to|phoneNumber|phone_number|number|caller|callee)":"(\d{8,15})"/g

/** Takes rights and people out of one finished line; the last wall behind pino's own redaction. Also for paths and messages shown elsewhere. */
export function redactLine(line: string): string {
  return line
    .replace(OPAQUE_PATHS, '/$1/•')
    .replace(/\bBearer\s+[^\s"'\\]+/gi, `Bearer ${REDACTED}`)
    .replace(/\bva_[A-Za-z0-9_-]{16,}/g, `va_${REDACTED}`)
    .replace(/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, REDACTED)
    .replace(/\b(postgres(?:ql)?|rediss?|https?):\/\/[^\s"'\\/@]+@/gi, '$1://•@')
    .replace(/\+\d{8,15}(?!\d)/g, maskNumber)
    .replace(KEYED_NUMBER, (_, key: string, digits: string) => `"${key}":"${maskNumber(digits)}"`)
}

/** An error as a line has it. A failed query's own message and fields quote what it was given, which is people's; statement, code and cause are enough. */
function errorLine(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if ('query' in error && 'params' in error) {
    const cause = error.cause instanceof Error ? error.cause : undefined
    const code = cause && 'code' in cause ? { code: cause.code } : {}
    return { type: error.name, query: error.query, ...code, message: cause?.message ?? 'failed query', stack: framesOf(error) }
  }
  if (!(error.cause instanceof Error)) return pino.stdSerializers.err(error)
  return { type: error.name, message: error.message, stack: framesOf(error), cause: errorLine(error.cause) }
}

/** The stack without the message it begins with. */
function framesOf({ stack = '' }: Error): string {
  return stack.slice(Math.max(0, stack.search(/^ {4}at /m)))
}

/** Structured lines on standard output. `destination` is for tests. */
export function createLogger(o: { level?: LogLevel; destination?: DestinationStream } = {}): Logger {
  const paths = SECRET_KEYS.flatMap((key) => {
    const path = /^[A-Za-z_]+$/.test(key) ? key : `["${key}"]`
    const nested = path.startsWith('[') ? path : `.${path}`
    return [path, `*${nested}`, `*.*${nested}`]
  })
  const options = {
    level: o.level ?? 'info',
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths, censor: REDACTED },
    serializers: { err: errorLine },
    hooks: { streamWrite: redactLine },
  }
  return o.destination ? pino(options, o.destination) : pino(options)
}

/** One call's lines, found again by its id. */
export function callLogger(logger: Logger, callId: string): Logger {
  return logger.child({ callId })
}
