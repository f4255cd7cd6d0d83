import { io, type Socket } from 'socket.io-client'
import type { Call, TranscriptUpdate } from './call.ts'
import { ConsoleProblem } from './problem.ts'
import type { Session } from './session.ts'

export type LineState = 'connecting' | 'connected' | 'lost'

/** The live rooms. Listeners are called in the order in which things happened. */
export interface Live {
  readonly state: LineState
  /** Every call of the organisation that began, changed or ended. */
  onCall(listener: (call: Call) => void): () => void
  /** After the line was away: whoever shows a list reads it anew. */
  onBack(listener: () => void): () => void
  onState(listener: (state: LineState) => void): () => void
  /** Words of one call from its beginning, in order, none missed over reconnects; who comes later gets the newest state of each entry. @returns the end of it */
  transcript(callId: string, listener: (update: TranscriptUpdate) => void): () => void
  close(): void
}

interface Watched {
  /** The newest `seq` seen. */
  after: number
  isOpen: boolean
  /** The newest state of each entry, in the order of their `seq`, for listeners who come later. */
  newest: Map<string, TranscriptUpdate>
  listeners: Set<(update: TranscriptUpdate) => void>
}

type Answer = { ok: true; seq?: number } | { ok: false; error: { code: string; message: string } }

/** Socket.IO as far as it is used here; tests bring their own. */
export type Connect = (relay: string, auth: (give: (data: { token: string }) => void) => void) => Socket

const connectTo: Connect = (relay, auth) =>
  io(relay, { path: '/socket.io', auth, transports: ['websocket', 'polling'], reconnectionDelay: 300, reconnectionDelayMax: 5000 })

const TRY_AGAIN_MS = 2000

export function createLive(o: { relay: string; session: Session; connect?: Connect }): Live {
  let state: LineState = 'connecting'
  let token = ''
  let wasConnected = false
  let isClosed = false
  let again: ReturnType<typeof setTimeout> | undefined
  const calls = new Set<(call: Call) => void>()
  const back = new Set<() => void>()
  const states = new Set<(state: LineState) => void>()
  const watched = new Map<string, Watched>()
  /** Calls whose room is being left: what still comes from there belongs to nobody. */
  const leaving = new Map<string, Promise<void>>()

  const become = (next: LineState) => {
    if (state === next) return
    state = next
    for (const each of states) each(next)
  }

  const socket = (o.connect ?? connectTo)(o.relay, (give) => {
    o.session.token().then(
      (newest) => {
        token = newest
        give({ token: newest })
      },
      () => give({ token: '' }),
    )
  })

  const subscribe = (callId: string) => {
    const at = watched.get(callId)
    if (!at) return
    at.isOpen = true
    socket.emit('transcript:subscribe', { callId, after: at.after }, (answer: Answer) => {
      if (!answer.ok && answer.error.code === 'rate_limited') again = setTimeout(() => subscribe(callId), 1000)
    })
  }

  const leave = (callId: string) => {
    const left = new Promise<void>((resolve) => {
      socket.emit('transcript:unsubscribe', callId, () => resolve())
      // A line that breaks leaves every room.
      socket.once('disconnect', () => resolve())
    })
    leaving.set(callId, left)
    void left.then(() => leaving.get(callId) === left && leaving.delete(callId))
  }

  socket.on('connect', () => {
    for (const callId of watched.keys()) subscribe(callId)
    become('connected')
    if (wasConnected) for (const each of back) each()
    wasConnected = true
  })
  socket.on('call:updated', (call: Call) => {
    for (const each of calls) each(call)
  })
  socket.on('transcript:update', (update: TranscriptUpdate) => {
    const at = watched.get(update.callId)
    // What was told already comes again when a page and the relay crossed each other.
    if (!at?.isOpen || update.seq <= at.after) return
    at.after = update.seq
    at.newest.delete(update.id)
    at.newest.set(update.id, update)
    for (const each of at.listeners) each(update)
  })

  /** The relay ended it: the token ran out, or the page was too slow. The library does not come back from that by itself. */
  const comeBack = () => {
    clearTimeout(again)
    if (isClosed) return
    o.session.renew(token).then(
      () => !isClosed && socket.connect(),
      (error: unknown) => {
        // Signed out: whoever signs in makes a new one.
        if (!(error instanceof ConsoleProblem && error.status === 401)) again = setTimeout(comeBack, TRY_AGAIN_MS)
      },
    )
  }
  socket.on('disconnect', (reason) => {
    become('lost')
    if (reason === 'io server disconnect') comeBack()
  })
  socket.on('connect_error', () => {
    become('lost')
    if (!socket.active) again = setTimeout(comeBack, wasConnected ? 0 : TRY_AGAIN_MS)
  })

  return {
    get state() {
      return state
    },
    onCall: (listener) => listenTo(calls, listener),
    onBack: (listener) => listenTo(back, listener),
    onState: (listener) => listenTo(states, listener),
    transcript(callId, listener) {
      const known = watched.get(callId)
      const at = known ?? { after: 0, isOpen: false, newest: new Map(), listeners: new Set() }
      at.listeners.add(listener)
      watched.set(callId, at)
      if (known) for (const update of known.newest.values()) listener(update)
      else if (socket.connected) void Promise.resolve(leaving.get(callId)).then(() => !at.isOpen && socket.connected && subscribe(callId))
      return () => {
        at.listeners.delete(listener)
        if (at.listeners.size > 0 || watched.get(callId) !== at) return
        watched.delete(callId)
        if (socket.connected) leave(callId)
      }
    },
    close() {
      isClosed = true
      clearTimeout(again)
      socket.close()
    },
  }
}

function listenTo<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
