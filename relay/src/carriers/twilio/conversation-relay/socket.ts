import type { WebSocket } from 'ws'
import type { Clock } from '../../../calls/ports.ts'
import { createStreamSocket, REFUSED } from '../../stream-socket.ts'
import type { RelayWire } from './leg.ts'
import { type FromRelaySession, type RelaySetup, readRelayMessage, writeRelayMessage } from './wire.ts'

/** Twilio says `setup` right after the socket stands. */
const SETUP_MS = 10_000
/** After our `end` Twilio closes by itself within a tenth of this. */
const END_MS = 3000
/** Words are short: a far end that takes none of this is gone. */
const FULL_BYTES = 64 * 1024

/** What is told of one session, once it was admitted. */
export interface RelayEars {
  take(message: FromRelaySession): void
  gone(wire: RelayWire, code: number): void
}

/**
 * One session over a socket that stands already, its signature proven by the caller. Waits for `setup`, then asks `admit` whether this call's words may
 * come here; undefined refuses, and the socket closes with 1008.
 */
export function createRelaySocket(o: {
  ws: WebSocket
  clock: Clock
  admit: (setup: RelaySetup, wire: RelayWire) => RelayEars | undefined
  onFault: (error: unknown) => void
}): void {
  const { clock, ws } = o
  let ears: RelayEars | undefined
  let code: number | undefined
  let ended = false
  let cancelEnd: (() => void) | undefined
  // Before the socket's own, so that the code is known when it tells.
  ws.on('close', (closedWith) => {
    code = closedWith
  })
  const cancelSetup = clock.after(SETUP_MS, () => socket.close(REFUSED, 'no setup'))

  const socket = createStreamSocket({
    ws,
    clock,
    read: readRelayMessage,
    fullBytes: FULL_BYTES,
    onMessage: take,
    onGone() {
      cancelSetup()
      cancelEnd?.()
      ears?.gone(wire, code ?? LOST)
    },
    onFault: o.onFault,
  })

  const wire: RelayWire = {
    get open() {
      return socket.open && !ended
    },
    say(message) {
      if (wire.open) for (const frame of writeRelayMessage(message)) socket.send(frame)
    },
    end(handoffData) {
      if (!wire.open) return
      wire.say({ type: 'end', handoffData })
      ended = true
      cancelEnd = clock.after(END_MS, () => socket.close(1000, 'ended'))
    },
    close: (closeCode, reason) => socket.close(closeCode, reason),
  }

  function take(message: FromRelaySession): 'taken' | 'refused' {
    if (ears) {
      if (message.type === 'setup') return 'refused'
      ears.take(message)
      return 'taken'
    }
    if (message.type !== 'setup') return 'refused'
    cancelSetup()
    ears = o.admit(message.setup, wire)
    if (!ears) socket.close(REFUSED, 'this session is not expected')
    return 'taken'
  }
}

/** No close frame came. */
const LOST = 1006
