import { EXOTEL_ACCOUNT } from './account.ts'
import { AgentStream } from './agent-stream.ts'
import type { ExotelCall } from './call.ts'
import { national } from './numbers.ts'

const KEPT = 100

/** The sound of the first phone goes over a socket until that closes. False: it did not open. @throws Error for an address that is none */
export async function performStream(call: ExotelCall, url: string, parameters: Record<string, string> = {}): Promise<boolean> {
  const { first, order, parts } = call
  const stream = new AgentStream({
    url,
    about: { callSid: call.sid, accountSid: EXOTEL_ACCOUNT.sid, from: national(order.phone), to: national(order.exophone) },
    parameters,
    settings: parts.settings(),
    fault: order.faults.stream,
    pass: (from, name, body) => parts.pass(call, from, name, body),
    onBurst: () => call.hangUp(),
  })
  parts.streams.push(stream.record)
  if (parts.streams.length > KEPT) parts.streams.shift()
  const tap = (fromPhone: Int16Array) => stream.sound(fromPhone)
  const pressed = (digit: string) => stream.key(digit)
  const stop = () => call.supervise(stream.stop('callended'))
  first.mouth = stream.playout
  first.taps.add(tap)
  first.pressed.add(pressed)
  first.over.addEventListener('abort', stop, { once: true })
  if (first.over.aborted) stop()
  try {
    const opened = await stream.opened
    if (opened) call.conversed = true
    await stream.closed
    return opened
  } finally {
    first.over.removeEventListener('abort', stop)
    first.taps.delete(tap)
    first.pressed.delete(pressed)
    if (first.mouth === stream.playout) first.mouth = undefined
  }
}
