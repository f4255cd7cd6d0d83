import { z } from 'zod'
import { RelaySettings } from '../carriers/conversation-relay-settings.ts'
import { PhoneMenu } from './phone-menu.ts'

const E164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a number such as +12025550123')

/** How an agent uses telephones. */
export const PhoneSettings = z.object({
  /** Who talks with a visitor that asked to be called: the agent itself, or `person`, whose phone is joined to theirs. */
  answeredBy: z.enum(['agent', 'person']).default('agent'),
  person: E164.optional(),
  /** Over which carrier; unset: that of the agent's number. */
  carrier: z.string().max(20).optional(),
  /** Over which carriers, in order: where one clearly does not ring, the next is asked. Goes before `carrier`. */
  carriers: z.array(z.string().max(20)).min(1).max(8).optional(),
  /** What those who dial in are asked first, where the carrier tells keys. */
  menu: PhoneMenu.optional(),
  /** Where this agent answers calls of a carrier that brings no sound: a number of ours at one that does. Unset: chosen by itself. */
  answersAt: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be the id of a number')
    .optional(),
  /** Numbers that such a carrier shows when it rings ours, besides its own number. */
  shownAs: z.array(E164).max(10).default([]),
  /** When an incoming call may belong to several that are waited for: it is turned away, or it is the one that waits longest. */
  unclearArrival: z.enum(['refuse', 'first']).default('refuse'),
  /** Whether it takes calls that come in at its numbers; those it expects itself it always takes. */
  answersInbound: z.boolean().default(true),
  /** How Twilio brings the sound; unset: TWILIO_MEDIA. */
  media: z.enum(['media-streams', 'conversation-relay']).optional(),
  /** How Twilio hears, speaks and is interrupted where it brings words and no sound (`conversation-relay`). */
  relay: RelaySettings.prefault({}),
  /** How long a phone rings. */
  ringMs: z.int().min(5_000).max(120_000).default(30_000),
  /** Hangs up when a machine answers, or leaves it `voicemail`. */
  detectMachine: z.boolean().default(false),
  /** Said to a machine after its beep. */
  voicemail: z.string().min(1).max(1000).optional(),
  record: z.boolean().default(false),
  /** A message that a caller left with the carrier's own recorder is listened to, and answered by a call. */
  afterRecording: z.enum(['nothing', 'call-back']).default('nothing'),
})
