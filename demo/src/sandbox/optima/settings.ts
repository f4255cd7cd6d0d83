import { z } from 'zod'

const OPTIMA_VERSIONS = ['1.0.3', '1.0.5', '1.0.5-ws'] as const

/** How the sandbox's Optima behaves; tests change it while it runs (`POST /sandbox/optima/settings`). */
export const OptimaSettings = z.strictObject({
  /** What an account is set up with: which requests are taken, and how sound goes. */
  version: z.enum(OPTIMA_VERSIONS),
  /** How long a call is queued before it is dialled. */
  queueMs: z.int().min(0).max(600_000),
  /** How long a phone rings where the request does not say it. */
  ringMs: z.int().min(100).max(600_000),
  /** When `newSession` is told: before the request is answered, right after it, late, or never. */
  newSession: z.enum(['before', 'after', 'late', 'never']),
  /** How late. */
  newSessionLateMs: z.int().min(0).max(60_000),
  /** From 1.0.5 on: the host that a call's sound goes over, instead of the sandbox's own. */
  endpointUrl: z.string().optional(),
  /** Whether every piece of sound is told to be taken (up to 1.0.4). */
  acks: z.boolean(),
  /** Sound that is gathered before it is played, against a pace that is not even. */
  jitterMs: z.int().min(0).max(1000),
})
export type OptimaSettings = z.infer<typeof OptimaSettings>

export const DEFAULT_SETTINGS: OptimaSettings = {
  version: '1.0.3',
  queueMs: 50,
  ringMs: 45_000,
  newSession: 'after',
  newSessionLateMs: 500,
  acks: true,
  jitterMs: 40,
}
