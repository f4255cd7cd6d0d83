import type { GoogleGenAI, LiveConnectConfig } from '@google/genai'
import type { Clock } from '../../calls/ports.ts'
import { EngineFailure, failureOfStatus } from '../faults.ts'
import { guardedLive } from './guarded-live.ts'
import { decode, type Piece, piecesOf } from './messages.ts'
import { soundLike } from './plain-sound.ts'

const SERVICE = 'gemini-live'

/** One socket to the Live API, set up. It tells its end once, and nothing after that. */
export interface Connection {
  send(json: string): void
  /** JSON of ASCII: `before`, the sound in base64, `after`. Nothing once it is closed. */
  sound(before: string, sound: Uint8Array, after: string): void
  close(): void
}

export interface ConnectionEvents {
  /** undefined: a message that cannot be read. */
  onMessage(pieces: Piece[] | undefined): void
  /** A message that is nothing but sound: PCM16LE mono, good until the call returns. */
  onSound(bytes: Uint8Array): void
  onGone(failure: EngineFailure): void
}

/**
 * Connects, and waits for `setupComplete`.
 * @throws EngineFailure when the vendor refuses, or says nothing within `timeoutMs` (the SDK alone would wait for ever)
 */
export async function connect(o: {
  client: GoogleGenAI
  model: string
  config: LiveConnectConfig
  clock: Clock
  timeoutMs: number
  /** Gives up the wait for it. */
  signal: AbortSignal
  events: ConnectionEvents
}): Promise<Connection> {
  // Not `o`, which holds the whole instruction: what hears of this connection lives as long as it does.
  const { events } = o
  let open = true
  let stands = false
  const gone = (failure: EngineFailure) => {
    if (!open) return
    open = false
    if (stands) events.onGone(failure)
  }
  const message = (pieces: Piece[] | undefined) => {
    if (open) events.onMessage(pieces)
  }
  /** Until the session stands the SDK reads, if there is anything to be read. */
  const onFrame = (data: unknown) => {
    const pieces = decode(data)
    if (stands || !pieces) message(pieces)
    return stands || !pieces
  }
  const onText = (bytes: Buffer, from: number, to: number) => {
    const sound = stands && open ? soundLike(bytes, from, to) : undefined
    if (sound) events.onSound(sound)
    return sound !== undefined
  }
  const onClose = (code: number, reason: string) => gone(closeFailure(code, reason))
  const { live, made, drop, ...line } = guardedLive(o.client, onFrame, onText, onClose)
  const connecting = live.connect({
    model: o.model,
    config: o.config,
    callbacks: {
      onmessage: (parsed) => message(piecesOf(parsed)),
      onclose: ({ code, reason }) => onClose(code, reason),
      onerror: (event) => onClose(1006, String(event.message ?? '')),
    },
  })
  try {
    await within(o.clock, o.timeoutMs, o.signal, connecting)
    stands = true
    made()
  } catch (error) {
    open = false
    // Whatever the SDK still waits for ends with the socket.
    connecting.catch(() => undefined)
    drop()
    throw refusal(error)
  }
  if (!open) {
    line.close()
    throw closeFailure(1006, 'closed at once')
  }
  return {
    send(json) {
      if (open) line.send(json)
    },
    sound: line.sound,
    close() {
      open = false
      line.close()
    },
  }
}

/** What the end of a socket means: the vendor's codes are few, its reasons tell more. */
function closeFailure(code: number, reason: string): EngineFailure {
  const told = failureOfStatus(SERVICE, code, reason).fault
  if (/api.?key|permission|unauthenticated|unregistered|denied/i.test(reason)) return new EngineFailure('unauthorized', told.message, false)
  if (/quota|rate.?limit|resource.?exhausted|billing/i.test(reason)) return new EngineFailure('quota', told.message)
  return new EngineFailure(
    'dropped',
    `${SERVICE} closed the connection (${code}${reason ? `: ${told.message.replace(/^[^:]*: /, '')}` : ''})`,
  )
}

/** `refused`: the vendor answered and closed, as it does with a handle that it does not take; `unavailable`: there was no answer at all. */
function refusal(error: unknown): EngineFailure {
  if (error instanceof EngineFailure) return error
  const words = error instanceof Error ? error.message : String(error)
  const status = Number(/Unexpected server response: (\d{3})/.exec(words)?.[1])
  if (status) return failureOfStatus(SERVICE, status, '')
  const [, code, reason = ''] = /\(code (\d+)\): (.*)$/s.exec(words) ?? []
  if (code === undefined) return new EngineFailure('unavailable', `${SERVICE} cannot be reached: ${words.slice(0, 200)}`)
  const failure = closeFailure(Number(code), reason)
  return failure.fault.code === 'dropped' ? new EngineFailure('refused', failure.fault.message) : failure
}

async function within<T>(clock: Clock, ms: number, signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const over = Promise.withResolvers<never>()
  const cancel = clock.after(ms, () => over.reject(new EngineFailure('stalled', `${SERVICE} did not answer within ${ms} ms`)))
  const leave = () => over.reject(new EngineFailure('dropped', 'The call ended.'))
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([promise, over.promise])
  } finally {
    cancel()
    signal.removeEventListener('abort', leave)
  }
}
