import { z } from 'zod'
import type { XmlNode as Node } from '../carriers/xml.ts'

/** `<ConversationRelay>`: what its attributes say, as Twilio spells them. */

const flag = z.enum(['true', 'false']).transform((value) => value === 'true')
export const WHAT = ['none', 'dtmf', 'speech', 'any'] as const
/** Older documents say true and false. */
const what = z.enum([...WHAT, 'true', 'false']).transform((value) => (value === 'true' ? 'any' : value === 'false' ? 'none' : value))
export type What = (typeof WHAT)[number]

const EVENTS = ['speaker-events', 'tokens-played', 'config-updated'] as const
const events = z.string().transform((text, context) => {
  const words = text.split(/\s+/).filter(Boolean)
  for (const word of words) if (!(EVENTS as readonly string[]).includes(word)) context.addIssue(`no such event: ${word}`)
  return words
})

const Relay = z.object({
  url: z.string().regex(/^wss?:\/\//, 'must be a WebSocket address'),
  welcomeGreeting: z.string().optional(),
  welcomeGreetingInterruptible: what.default('any'),
  language: z.string().default('en-US'),
  ttsLanguage: z.string().optional(),
  transcriptionLanguage: z.string().optional(),
  ttsProvider: z.enum(['Google', 'Amazon', 'ElevenLabs']).default('ElevenLabs'),
  voice: z.string().optional(),
  transcriptionProvider: z.enum(['Google', 'Deepgram']).default('Deepgram'),
  speechModel: z.string().optional(),
  eotThreshold: z.coerce.number().min(0.5).max(0.9).optional(),
  speechTimeout: z.union([z.literal('auto'), z.coerce.number().min(600).max(5000)]).default('auto'),
  partialPrompts: flag.default(false),
  interruptible: what.default('any'),
  interruptSensitivity: z.enum(['high', 'medium', 'low']).default('high'),
  reportInputDuringAgentSpeech: what.default('none'),
  preemptible: flag.default(false),
  dtmfDetection: flag.default(false),
  hints: z.string().optional(),
  events: events.default([]),
})
const Language = z.object({
  code: z.string(),
  ttsProvider: z.string().optional(),
  voice: z.string().optional(),
  transcriptionProvider: z.string().optional(),
  speechModel: z.string().optional(),
})

export interface RelayVerb extends z.infer<typeof Relay> {
  languages: z.infer<typeof Language>[]
  parameters: Record<string, string>
}

/** @throws z.ZodError, Error for what may not stand in it */
export function relayOf(node: Node): RelayVerb {
  const languages: RelayVerb['languages'] = []
  const parameters: Record<string, string> = {}
  for (const { name, attributes } of node.children) {
    if (name === 'Language') languages.push(Language.parse(attributes))
    else if (name === 'Parameter' && attributes.name !== undefined) parameters[attributes.name] = attributes.value ?? ''
    else throw new Error(`<${name}> cannot stand in <ConversationRelay>`)
  }
  return { ...Relay.parse(node.attributes), languages, parameters }
}

export const includes = (setting: What, what: 'dtmf' | 'speech') => setting === 'any' || setting === what
