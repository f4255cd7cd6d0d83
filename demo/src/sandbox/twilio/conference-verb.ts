import { z } from 'zod'
import type { XmlNode as Node } from '../carriers/xml.ts'

/** `<Conference>`: what its attributes say. */

const flag = (standard: boolean) =>
  z
    .enum(['true', 'false'])
    .default(standard ? 'true' : 'false')
    .transform((text) => text === 'true')

const EVENTS = ['start', 'end', 'join', 'leave', 'mute', 'hold', 'modify', 'speaker', 'announcement'] as const
const events = z.string().transform((text, context) => {
  const words = text.split(/\s+/).filter(Boolean)
  for (const word of words) if (!(EVENTS as readonly string[]).includes(word)) context.addIssue(`no such event: ${word}`)
  return words
})

const Attributes = z.object({
  beep: z.enum(['true', 'false', 'onEnter', 'onExit']).default('true'),
  muted: flag(false),
  coach: z.string().optional(),
  startConferenceOnEnter: flag(true),
  endConferenceOnExit: flag(false),
  maxParticipants: z.coerce.number().int().min(2).max(250).default(250),
  participantLabel: z.string().min(1).max(128).optional(),
  statusCallback: z.string().optional(),
  statusCallbackMethod: z.enum(['GET', 'POST']).default('POST'),
  statusCallbackEvent: events.default(['start', 'end']),
})
export interface ConferenceVerb extends z.infer<typeof Attributes> {
  name: string
}

/** @throws z.ZodError, Error for one without a name */
export function conferenceOf(node: Node): ConferenceVerb {
  if (!node.text) throw new Error('needs a name')
  return { name: node.text, ...Attributes.parse(node.attributes) }
}
