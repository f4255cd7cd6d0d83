import { setTimeout as wait } from 'node:timers/promises'
import { unlessAborted } from '../carriers/abortable.ts'
import { playKeys, soundAt } from './perform-sound.ts'
import type { RelayEnd } from './relay-record.ts'
import { RelaySession } from './relay-session.ts'
import type { RelayVerb } from './relay-verb.ts'
import type { Stage, Wish } from './stage.ts'

const KEPT = 100

/** A session until it ends; then the action says what is next. It is told as well when the call is over. */
export async function performRelay(verb: RelayVerb, action: { url: string; method: string } | undefined, stage: Stage): Promise<Wish> {
  const { leg, parts, signal } = stage
  const session = new RelaySession({
    verb,
    leg,
    parts,
    playKeys: async (digits) => {
      await playKeys(digits, { leg, signal })
      leg.mouth = session.voice
    },
    fetchSound: (url) => soundAt(url, stage),
  })
  parts.relays.push(session.record)
  if (parts.relays.length > KEPT) parts.relays.shift()
  const tap = (fromPhone: Int16Array) => session.sound(fromPhone)
  const key = (digit: string) => session.key(digit)
  leg.mouth = session.voice
  leg.taps.add(tap)
  leg.pressed.add(key)
  const leave = () => {
    // Told before anything else of the call's end is.
    if (leg.over.aborted && action) {
      const params = { ...leg.fields(), ...fieldsOf(session, { by: 'call' }) }
      parts.webhooks.send({ purpose: 'action', callSid: leg.sid, ...action, params }).catch(() => undefined)
    }
    session.leave().catch(() => undefined)
  }
  signal.addEventListener('abort', leave, { once: true })
  let end: RelayEnd
  try {
    end = await session.over
  } finally {
    signal.removeEventListener('abort', leave)
    leg.taps.delete(tap)
    leg.pressed.delete(key)
    if (leg.mouth === session.voice) leg.mouth = undefined
  }
  signal.throwIfAborted()
  if (!action) return undefined
  const fields = fieldsOf(session, end)
  if (end.by === 'end') await troubled(action, fields, stage)
  return { go: action, fields }
}

/** What was ordered to go wrong with the question for what is next. */
async function troubled(action: { url: string; method: string }, fields: Record<string, string>, { leg, parts, signal }: Stage) {
  const fault = leg.order.faults.action
  if (fault?.kind === 'action-late') await unlessAborted(signal, wait(fault.delayMs))
  if (fault?.kind === 'action-lost') await unlessAborted(signal, new Promise(() => undefined))
  if (fault?.kind !== 'action-repeated') return
  const params = { ...leg.fields(), ...fields }
  await parts.webhooks.send({ purpose: 'action', callSid: leg.sid, ...action, params })
}

function fieldsOf(session: RelaySession, end: RelayEnd): Record<string, string> {
  const about = { SessionId: session.record.sid, SessionDuration: String(session.durationS) }
  if (end.by === 'call') return { ...about, SessionStatus: 'completed' }
  if (end.by === 'end')
    return { ...about, SessionStatus: 'ended', ...(end.handoffData === undefined ? {} : { HandoffData: end.handoffData }) }
  return {
    ...about,
    SessionStatus: 'failed',
    ErrorCode: end.code,
    ErrorMessage: end.code === '64105' ? 'Websocket ended' : 'Unable to connect to websocket',
  }
}
