import { z } from 'zod'
import { reachable } from '../carriers/loopback.ts'
import { TwilioError, wrong } from './errors.ts'
import type { CallOrder, Instructions, MachineOrder, RecordingOrder } from './order.ts'
import type { TwilioSettings } from './settings.ts'
import type { Subscription } from './status-callbacks.ts'

/** Bodies of POST /Calls and POST /Calls/{sid}: forms whose keys may be repeated. */

const LONGEST_TWIML = 4000
const E164 = /^\+[1-9]\d{6,14}$/
const method = z.enum(['GET', 'POST']).default('POST')
export const flag = z
  .enum(['true', 'false', 'True', 'False'])
  .transform((text) => text.toLowerCase() === 'true')
  .default(false)
const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most)

const Parameters = z.object({
  Method: method,
  FallbackUrl: z.string().optional(),
  FallbackMethod: method,
  StatusCallback: z.string().optional(),
  StatusCallbackMethod: method,
  StatusCallbackEvent: z.array(z.enum(['initiated', 'ringing', 'answered', 'completed'])).optional(),
  SendDigits: z
    .string()
    .regex(/^[0-9A-D*#wW]{0,32}$/)
    .optional(),
  Timeout: count(1, 600).default(60),
  TimeLimit: count(1, 86_400).optional(),
  Record: flag,
  RecordingChannels: z.enum(['mono', 'dual']).default('mono'),
  RecordingStatusCallback: z.string().optional(),
  RecordingStatusCallbackMethod: method,
  RecordingStatusCallbackEvent: z.array(z.enum(['in-progress', 'completed', 'absent'])).default(['completed']),
  MachineDetection: z.enum(['Enable', 'DetectMessageEnd']).optional(),
  AsyncAmd: flag,
  AsyncAmdStatusCallback: z.string().optional(),
  AsyncAmdStatusCallbackMethod: method,
})

/** A form's fields: the last value of each, and all of those that are lists. */
export function fieldsOf(form: URLSearchParams): Record<string, unknown> {
  const lists = ['StatusCallbackEvent', 'RecordingStatusCallbackEvent']
  return Object.fromEntries([...new Set(form.keys())].map((key) => [key, lists.includes(key) ? form.getAll(key) : form.getAll(key).at(-1)]))
}

/** @throws TwilioError as Twilio refuses a placement */
export function placement(form: URLSearchParams, settings: TwilioSettings): Omit<CallOrder, 'faults'> {
  const [to, from] = [form.get('To'), form.get('From')]
  if (!to) throw wrong(21_201, "No 'To' number is specified")
  if (!from) throw wrong(21_213, "No 'From' number is specified")
  if (!E164.test(to)) throw wrong(21_211, `The phone number you are attempting to call, ${to}, is not valid.`)
  if (!E164.test(from)) throw wrong(21_212, `The source phone number provided, ${from}, is not valid.`)
  const given = instructionsOf(form, settings)
  if (!given) throw wrong(21_205, 'Url parameter is required.')
  const p = parametersOf(form)
  for (const url of [p.FallbackUrl, p.StatusCallback, p.RecordingStatusCallback, p.AsyncAmdStatusCallback]) checkUrl(url, settings)
  return {
    direction: 'outbound-api',
    from,
    to,
    instructions: given,
    fallback: p.FallbackUrl === undefined ? undefined : { url: p.FallbackUrl, method: p.FallbackMethod },
    subscription: subscriptionOf(p),
    timeoutMs: p.Timeout * 1000,
    timeLimitMs: p.TimeLimit === undefined ? undefined : p.TimeLimit * 1000,
    sendDigits: p.SendDigits || undefined,
    recording: p.Record ? recordingOrder(form, 'OutboundAPI', settings) : undefined,
    machine: machineOf(p),
  }
}

/** What a call is to do next; undefined when nothing is said of it. @throws TwilioError */
export function instructionsOf(form: URLSearchParams, settings: TwilioSettings): Instructions | undefined {
  const [url, twiml] = [form.get('Url'), form.get('Twiml')]
  if (url) {
    checkUrl(url, settings)
    return { url, method: parametersOf(form).Method }
  }
  if (!twiml) return undefined
  if (twiml.length > LONGEST_TWIML) throw wrong(20_001, `Twiml must be no longer than ${LONGEST_TWIML} characters`)
  return { twiml }
}

/** @throws TwilioError */
export function recordingOrder(form: URLSearchParams, source: RecordingOrder['source'], settings: TwilioSettings): RecordingOrder {
  const p = parametersOf(form)
  const { RecordingStatusCallback: url, RecordingStatusCallbackMethod: how, RecordingStatusCallbackEvent: events } = p
  checkUrl(url, settings)
  return {
    channels: p.RecordingChannels === 'dual' ? 2 : 1,
    source,
    callback: url === undefined ? undefined : { url, method: how, events },
  }
}

function parametersOf(form: URLSearchParams): z.infer<typeof Parameters> {
  const parsed = Parameters.safeParse(fieldsOf(form))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw wrong(20_001, `${issue?.path.join('.')}: ${issue?.message}`)
}

function subscriptionOf(p: z.infer<typeof Parameters>): Subscription | undefined {
  if (p.StatusCallback === undefined) return undefined
  return { url: p.StatusCallback, method: p.StatusCallbackMethod, events: p.StatusCallbackEvent ?? ['completed'] }
}

/** Whom a request wants to be told of its call. */
export const subscriptionIn = (form: URLSearchParams): Subscription | undefined => subscriptionOf(parametersOf(form))

function machineOf(p: z.infer<typeof Parameters>): MachineOrder | undefined {
  if (p.MachineDetection === undefined) return undefined
  const async = p.AsyncAmd ? { url: p.AsyncAmdStatusCallback, method: p.AsyncAmdStatusCallbackMethod } : undefined
  return { mode: p.MachineDetection, async }
}

/** @throws TwilioError 21205 */
function checkUrl(url: string | undefined, { reach }: TwilioSettings): void {
  if (url === undefined) return
  try {
    reachable(url, reach)
  } catch (error) {
    if (error instanceof RangeError) throw new TwilioError(400, 21_205, `Url is not a valid URL: ${error.message}`)
    throw error
  }
}
