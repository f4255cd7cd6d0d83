import { z } from 'zod'
import type { Persona } from '../agents/persona.ts'
import type { CallStatus, EndReason } from '../protocol/index.ts'
import { Problem } from '../protocol/index.ts'

/** The guide's words for how an agent calls, beside the agent's own. */

const seconds = (min: number, max: number) => z.int().min(min).max(max)

const settings = {
  /** Whether the agent takes calls that come in. */
  auto_answer_inbound: z.boolean(),
  enable_call_recording: z.boolean(),
  /** Seconds that a phone rings. */
  call_timeout: seconds(5, 120),
  /** Seconds. */
  max_call_duration: seconds(10, 4 * 3600),
  /** Whether a machine that answers is left a message; turned on, a plain one unless the agent has its own. */
  enable_voicemail: z.boolean(),
}
const CallSettings = z.object({ ...settings, caller_id_number: z.string().nullable() })
const Features = z.object({
  machine_detection: z.boolean(),
  call_screening: z.boolean(),
  call_forwarding: z.boolean(),
  conference_calls: z.boolean(),
  call_queuing: z.boolean(),
})
const NumberView = z.object({ number: z.string(), type: z.enum(['main', 'additional']), active: z.boolean() })

export const CallingView = z.object({
  agent_id: z.string(),
  agent_name: z.string(),
  agent_type: z.literal('ai'),
  call_settings: CallSettings,
  twilio_features: Features,
  phone_numbers: z.array(NumberView),
  /** Whether a number of Twilio can be used. */
  twilio_status: z.enum(['connected', 'not_configured']),
})
export const CallingChange = z.object({
  call_settings: CallSettings.partial().default({}),
  /** Only `machine_detection` can be changed here. */
  twilio_features: Features.partial().default({}),
})
export const CallingChanged = z.object({ message: z.string(), call_settings: CallSettings, twilio_features: Features })

/** The guide's words for how a call stands: a carrier's, not this API's. */
const STANDINGS = ['queued', 'ringing', 'in-progress', 'completed', 'busy', 'no-answer', 'canceled', 'failed'] as const
export const CallingTested = z.object({
  test_call_initiated: z.literal(true),
  /** The carrier's own name for the call; ours, where the carrier told none. */
  call_sid: z.string(),
  status: z.enum(STANDINGS),
  test_number: z.string(),
  estimated_duration: z.string(),
  /** This API's id of the call. */
  call_id: z.string(),
})

export function standingOf(status: CallStatus, reason: EndReason | undefined): (typeof STANDINGS)[number] {
  if (status === 'initiated') return 'queued'
  if (status === 'connecting') return 'ringing'
  if (status === 'connected') return 'in-progress'
  if (status === 'completed') return 'completed'
  return reason === 'busy' || reason === 'no-answer' || reason === 'canceled' ? reason : 'failed'
}

export function callSettingsOf({ limits, phone }: Persona, callerId: string | undefined): z.infer<typeof CallSettings> {
  return {
    auto_answer_inbound: phone.answersInbound,
    enable_call_recording: phone.record,
    call_timeout: Math.round(phone.ringMs / 1000),
    max_call_duration: Math.round(limits.maxDurationMs / 1000),
    enable_voicemail: phone.voicemail !== undefined,
    caller_id_number: callerId ?? null,
  }
}

/** What is so for this agent now. Screening, conferences and queues are not an agent's to set. */
export function featuresOf({ phone }: Persona, transfers: boolean): z.infer<typeof Features> {
  return {
    machine_detection: phone.detectMachine || phone.voicemail !== undefined,
    call_screening: false,
    call_forwarding: transfers,
    conference_calls: false,
    call_queuing: false,
  }
}

const VOICEMAIL = (name: string) => `Hello, this is ${name}. I am sorry that I missed you. Please call us back when it suits you.`

/** The guide's fields as a merge patch of the agent. @throws Problem invalid_request for what cannot be changed here */
export function callingPatch(
  persona: Persona,
  given: z.infer<typeof CallingChange>,
  now: { callerId: string | undefined; transfers: boolean },
): Record<string, unknown> {
  const { call_settings: calling, twilio_features: features } = given
  const callerId = calling.caller_id_number
  if (callerId !== undefined && callerId !== (now.callerId ?? null))
    throw unfit('call_settings.caller_id_number', 'is the agent’s own number: link another one to it under /api/phone-numbers')
  const { machine_detection: detects, ...fixed } = features
  const standing = featuresOf(persona, now.transfers)
  for (const [name, value] of Object.entries(fixed))
    if (value !== standing[name as keyof typeof standing]) throw unfit(`twilio_features.${name}`, 'cannot be changed here')
  const { auto_answer_inbound, call_timeout, enable_call_recording, enable_voicemail, max_call_duration } = calling
  const phone = {
    answersInbound: auto_answer_inbound,
    record: enable_call_recording,
    ringMs: call_timeout === undefined ? undefined : call_timeout * 1000,
    detectMachine: detects,
    voicemail: enable_voicemail === undefined ? undefined : enable_voicemail ? (persona.phone.voicemail ?? VOICEMAIL(persona.name)) : null,
  }
  const changed = Object.fromEntries(Object.entries(phone).filter(([, value]) => value !== undefined))
  return {
    ...(Object.keys(changed).length > 0 ? { phone: changed } : {}),
    ...(max_call_duration === undefined ? {} : { limits: { maxDurationMs: max_call_duration * 1000 } }),
  }
}

const unfit = (path: string, message: string) => new Problem('invalid_request', `${path}: ${message}`, { errors: [{ path, message }] })
