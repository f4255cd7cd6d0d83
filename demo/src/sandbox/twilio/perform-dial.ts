import { unlessAborted } from '../carriers/abortable.ts'
import { joined, ringingTone } from '../carriers/joined.ts'
import type { Leg } from './leg.ts'
import type { RecordingOrder } from './order.ts'
import { performConference } from './perform-conference.ts'
import type { Stage, Wish } from './stage.ts'
import type { DialledNumber, DialVerb } from './verb.ts'

/** Joins this call with others, and says how it went. */
export async function performDial(verb: DialVerb, stage: Stage): Promise<Wish> {
  if (!('conference' in verb)) return await ringAndJoin(verb, stage)
  await performConference(verb.conference, stage)
  if (verb.action === undefined) return undefined
  return { go: { url: stage.resolve(verb.action), method: verb.method }, fields: { DialCallStatus: 'answered' } }
}

/** Rings other phones, and joins the one that answers. */
async function ringAndJoin(verb: RingVerb, stage: Stage): Promise<Wish> {
  const { leg, signal } = stage
  const children = verb.numbers.map((dialled) => stage.parts.dial(childOrder(dialled, verb, stage)))
  const ringing = ringingTone()
  leg.mouth = ringing
  const end = () => {
    for (const child of children) child.hangUp()
  }
  signal.addEventListener('abort', end, { once: true })
  try {
    const answering = await unlessAborted(signal, firstAnswer(children))
    for (const child of children) if (child !== answering) child.hangUp()
    if (answering) await talkTogether(answering, verb, stage)
    if (verb.action === undefined) return undefined
    const told = answering ?? children.at(-1)
    return { go: { url: stage.resolve(verb.action), method: verb.method }, fields: outcome(told) }
  } finally {
    signal.removeEventListener('abort', end)
    if (signal.aborted) end()
    leg.mouth = undefined
  }
}

type RingVerb = Extract<DialVerb, { numbers: DialledNumber[] }>

function childOrder(dialled: DialledNumber, verb: RingVerb, { leg, resolve }: Stage) {
  const { statusCallback, statusCallbackMethod, statusCallbackEvent } = dialled
  const events = statusCallbackEvent ?? ['completed']
  return {
    direction: 'outbound-dial' as const,
    from: verb.callerId ?? leg.order.from,
    to: dialled.number,
    parentSid: leg.sid,
    subscription: statusCallback === undefined ? undefined : { url: resolve(statusCallback), method: statusCallbackMethod, events },
    timeoutMs: verb.timeout * 1000,
    timeLimitMs: verb.timeLimit * 1000,
    sendDigits: dialled.sendDigits,
    recording: recordingOf(verb, resolve),
    faults: {},
  }
}

function recordingOf(verb: DialVerb, resolve: (url: string) => string): RecordingOrder | undefined {
  if (!verb.record.startsWith('record-') && verb.record !== 'true') return undefined
  const { recordingStatusCallback: url, recordingStatusCallbackMethod: method, recordingStatusCallbackEvent } = verb
  const callback = url === undefined ? undefined : { url: resolve(url), method, events: recordingStatusCallbackEvent ?? ['completed'] }
  return { channels: verb.record.endsWith('-dual') ? 2 : 1, source: 'DialVerb', callback }
}

/** The first that answers; undefined when none did. */
async function firstAnswer(children: Leg[]): Promise<Leg | undefined> {
  const answers = children.map(async (child) => ((await child.answered) ? child : Promise.reject(new Error('no answer'))))
  return await Promise.any(answers).catch(() => undefined)
}

/** Until one of them goes, or the time is over. */
async function talkTogether(child: Leg, verb: DialVerb, { leg, signal }: Stage): Promise<void> {
  const limit = setTimeout(() => child.hangUp(), verb.timeLimit * 1000)
  try {
    await joined(leg, child, signal)
  } finally {
    clearTimeout(limit)
  }
}

function outcome(child: Leg | undefined): Record<string, string> {
  const fields = { DialCallStatus: child?.status ?? 'failed', DialBridged: String(child?.status === 'completed') }
  if (!child) return fields
  const seconds: Record<string, string> = child.status === 'completed' ? { DialCallDuration: String(child.durationS) } : {}
  return { ...fields, DialCallSid: child.sid, ...seconds }
}
