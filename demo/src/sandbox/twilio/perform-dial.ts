import { FRAME } from '../phones/beat.ts'
import { FrameQueue } from '../phones/frames.ts'
import { ringback } from '../phones/tones.ts'
import { unlessAborted } from './abortable.ts'
import type { Leg } from './leg.ts'
import type { RecordingOrder } from './order.ts'
import type { Stage, Wish } from './stage.ts'
import type { DialledNumber, DialVerb } from './verb.ts'

/** Between two phones no more sound waits than this, or they would drift apart. */
const MOST_WAITING = 5 * FRAME

/** Rings other phones, joins the one that answers with this call, and says how it went. */
export async function performDial(verb: DialVerb, stage: Stage): Promise<Wish> {
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
    if (answering) await joined(answering, verb, stage)
    if (verb.action === undefined) return undefined
    const told = answering ?? children.at(-1)
    return { go: { url: stage.resolve(verb.action), method: verb.method }, fields: outcome(told) }
  } finally {
    signal.removeEventListener('abort', end)
    if (signal.aborted) end()
    leg.mouth = undefined
  }
}

function ringingTone() {
  const tone = ringback()
  const queue = new FrameQueue()
  return {
    next() {
      if (queue.samples === 0) queue.push(tone)
      return queue.next()
    },
  }
}

function childOrder(dialled: DialledNumber, verb: DialVerb, { leg, resolve }: Stage) {
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

/** Each hears the other until one of them goes. */
async function joined(child: Leg, verb: DialVerb, { leg, signal }: Stage): Promise<void> {
  const [toParent, toChild] = [new FrameQueue(), new FrameQueue()]
  leg.mouth = toParent
  child.mouth = toChild
  const fromParent = (said: Int16Array) => pour(said, toChild)
  const fromChild = (said: Int16Array) => pour(said, toParent)
  leg.taps.add(fromParent)
  child.taps.add(fromChild)
  const over = Promise.withResolvers<void>()
  child.over.addEventListener('abort', () => over.resolve(), { once: true })
  if (child.over.aborted) over.resolve()
  const limit = setTimeout(() => child.hangUp(), verb.timeLimit * 1000)
  try {
    await unlessAborted(signal, over.promise)
  } finally {
    clearTimeout(limit)
    leg.taps.delete(fromParent)
    child.taps.delete(fromChild)
  }
}

function pour(said: Int16Array, into: FrameQueue): void {
  into.push(said)
  into.shorten(MOST_WAITING)
}

function outcome(child: Leg | undefined): Record<string, string> {
  const fields = { DialCallStatus: child?.status ?? 'failed', DialBridged: String(child?.status === 'completed') }
  if (!child) return fields
  const seconds: Record<string, string> = child.status === 'completed' ? { DialCallDuration: String(child.durationS) } : {}
  return { ...fields, DialCallSid: child.sid, ...seconds }
}
