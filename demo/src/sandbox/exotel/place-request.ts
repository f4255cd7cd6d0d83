import { z } from 'zod'
import { reachable } from '../carriers/loopback.ts'
import { EXOTEL_ACCOUNT } from './account.ts'
import { notAllowed, wrong } from './errors.ts'
import { e164, national } from './numbers.ts'
import type { Applet, CallOrder, Subscription, Task } from './order.ts'
import type { ExotelSettings } from './settings.ts'

/** Body of `POST Calls/connect`, judged by the tables of PROTOCOLS 2.2: what they do not name is refused. */

const seconds = (most: number) => z.coerce.number().int().min(1).max(most)
const E164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'is not in E.164')
const Fields = z.strictObject({
  From: E164,
  CallerId: z.string(),
  To: z.string().optional(),
  Url: z.string().optional(),
  StreamUrl: z.string().max(599).optional(),
  StreamType: z.literal('bidirectional').optional(),
  StreamName: z.string().max(32).optional(),
  CallType: z.literal('trans').optional(),
  TimeLimit: seconds(14_400).default(14_400),
  TimeOut: seconds(600).default(60),
  Record: z.enum(['true', 'false']).default('false'),
  RecordingChannels: z.enum(['single', 'dual']).default('single'),
  RecordingFormat: z.enum(['mp3', 'mp3-hq']).optional(),
  WaitUrl: z.url().optional(),
  CustomField: z.string().max(128).optional(),
  StartPlaybackToNew: z.string().optional(),
  StartPlaybackValueNew: z.string().optional(),
  StatusCallback: z.url({ protocol: /^https?$/ }).optional(),
  StatusCallbackEvents: z.array(z.enum(['terminal', 'answered', 'ringing'])).default([]),
  StatusCallbackContentType: z.enum(['multipart/form-data', 'application/json']).default('multipart/form-data'),
})
type Fields = z.infer<typeof Fields>

/** By name; lists end in `[]`, and may be numbered. A field that comes twice is refused. @throws ExotelError */
export function fieldsOf(form: FormData | URLSearchParams): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const [given, value] of form as Iterable<[string, unknown]>) {
    const [, list] = /^(\w+)\[\d*\]$/.exec(given) ?? []
    const name = list ?? given
    if (typeof value !== 'string') throw wrong(`${name}: a file is not expected`)
    if (list !== undefined) fields[name] = [...((fields[name] as string[] | undefined) ?? []), value]
    else if (name in fields) throw wrong(`${name}: is given twice`)
    else fields[name] = value
  }
  return fields
}

/** @throws ExotelError as Exotel refuses a placement */
export function placement(
  given: Record<string, unknown>,
  settings: ExotelSettings,
  account: { exophones: readonly string[]; flow(appId: string): readonly Applet[] | undefined },
): Omit<CallOrder, 'faults'> {
  const read = Fields.safeParse(given)
  if (!read.success) {
    const [issue] = read.error.issues
    throw wrong(`${issue?.path.join('.') || 'Parameters'}: ${issue?.message}`)
  }
  const fields = read.data
  const exophone = account.exophones.find((number) => [national(number), number].includes(fields.CallerId))
  if (exophone === undefined) throw notAllowed(`CallerId: ${fields.CallerId} is no ExoPhone of this account`)
  if (exophone.startsWith('+91') && fields.CallerId !== national(exophone)) throw wrong('CallerId: an ExoPhone is written 0XXXXXXXXXX')
  if (settings.dnd.includes(fields.From)) throw notAllowed('Call to this number is not allowed: it is on the do-not-disturb list')
  return {
    direction: 'outbound-api',
    phone: fields.From,
    exophone,
    task: taskOf(fields, settings, exophone, account.flow),
    ringMs: fields.TimeOut * 1000,
    limitMs: fields.TimeLimit * 1000,
    record: fields.Record === 'true' && fields.RecordingChannels,
    waitUrl: fields.WaitUrl,
    customField: fields.CustomField,
    subscription: subscriptionOf(fields, settings),
  }
}

/** One of the three modes, whole. */
function taskOf(fields: Fields, settings: ExotelSettings, exophone: string, flow: (appId: string) => readonly Applet[] | undefined): Task {
  const { To, Url, StreamUrl, StreamType } = fields
  if (StreamUrl === undefined && StreamType !== undefined) throw wrong('StreamType: needs a StreamUrl')
  if (StreamUrl !== undefined) {
    if (To !== undefined || Url !== undefined) throw wrong('StreamUrl: goes with neither To nor Url')
    if (StreamType === undefined) throw wrong('StreamType: is required with StreamUrl')
    if (!settings.streamsEnabled) throw notAllowed('Voice AI is not enabled for this account')
    if (!/^wss?:/.test(StreamUrl)) throw wrong('StreamUrl: is no ws or wss address')
    checkUrl('StreamUrl', StreamUrl, settings)
    return { do: 'stream', url: StreamUrl }
  }
  if (Url !== undefined) {
    const [, sid, appId = ''] = /^https?:\/\/my\.exotel\.com\/([^/]+)\/exoml\/start_voice\/(\w+)$/.exec(Url) ?? []
    if (sid !== EXOTEL_ACCOUNT.sid) throw wrong('Url: is no flow of this account')
    if (To !== undefined && e164(To) !== exophone) throw wrong('To: goes with Url only as the ExoPhone')
    const applets = flow(appId)
    if (!applets) throw wrong(`Url: there is no flow ${appId}`)
    return { do: 'flow', appId, applets }
  }
  const to = To === undefined ? undefined : e164(To)
  if (to === undefined) throw wrong('To, Url or StreamUrl is required')
  return { do: 'ring', to }
}

function subscriptionOf(fields: Fields, settings: ExotelSettings): Subscription | undefined {
  if (fields.StatusCallback === undefined) {
    if (fields.StatusCallbackEvents.length > 0) throw wrong('StatusCallbackEvents: needs a StatusCallback')
    return undefined
  }
  // The Voice AI pages list it, those of the other modes do not.
  if (fields.StatusCallbackEvents.includes('ringing') && fields.StreamUrl === undefined)
    throw wrong('StatusCallbackEvents: ringing is told of calls with a StreamUrl')
  checkUrl('StatusCallback', fields.StatusCallback, settings)
  const as = fields.StatusCallbackContentType === 'application/json' ? 'json' : 'multipart'
  return { url: fields.StatusCallback, events: fields.StatusCallbackEvents, as }
}

/** @throws ExotelError for an address that the sandbox cannot reach */
function checkUrl(name: string, url: string, { reach }: ExotelSettings): void {
  try {
    reachable(url, reach)
  } catch (error) {
    throw wrong(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
