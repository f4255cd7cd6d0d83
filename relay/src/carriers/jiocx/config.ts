import { z } from 'zod'
import type { Settings } from '../../settings.ts'
import { apiBase, type ConfigKind, credential, originOf } from '../config-kind.ts'
import { orJson } from '../or-json.ts'
import {
  Answers,
  AUTH_MODES,
  Body,
  type Deviations,
  type Dialect,
  dialectOf,
  Fields,
  Headers,
  NUMBER_FORMATS,
  Paths,
  Statuses,
} from './dialect.ts'

const name = z
  .string()
  .trim()
  .min(1)
  .max(256)
  .regex(/^\P{C}*$/u, 'must not hold control characters')

/** A number at JioCX, as its owner gives it (`jiocxConfig`); which credentials it needs, `lacking` says. */
export const JiocxConfig = z.object({
  organizationName: name.optional(),
  username: name.optional(),
  password: z
    .string()
    .min(1)
    .max(512)
    .regex(/^\P{C}*$/u, 'must not hold control characters')
    .optional(),
  apiKey: credential.optional(),
  senderId: credential.optional(),
  dltEntityId: credential.optional(),
  apiBaseUrl: apiBase().optional(),
  /** Where this account speaks otherwise than the guide; over what the environment says. Objects, or JSON. */
  auth: z.enum(AUTH_MODES).optional(),
  numberFormat: z.enum(NUMBER_FORMATS).optional(),
  headers: orJson(Headers).optional(),
  body: orJson(Body).optional(),
  paths: orJson(Paths).optional(),
  fields: orJson(Fields).optional(),
  answers: orJson(Answers).optional(),
  statuses: orJson(Statuses).optional(),
})
export type JiocxConfig = z.infer<typeof JiocxConfig>

/** What the environment says otherwise than the guide. */
export function ofHouse({ jiocx: given }: Settings): Deviations {
  return {
    auth: given.JIOCX_AUTH,
    numberFormat: given.JIOCX_NUMBER_FORMAT,
    headers: given.JIOCX_HEADERS,
    body: given.JIOCX_BODY,
    paths: given.JIOCX_PATHS,
    fields: given.JIOCX_FIELDS,
    answers: given.JIOCX_ANSWERS,
    statuses: given.JIOCX_STATUSES,
  }
}

type Credential = 'organizationName' | 'username' | 'password' | 'apiKey'
const OF_USER = ['organizationName', 'username', 'password'] as const
const NEEDED: Readonly<Record<Dialect['auth'], readonly Credential[]>> = { login: OF_USER, body: OF_USER, 'api-key': ['apiKey'] }

/** The credentials that a request shows; none by `api-key` where headers or fields of the account's own show whose it is. */
export function neededBy({ auth, body, headers }: Dialect): readonly Credential[] {
  const isShown = auth === 'api-key' && Object.keys({ ...headers, ...body }).length > 0
  return isShown ? [] : NEEDED[auth]
}

export function lacking(config: JiocxConfig, settings: Settings): { name: Credential; why: string }[] {
  const dialect = dialectOf(ofHouse(settings), config)
  const missing = neededBy(dialect).filter((name) => config[name] === undefined)
  return missing.map((name) => ({ name, why: `is needed where auth is ${dialect.auth}` }))
}

export const jiocxConfig: ConfigKind<JiocxConfig> = {
  schema: JiocxConfig,
  lacking,
  // Headers and fields of every request may hold credentials.
  shown: ['apiBaseUrl', 'senderId', 'auth', 'numberFormat', 'paths', 'fields', 'answers', 'statuses'],
  origin: (config, { jiocx }) => new URL(config.apiBaseUrl ?? jiocx.JIOCX_API_BASE_URL).origin,
  hosts: () => ['*.jiocx.com'],
  ownOrigin: ({ jiocx }) => originOf(jiocx.JIOCX_API_BASE_URL),
}
