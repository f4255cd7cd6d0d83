import { rfc2822 } from './identity.ts'
import { MediaStream } from './media-stream.ts'
import { performRelay } from './perform-relay.ts'
import type { Stage, Wish } from './stage.ts'
import type { ConnectVerb, StreamVerb } from './verb.ts'

const KEPT = 100

/** Both ways until the socket closes; then the rest of the document. */
export async function performConnect(verb: ConnectVerb, stage: Stage): Promise<Wish> {
  const { leg, signal } = stage
  const action = verb.action === undefined ? undefined : { url: stage.resolve(verb.action), method: verb.method }
  if ('relay' in verb) return await performRelay(verb.relay, action, stage)
  const stream = openStream(verb.stream, stage, true)
  leg.mouth = stream.playout
  const key = (digit: string) => stream.key(digit)
  leg.pressed.add(key)
  try {
    await untilOver(stream, signal)
  } finally {
    leg.pressed.delete(key)
    if (leg.mouth === stream.playout) leg.mouth = undefined
  }
  signal.throwIfAborted()
  return action && { go: action }
}

/** One way, beside whatever follows, until the call is over. */
export function startStream(verb: StreamVerb, stage: Stage): undefined {
  const stream = openStream(verb, stage, false)
  untilOver(stream, stage.leg.over).catch((error: unknown) => stream.record.warnings.push(String(error)))
}

function openStream(verb: StreamVerb, stage: Stage, bidirectional: boolean): MediaStream {
  const { leg, parts } = stage
  const pass = (from: 'carrier' | 'relay', name: string, body?: object) => parts.pass(leg, from, name, body)
  const stream = new MediaStream({
    verb,
    callSid: leg.sid,
    bidirectional,
    settings: parts.settings(),
    fault: leg.order.faults.stream,
    pass,
  })
  parts.streams.push(stream.record)
  if (parts.streams.length > KEPT) parts.streams.shift()
  const tap = (fromPhone: Int16Array, toPhone: Int16Array) => stream.sound(fromPhone, toPhone)
  leg.taps.add(tap)
  report(stream, verb, stage, () => leg.taps.delete(tap)).catch((error: unknown) => stream.record.warnings.push(String(error)))
  return stream
}

async function untilOver(stream: MediaStream, signal: AbortSignal): Promise<void> {
  const stop = () => void stream.stop()
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  await stream.closed
  signal.removeEventListener('abort', stop)
}

/** Tells the customer's `statusCallback` when the stream starts, and when it stops or fails. */
async function report(stream: MediaStream, verb: StreamVerb, { leg, parts, resolve }: Stage, ended: () => void): Promise<void> {
  const tell = async (StreamEvent: string, more: Record<string, string> = {}) => {
    if (verb.statusCallback === undefined) return
    const { AccountSid = '', CallSid = '' } = leg.fields()
    const about = { AccountSid, CallSid, StreamSid: stream.record.sid, ...(verb.name && { StreamName: verb.name }) }
    const params = { ...about, StreamEvent, Timestamp: rfc2822(new Date()), ...more }
    const order = {
      purpose: 'stream' as const,
      callSid: leg.sid,
      url: resolve(verb.statusCallback),
      method: verb.statusCallbackMethod,
      params,
    }
    await parts.webhooks.send(order).catch(() => undefined)
  }
  const opened = await stream.opened
  if (opened) await tell('stream-started')
  await stream.closed
  ended()
  if (opened) await tell('stream-stopped')
  else await tell('stream-error', { StreamError: stream.record.warnings.at(-1) ?? 'could not connect' })
}
