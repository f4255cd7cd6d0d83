import { z } from 'zod'
import { WHAT } from './relay-verb.ts'

/** What a customer may send over a ConversationRelay socket. */
const what = z.union([z.boolean().transform((on) => (on ? 'any' : 'none') as (typeof WHAT)[number]), z.enum(WHAT)])
export const FromRelayCustomer = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('text'),
    token: z.string(),
    last: z.boolean().default(false),
    lang: z.string().optional(),
    interruptible: what.optional(),
    preemptible: z.boolean().optional(),
  }),
  z.object({
    type: z.literal('play'),
    source: z.string(),
    loop: z.int().min(0).default(1),
    preemptible: z.boolean().optional(),
    interruptible: what.optional(),
  }),
  z.object({ type: z.literal('sendDigits'), digits: z.string().regex(/^[0-9*#wW]+$/) }),
  z.object({ type: z.literal('language'), ttsLanguage: z.string().optional(), transcriptionLanguage: z.string().optional() }),
  z.object({ type: z.literal('end'), handoffData: z.string().optional() }),
])
export type FromRelayCustomer = z.infer<typeof FromRelayCustomer>
