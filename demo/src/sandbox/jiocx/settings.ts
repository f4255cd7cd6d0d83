import { z } from 'zod'

/** How the sandbox's JioCX behaves; tests change it while it runs (`POST /sandbox/jiocx/settings`). No public page tells, so both ways are here. */
export const JiocxSettings = z.strictObject({
  /** How long a token lives, and after how many requests it is refused besides; 0: never. */
  tokenMs: z.int().min(0).max(86_400_000),
  tokenUses: z.int().min(0).max(1_000_000),
  /** Under which name the login tells it. */
  tokenAs: z.enum(['token', 'accessToken']),
  /** `call_id` or `callId`. */
  names: z.enum(['snake', 'camel']),
  /** How a request shows whose it is; with `body`, what is read is asked for by POST. */
  auth: z.enum(['bearer', 'api-key', 'body']),
  /** Calls without the DLT entity are refused. */
  dltNeeded: z.boolean(),
  /** How long a call is queued before the first phone is rung. */
  queueMs: z.int().min(0).max(600_000),
  /** Whose number the second phone shows: the account's, or that of who was rung first. */
  shows: z.enum(['account', 'first']),
  /** Whether a `webhook_url` of a placement is told. */
  tells: z.boolean(),
  /** What is left on the account; each call costs one. */
  credits: z.int().min(0).max(1_000_000),
  /** Public origins that lead to this machine. */
  reach: z.record(z.url(), z.url()),
})
export type JiocxSettings = z.infer<typeof JiocxSettings>

export const DEFAULT_SETTINGS: JiocxSettings = {
  tokenMs: 600_000,
  tokenUses: 0,
  tokenAs: 'token',
  names: 'snake',
  auth: 'bearer',
  dltNeeded: false,
  queueMs: 0,
  shows: 'account',
  tells: true,
  credits: 100_000,
  reach: {},
}
