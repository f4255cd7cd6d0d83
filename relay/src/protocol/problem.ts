/** Every stable error code and its HTTP status (CONTRACT section 4). */
export const PROBLEMS = {
  invalid_request: 400,
  invalid_phone_number: 400,
  unauthorized: 401,
  forbidden: 403,
  forbidden_origin: 403,
  number_blocked: 403,
  country_blocked: 403,
  outside_calling_hours: 403,
  spend_limit: 403,
  captcha_required: 403,
  not_found: 404,
  conflict: 409,
  payload_too_large: 413,
  consent_required: 422,
  rate_limited: 429,
  internal: 500,
  provider_error: 502,
  provider_unavailable: 503,
} as const
export type ProblemCode = keyof typeof PROBLEMS

/** RFC 9457 body. `detail` says what to do next. */
export interface ProblemBody {
  type: string
  title: string
  status: number
  detail: string
  code: ProblemCode
  errors?: { path: string; message: string }[]
}

/** The one error that services throw on purpose; http/ turns it into a problem answer, anything else is `internal`. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly errors: { path: string; message: string }[] | undefined
  readonly retryAfterMs: number | undefined
  constructor(
    code: ProblemCode,
    detail: string,
    more: { errors?: { path: string; message: string }[]; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause })
    this.name = 'Problem'
    this.code = code
    this.status = PROBLEMS[code]
    this.errors = more.errors
    this.retryAfterMs = more.retryAfterMs
  }
}

/** Refused for how things stand just now, before anything was done: the same request may come again, under the same Idempotency-Key. */
export class NotNow extends Problem {}
