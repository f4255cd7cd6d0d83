import { z } from 'zod'

/** How the sandbox's Twilio behaves; tests change it while it runs (`POST /sandbox/twilio/settings`). */
export const TwilioSettings = z.strictObject({
  /** How long a call is queued before it is dialled. */
  queueMs: z.int().min(0).max(600_000),
  /** Calls that leave the queue each second; 0: as they come. Real accounts begin with 1. */
  callsPerSecond: z.number().min(0).max(1000),
  /** `initiated` arrives so long after `ringing`, as was observed, unless the next event comes first. */
  initiatedLagMs: z.int().min(0).max(60_000),
  /** How long machine detection takes. */
  machineMs: z.int().min(0).max(60_000),
  /** The whole time a webhook may take. */
  webhookMs: z.int().min(100).max(15_000),
  /** Sound that is gathered before it is played, against a pace that is not even. */
  jitterMs: z.int().min(0).max(1000),
  /** Public origins that lead to this machine. */
  reach: z.record(z.url(), z.url()),
  accountStatus: z.enum(['active', 'suspended', 'closed']),
})
export type TwilioSettings = z.infer<typeof TwilioSettings>

export const DEFAULT_SETTINGS: TwilioSettings = {
  queueMs: 0,
  callsPerSecond: 0,
  initiatedLagMs: 300,
  machineMs: 1000,
  webhookMs: 15_000,
  jitterMs: 40,
  reach: {},
  accountStatus: 'active',
}
