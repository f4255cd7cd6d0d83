import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Logger } from '../logger.ts'
import { PROBLEMS, Problem, type ProblemBody, type ProblemCode } from '../protocol/problem.ts'
import type { HttpEnv } from './access.ts'

/** Every refusal over HTTP is one shape (RFC 9457), made here and nowhere else. */

export const TITLES: Record<ProblemCode, string> = {
  invalid_request: 'The request cannot be used',
  invalid_phone_number: 'Not a phone number',
  unauthorized: 'Not signed in',
  forbidden: 'Not allowed',
  forbidden_origin: 'This page may not use the agent',
  number_blocked: 'Number blocked',
  country_blocked: 'Country blocked',
  outside_calling_hours: 'Outside calling hours',
  spend_limit: 'Spending limit reached',
  captcha_required: 'Captcha required',
  not_found: 'Not found',
  conflict: 'Conflict',
  payload_too_large: 'Too large',
  consent_required: 'Consent required',
  rate_limited: 'Too many requests',
  internal: 'Something went wrong here',
  provider_error: 'A provider failed',
  provider_unavailable: 'No provider available',
}

export const ProblemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem', {
    example: {
      type: '/docs#not_found',
      title: TITLES.not_found,
      status: PROBLEMS.not_found,
      detail: 'There is no call with this id.',
      code: 'not_found',
    },
  })

export function problemBody(problem: Problem): ProblemBody {
  return {
    type: `/docs#${problem.code}`,
    title: TITLES[problem.code],
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    ...(problem.errors ? { errors: problem.errors } : {}),
  }
}

function isGone(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined
  return error.name === 'AbortError' || code === 'ERR_STREAM_PREMATURE_CLOSE' || (error.message === 'aborted' && code === 'ECONNRESET')
}

/** Anything thrown → the problem to answer; what nobody meant to throw is `internal` and says nothing of its cause. */
function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof HTTPException) {
    if (error.status === 413) return new Problem('payload_too_large', 'The body is larger than allowed.')
    if (error.status === 415) return new Problem('invalid_request', 'Send the body as JSON, with Content-Type: application/json.')
    if (error.status < 500) return new Problem('invalid_request', 'The body is not valid JSON.')
  }
  // A client that went away while its body was read is no fault of ours.
  if (error instanceof Error && isGone(error)) return new Problem('invalid_request', 'The request ended before its body was complete.')
  return new Problem('internal', 'This request failed on our side. Try again; the log has the cause.', { cause: error })
}

export function answerProblem(c: Context<HttpEnv>, error: unknown, logger: Logger): Response {
  const problem = toProblem(error)
  if (problem.code === 'internal') {
    logger.error({ err: problem.cause ?? error, requestId: c.get('requestId'), path: c.req.path }, 'request failed')
  }
  if (problem.retryAfterMs !== undefined) c.header('Retry-After', String(Math.max(1, Math.ceil(problem.retryAfterMs / 1000))))
  if (problem.code === 'unauthorized') c.header('WWW-Authenticate', 'Bearer')
  c.header('Content-Type', 'application/problem+json')
  return c.body(JSON.stringify({ ...problemBody(problem), ...c.get('refusals') }), problem.status as ContentfulStatusCode)
}

/** What @hono/zod-openapi calls with every validation's result. */
export function refuseInvalid(result: { success: boolean; target: string; error?: z.ZodError }): void {
  if (result.success || !result.error) return
  // An id that cannot exist is not found; nobody gains from learning the alphabet of ids.
  if (result.target === 'param') throw new Problem('not_found', 'There is nothing under this address.')
  throw invalid(result.error)
}

function invalid(error: z.ZodError): Problem {
  const errors = error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }))
  const first = errors[0]
  const detail = first ? `${first.path || 'The request'}: ${first.message}` : 'The request does not fit.'
  return new Problem('invalid_request', detail, { errors })
}
