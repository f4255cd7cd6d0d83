import { z } from 'zod'
import { apiBase, type ConfigKind, credential, originOf } from '../config-kind.ts'
import { orJson } from '../or-json.ts'
import { Answers, AUTH_MODES, Body, Fields, Headers, NUMBER_FORMATS, Paths, Statuses } from './dialect.ts'

const name = z
  .string()
  .trim()
  .min(1)
  .max(256)
  .regex(/^\P{C}*$/u, 'must not hold control characters')

/** A number at JioCX, as its owner gives it (`jiocxConfig`). */
export const JiocxConfig = z.object({
  organizationName: name,
  username: name,
  password: z
    .string()
    .min(1)
    .max(512)
    .regex(/^\P{C}*$/u, 'must not hold control characters'),
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

export const jiocxConfig: ConfigKind<JiocxConfig> = {
  schema: JiocxConfig,
  // Headers and fields of every request may hold credentials.
  shown: ['apiBaseUrl', 'senderId', 'auth', 'numberFormat', 'paths', 'fields', 'answers', 'statuses'],
  origin: (config, { jiocx }) => new URL(config.apiBaseUrl ?? jiocx.JIOCX_API_BASE_URL).origin,
  hosts: () => ['*.jiocx.com'],
  ownOrigin: ({ jiocx }) => originOf(jiocx.JIOCX_API_BASE_URL),
}
