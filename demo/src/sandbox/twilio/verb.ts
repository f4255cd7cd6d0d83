import { z } from 'zod'
import type { XmlNode as Node } from '../carriers/xml.ts'
import { type ConferenceVerb, conferenceOf } from './conference-verb.ts'
import { type RelayVerb, relayOf } from './relay-verb.ts'

/** The verbs that this Twilio performs, read from their elements. */

export class VerbError extends Error {}

const Method = z.enum(['GET', 'POST']).default('POST')
const seconds = z.coerce.number().int().min(0).max(86_400)
const list = z.string().transform((text) => text.split(/\s+/).filter(Boolean))
const callback = {
  statusCallback: z.string().optional(),
  statusCallbackMethod: Method,
}
const recording = {
  recordingStatusCallback: z.string().optional(),
  recordingStatusCallbackMethod: Method,
  recordingStatusCallbackEvent: list.optional(),
}

const Say = z.object({ voice: z.string().optional(), language: z.string().optional(), loop: z.coerce.number().int().min(0).default(1) })
const Play = z.object({ loop: z.coerce.number().int().min(0).default(1), digits: z.string().optional() })
const Pause = z.object({ length: seconds.default(1) })
const Reject = z.object({ reason: z.enum(['rejected', 'busy']).default('rejected') })
const Redirect = z.object({ method: Method })
const Gather = z.object({
  action: z.string().optional(),
  method: Method,
  timeout: seconds.default(5),
  numDigits: z.coerce.number().int().min(1).optional(),
  finishOnKey: z.string().max(1).default('#'),
  actionOnEmptyResult: z.enum(['true', 'false']).default('false'),
})
const Stream = z.object({
  ...callback,
  url: z.string(),
  name: z.string().optional(),
  track: z.enum(['inbound_track', 'outbound_track', 'both_tracks']).default('inbound_track'),
})
const Connect = z.object({ action: z.string().optional(), method: Method })
const Dial = z.object({
  action: z.string().optional(),
  method: Method,
  timeout: seconds.default(30),
  timeLimit: seconds.default(14_400),
  callerId: z.string().optional(),
  answerOnBridge: z.enum(['true', 'false']).default('false'),
  record: z.string().default('do-not-record'),
  ...recording,
})
const DialNumber = z.object({
  ...callback,
  statusCallbackEvent: list.optional(),
  sendDigits: z.string().optional(),
  url: z.string().optional(),
})

export interface StreamVerb extends z.infer<typeof Stream> {
  parameters: Record<string, string>
}
export interface DialledNumber extends z.infer<typeof DialNumber> {
  number: string
}
type Spoken =
  | ({ verb: 'Say'; text: string } & z.infer<typeof Say>)
  | ({ verb: 'Play'; url: string } & z.infer<typeof Play>)
  | ({ verb: 'Pause' } & z.infer<typeof Pause>)
export type GatherVerb = { verb: 'Gather'; prompts: Spoken[] } & z.infer<typeof Gather>
export type DialVerb = { verb: 'Dial' } & ({ numbers: DialledNumber[] } | { conference: ConferenceVerb }) & z.infer<typeof Dial>
export type ConnectVerb = { verb: 'Connect' } & ({ stream: StreamVerb } | { relay: RelayVerb }) & z.infer<typeof Connect>
export type Verb =
  | Spoken
  | GatherVerb
  | DialVerb
  | ConnectVerb
  | { verb: 'Start'; stream: StreamVerb }
  | { verb: 'Hangup' }
  | ({ verb: 'Reject' } & z.infer<typeof Reject>)
  | ({ verb: 'Redirect'; url: string } & z.infer<typeof Redirect>)

/** @throws VerbError for what is not known, or not right */
export function verbOf(node: Node): Verb {
  if (node.name === 'Say' || node.name === 'Play' || node.name === 'Pause') return spoken(node)
  if (node.name === 'Hangup') return { verb: 'Hangup' }
  if (node.name === 'Reject') return { verb: 'Reject', ...read(Reject, node) }
  if (node.name === 'Redirect') return { verb: 'Redirect', url: needsText(node), ...read(Redirect, node) }
  if (node.name === 'Gather') return { verb: 'Gather', prompts: node.children.map(spoken), ...read(Gather, node) }
  if (node.name === 'Connect') return { verb: 'Connect', ...(relayIn(node) ?? { stream: streamIn(node) }), ...read(Connect, node) }
  if (node.name === 'Start') return { verb: 'Start', stream: streamIn(node) }
  if (node.name === 'Dial') return { verb: 'Dial', ...(conferenceIn(node) ?? { numbers: numbersIn(node) }), ...read(Dial, node) }
  throw new VerbError(`<${node.name}> is no verb that the sandbox performs`)
}

function spoken(node: Node): Spoken {
  if (node.name === 'Say') return { verb: 'Say', text: node.text, ...read(Say, node) }
  if (node.name === 'Play') return { verb: 'Play', url: node.text, ...read(Play, node) }
  if (node.name === 'Pause') return { verb: 'Pause', ...read(Pause, node) }
  throw new VerbError(`<${node.name}> cannot stand in <Gather>`)
}

function relayIn(node: Node): { relay: RelayVerb } | undefined {
  const [relay, more] = node.children
  if (relay?.name !== 'ConversationRelay' || more) return undefined
  try {
    return { relay: relayOf(relay) }
  } catch (error) {
    throw new VerbError(`<ConversationRelay> ${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}`)
  }
}

function conferenceIn(node: Node): { conference: ConferenceVerb } | undefined {
  const [conference, more] = node.children
  if (conference?.name !== 'Conference' || more) return undefined
  try {
    return { conference: conferenceOf(conference) }
  } catch (error) {
    throw new VerbError(`<Conference> ${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}`)
  }
}

function streamIn(node: Node): StreamVerb {
  const [stream, more] = node.children
  if (stream?.name !== 'Stream' || more) throw new VerbError(`<${node.name}> needs one <Stream>`)
  const parameters: Record<string, string> = {}
  for (const { name, attributes } of stream.children) {
    if (name !== 'Parameter' || attributes.name === undefined) throw new VerbError(`<${name}> cannot stand in <Stream>`)
    parameters[attributes.name] = attributes.value ?? ''
  }
  return { ...read(Stream, stream), parameters }
}

function numbersIn(node: Node): DialledNumber[] {
  const nouns = node.children.map((child) => {
    if (child.name !== 'Number') throw new VerbError(`<Dial> of <${child.name}> is not performed by the sandbox`)
    return { number: needsText(child), ...read(DialNumber, child) }
  })
  if (nouns.length > 0) return nouns
  return [{ number: needsText(node), statusCallbackMethod: 'POST' }]
}

function needsText(node: Node): string {
  if (!node.text) throw new VerbError(`<${node.name}> is empty`)
  return node.text
}

function read<S extends z.ZodObject>(schema: S, node: Node): z.infer<S> {
  const parsed = schema.safeParse(node.attributes)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new VerbError(`<${node.name}> ${issue?.path.join('.')}: ${issue?.message}`)
}
