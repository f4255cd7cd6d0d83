import { z } from 'zod'
import type { CallStatus, EndReason } from '../../protocol/index.ts'

/** No public page tells how JioCX's voice API is spoken: what the guide says is the default, and each part of it can be set. */

/** `POST /voice/hangup/{call_id}`: without a method, GET for what is read and POST for all else; POST for everything where the body holds the credentials. */
const Path = z
  .string()
  .max(300)
  .regex(/^((GET|POST) )?(\/[A-Za-z0-9_.~{}-]+)+(\?[A-Za-z0-9_.~{}=&-]+)?$/, 'must be a path such as /voice/click2call')
  .refine((path) => !/(^|\/)\.\.?(\/|$)/.test(path), 'must not hold . or ..')

/** An empty name: the field is not sent. */
const Name = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9_.-]*$/, 'must be a field’s name')
/** Where an answer holds it: the first that is there counts, a point leads inwards. */
const Places = z.union([Name.transform((name) => [name]), z.array(Name).min(1).max(8)])

export const Paths = z.object({ login: Path, call: Path, status: Path, hangUp: Path, message: Path, credit: Path }).partial().strict()
export const Fields = z
  .object({
    organization: Name,
    username: Name,
    password: Name,
    apiKey: Name,
    from: Name,
    to: Name,
    callId: Name,
    callerId: Name,
    timeout: Name,
    maxDuration: Name,
    audioUrl: Name,
    dltEntityId: Name,
    statusUrl: Name,
  })
  .partial()
  .strict()
export const Answers = z
  .object({ token: Places, callId: Places, status: Places, message: Places, success: Places, credit: Places })
  .partial()
  .strict()

const STATUSES = ['initiated', 'connecting', 'connected', 'completed', 'failed'] as const satisfies readonly CallStatus[]
const REASONS = ['busy', 'no-answer', 'rejected', 'canceled', 'error'] as const satisfies readonly EndReason[]
/** The account’s own word → ours: a status, or why it failed. */
export const Statuses = z.record(z.string().min(1).max(64), z.enum([...STATUSES, ...REASONS]))

/** More headers, or more fields of every request with a body, the login included: `{"X-Tenant": "shop"}`. */
export const Headers = z.record(
  z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'must be a header’s name'),
  z
    .string()
    .max(1024)
    .regex(/^[\x20-\x7e]*$/, 'must be ASCII'),
)
export const Body = z.record(Name.min(1), z.union([z.string().max(1024), z.number(), z.boolean()]))

/** How a request shows whose it is: a token from the login, the API key alone, or user and password in every body. */
export const AUTH_MODES = ['login', 'api-key', 'body'] as const
export const NUMBER_FORMATS = ['e164', 'digits', 'national', 'trunk'] as const

/** What a number, or the environment, says otherwise than the guide. */
export interface Deviations {
  readonly auth?: (typeof AUTH_MODES)[number] | undefined
  readonly numberFormat?: (typeof NUMBER_FORMATS)[number] | undefined
  readonly headers?: z.infer<typeof Headers> | undefined
  readonly body?: z.infer<typeof Body> | undefined
  readonly paths?: z.infer<typeof Paths> | undefined
  readonly fields?: z.infer<typeof Fields> | undefined
  readonly answers?: z.infer<typeof Answers> | undefined
  readonly statuses?: z.infer<typeof Statuses> | undefined
}

type Whole<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> }
export interface Dialect {
  readonly auth: (typeof AUTH_MODES)[number]
  readonly numberFormat: (typeof NUMBER_FORMATS)[number]
  readonly headers: z.infer<typeof Headers>
  readonly body: z.infer<typeof Body>
  readonly paths: Whole<Omit<z.infer<typeof Paths>, 'credit'>> & { readonly credit?: string | undefined }
  readonly fields: Whole<z.infer<typeof Fields>>
  readonly answers: Whole<z.infer<typeof Answers>>
  readonly statuses: z.infer<typeof Statuses>
}

const GUIDE: Dialect = {
  auth: 'login',
  numberFormat: 'e164',
  headers: {},
  body: {},
  paths: {
    login: '/auth/login',
    call: '/voice/click2call',
    status: '/voice/status/{call_id}',
    hangUp: '/voice/hangup/{call_id}',
    message: '/voice/outbound',
  },
  fields: {
    organization: 'organization',
    username: 'username',
    password: 'password',
    apiKey: '',
    from: 'from',
    to: 'to',
    // It stands in the path.
    callId: '',
    callerId: 'caller_id',
    timeout: 'timeout',
    maxDuration: '',
    audioUrl: 'audio_url',
    dltEntityId: 'dlt_entity_id',
    statusUrl: '',
  },
  answers: {
    token: ['token', 'accessToken', 'access_token', 'data.token', 'data.accessToken'],
    callId: ['call_id', 'callId', 'data.call_id', 'data.callId'],
    status: ['status', 'data.status'],
    message: ['message', 'data.message', 'error.message', 'error'],
    success: ['success', 'data.success'],
    credit: ['credits', 'credit', 'balance', 'data.credits', 'data.credit', 'data.balance'],
  },
  statuses: {},
}

/** The guide's dialect, with what the environment says otherwise, and over both what the number says. */
export function dialectOf(...said: readonly Deviations[]): Dialect {
  let all: Dialect = GUIDE
  for (const one of said) {
    all = {
      auth: one.auth ?? all.auth,
      numberFormat: one.numberFormat ?? all.numberFormat,
      headers: { ...all.headers, ...one.headers },
      body: { ...all.body, ...one.body },
      paths: { ...all.paths, ...one.paths } as Dialect['paths'],
      fields: { ...all.fields, ...one.fields } as Dialect['fields'],
      answers: { ...all.answers, ...one.answers } as Dialect['answers'],
      statuses: { ...all.statuses, ...one.statuses },
    }
  }
  return all
}

/** `/voice/status/{call_id}` for one call. */
export function target(path: string, callId = ''): { method: 'GET' | 'POST' | undefined; path: string } {
  const [, method, rest = ''] = /^(?:(GET|POST) )?(.*)$/.exec(path) ?? []
  return {
    method: method === 'GET' || method === 'POST' ? method : undefined,
    path: rest.replaceAll('{call_id}', encodeURIComponent(callId)),
  }
}

/** What an answer holds at the first of these places that has something. */
export function pick(answer: unknown, places: readonly string[]): unknown {
  for (const place of places) {
    let at: unknown = answer
    for (const step of place.split('.'))
      at = typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? (at as Record<string, unknown>)[step] : undefined
    if (at !== undefined && at !== null && at !== '') return at
  }
  return undefined
}
