import type { WebSocket } from 'ws'
import type { Call } from '../../calls/call.ts'
import type { FeedEvent } from '../../calls/feed.ts'
import type { Clock } from '../../calls/ports.ts'
import type { Seat } from '../../calls/takeover/desk.ts'
import type { Logger } from '../../logger.ts'
import { CLOSE, type FromRelay, type ToRelay } from '../../protocol/index.ts'
import { createMediaSocket, type MediaSocket } from '../browser/socket.ts'

const INPUT_HZ = 16_000
/** Whether the operator still may is asked so often. */
const ASKED_AGAIN_MS = 10_000

/** The sockets of those who hold a call, each replacing the one before. */
const holding = new WeakMap<Call, MediaSocket>()

/**
 * Joins an operator's browser to a call (CONTRACT section 5's language): both sides as one sound, the transcript as it grows, levels; who holds the
 * call is heard by the visitor, too. Slow sockets lose sound, and never hold up the call.
 */
export function acceptOperatorSocket(o: {
  ws: WebSocket
  call: Call
  role: 'listen' | 'takeover'
  /** The last transcript message that was seen. */
  after: number
  resumed: boolean
  /** Whether they hold the call now: a socket of who holds it no more ends. */
  holds: () => boolean
  /** Never rejects. */
  stillMay: () => Promise<boolean>
  clock: Clock
  logger: Logger
}): void {
  const { call, clock, logger, role } = o
  const { desk } = call
  const stops: (() => void)[] = []
  let seat: Seat | undefined
  let muted = false

  const refuse = (code: string, message: string) => socket.tell({ type: 'error', code, message, retryable: false })
  const socket = createMediaSocket({
    ws: o.ws,
    clock,
    inputHz: INPUT_HZ,
    onMessage: take,
    onAudio(bytes) {
      if (!seat) refuse('listening_only', 'You are listening: take the call over to speak.')
      else if (call.modality === 'text') refuse('bad_audio', 'This call is typed: send text.')
      else if (!muted) seat.sound(bytes, INPUT_HZ)
    },
    onGone() {
      for (const stop of stops.splice(0)) stop()
      seat?.leave()
    },
    onFault: (error) => logger.error({ err: error, callId: call.id }, 'an operator’s message could not be taken'),
  })

  function take(message: ToRelay) {
    if (message.type === 'hangup') return role === 'takeover' ? call.hangUp('operator') : socket.close(CLOSE.normal, 'left')
    if (!seat) return refuse('listening_only', 'You are listening: take the call over to speak or write.')
    if (message.type === 'mute') muted = message.muted
    else if (message.type === 'recognised') seat.recognised(message.text, message.final)
    else if (message.type !== 'text') refuse('not_for_operators', 'Operators do this over the API.')
    else if (call.kind === 'phone') refuse('not_shown', 'The visitor is on the phone and cannot read. Speak to them.')
    else seat.write(message.text)
  }

  function tell(event: FeedEvent) {
    const message = messageOf(event)
    if (message) socket.tell(message)
    if (event.type === 'ended') socket.close(CLOSE.normal, 'ended')
    else if (event.type === 'ai' && role === 'takeover' && !o.holds()) socket.close(CLOSE.normal, 'handed back')
  }

  function askAgain() {
    const again = () => clock.after(ASKED_AGAIN_MS, () => void look())
    let cancel = again()
    async function look() {
      const may = await o.stillMay()
      if (!socket.open) return
      if (may) cancel = again()
      else {
        const holds = role === 'takeover' && o.holds()
        socket.close(CLOSE.badToken, 'signed out')
        if (holds) desk.lose()
      }
    }
    stops.push(() => cancel())
  }

  function hear() {
    // Who does not take it loses it; who takes nothing at all answers no ping either, and is cut off by that.
    const frame = (bytes: Uint8Array) => void (socket.writable && socket.audio(bytes))
    stops.push(desk.listen({ hearsOperator: role === 'listen', frame, levels: (levels) => socket.tell({ type: 'levels', ...levels }) }))
  }

  socket.tell({ type: 'ready', callId: call.id, sessionId: call.sessionId, resumed: o.resumed, role })
  socket.tell({ type: 'status', status: call.status })
  const { speaker } = desk
  socket.tell(speaker ? { type: 'speaker', who: 'operator', name: speaker.name } : { type: 'speaker', who: 'agent' })
  for (const change of call.feed.since(o.after)) socket.tell({ type: 'transcript', ...change })
  stops.push(call.feed.listen(tell))
  if (call.modality === 'voice') hear()
  askAgain()
  if (role === 'takeover') {
    holding.get(call)?.close(CLOSE.replaced, 'replaced by a newer socket')
    holding.set(call, socket)
    seat = desk.sit()
  }
}

/** What of the call's news goes over the socket; its tools and the wishes of its agent are none of an operator's microphone. */
function messageOf(event: FeedEvent): FromRelay | undefined {
  return event.type === 'ai' || event.type === 'human-requested' || event.type === 'tool' ? undefined : event
}
