import type { Socket } from 'socket.io'
import type { LiveCalls } from '../calls/live-calls.ts'
import type { CallBook } from '../calls/log/call-book.ts'
import { Id, Problem } from '../protocol/index.ts'
import type { Asker, Commands } from './commands.ts'
import { type Acknowledge, type FromPage, ROOM, Subscription, type ToPage } from './events.ts'
import type { FarFeeds } from './far-feeds.ts'
import type { FreshView } from './fresh-view.ts'

export type PageSocket = Socket<FromPage, ToPage>

/** More questions than this within a second come from no person. */
const QUESTIONS_PER_S = 100

/** What a page may ask of the rooms. Every answer stands behind the wall of its organisation. */
export function letWatch(
  socket: PageSocket,
  o: {
    asker: Asker
    /** May do more than look. */
    mayAct: boolean
    view: FreshView
    calls: Pick<LiveCalls, 'unsettled'>
    book: Pick<CallBook, 'lines'>
    commands: Commands
    /** Transcripts of calls that live at other relays, where there are any. */
    far: FarFeeds | undefined
    /** Somebody asked for a transcript and left before it came. */
    onUnread: (callId: string) => void
    onFault: (error: unknown) => void
  },
): void {
  const { organisationId } = o.asker
  let asked = 0
  let since = 0

  /** Runs one question; it is answered whatever comes of it. */
  async function answer<Done extends object>(acknowledge: Acknowledge<Done> | undefined, what: () => Promise<Done>): Promise<void> {
    const tell = typeof acknowledge === 'function' ? acknowledge : () => undefined
    try {
      const now = Date.now()
      if (now - since > 1000) [since, asked] = [now, 0]
      asked += 1
      if (asked > QUESTIONS_PER_S) throw new Problem('rate_limited', 'Too many questions at once: wait a second.')
      tell({ ok: true, ...(await what()) })
    } catch (error) {
      if (!(error instanceof Problem)) o.onFault(error)
      const problem = error instanceof Problem ? error : new Problem('internal', 'Something went wrong here. Try again.')
      tell({ ok: false, error: { code: problem.code, message: problem.message } })
    }
  }

  const callIn = (given: unknown) => {
    const id = Id.safeParse(given)
    if (!id.success) throw new Problem('invalid_request', 'Send a call’s id.')
    return id.data
  }
  const found = async (callId: string) => {
    const call = await o.view(organisationId, callId)
    if (!call) throw new Problem('not_found', 'There is no call with this id.')
    return call
  }

  /** Joins, then tells what was missed, with nothing in between: what happens meanwhile comes after. */
  async function subscribe({ after, callId }: Subscription): Promise<{ seq: number }> {
    await found(callId)
    const isHere = o.calls.unsettled(callId) !== undefined
    const far = isHere ? undefined : await o.far?.read(organisationId, callId)
    const stored = isHere || far ? [] : ((await o.book.lines(organisationId, callId)) ?? [])
    const live = o.calls.unsettled(callId)?.feed ?? far
    const missed = live ? live.since(after) : stored.filter(({ seq }) => seq > after).sort((a, b) => a.seq - b.seq)
    if (socket.connected) void socket.join(ROOM.transcript(callId))
    else o.onUnread(callId)
    for (const { entry, seq } of missed) socket.emit('transcript:update', { callId, seq, ...entry })
    return { seq: missed.at(-1)?.seq ?? after }
  }

  async function hold(given: unknown, isHeld: boolean) {
    if (!o.mayAct) throw new Problem('forbidden', 'This needs the role operator, or a key with calls:write.')
    const { id } = await found(callIn(given))
    return { call: await o.commands.run(id, { type: isHeld ? 'pause-ai' : 'resume-ai' }, o.asker) }
  }

  socket.on('ai:pause', (callId, acknowledge) => void answer(acknowledge, () => hold(callId, true)))
  socket.on('ai:resume', (callId, acknowledge) => void answer(acknowledge, () => hold(callId, false)))
  socket.on('call:join', (callId, acknowledge) => {
    void answer(acknowledge, async () => {
      const call = await found(callIn(callId))
      await socket.join(ROOM.call(call.id))
      return { call }
    })
  })
  socket.on('call:leave', (callId, acknowledge) => {
    void answer(acknowledge, async () => {
      await socket.leave(ROOM.call(callIn(callId)))
      return {}
    })
  })
  socket.on('transcript:subscribe', (given, acknowledge) => {
    void answer(acknowledge, async () => {
      const subscription = Subscription.safeParse(given)
      if (!subscription.success) throw new Problem('invalid_request', 'Send a call’s id, or {callId, after}.')
      return subscribe(subscription.data)
    })
  })
  socket.on('transcript:unsubscribe', (callId, acknowledge) => {
    void answer(acknowledge, async () => {
      await socket.leave(ROOM.transcript(callIn(callId)))
      return {}
    })
  })
}
