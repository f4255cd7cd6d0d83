import { type Call, isLive } from '../../call.ts'
import type { CallHand } from '../../hands/call-hand.ts'
import type { Session } from '../../session.ts'
import type { CallEvent } from './call-model.ts'

export type Deed = 'listen' | 'takeover' | 'handback' | 'pause' | 'resume' | 'advise' | 'say' | 'write' | 'dtmf' | 'transfer' | 'hangup'

const openedAs = (events: readonly CallEvent[]) => events.find(({ type }) => type === 'call.opened')?.payload

/** Typed calls have no sound: an operator reads and writes there. */
export const isTyped = (events: readonly CallEvent[]): boolean => openedAs(events)?.modality === 'text'

/** What is spoken in the call (BCP 47), as far as that is known. */
export function languageOf(events: readonly CallEvent[]): string | undefined {
  const language = openedAs(events)?.language
  return typeof language === 'string' ? language : undefined
}

/** What this operator can do to this call now. One table for buttons and keys alike. */
export function deedsFor(o: {
  call: Call
  session: Pick<Session, 'may'>
  hand: CallHand
  typed: boolean
  /** Its events are there. */
  isKnown: boolean
  userId: string | undefined
}): ReadonlySet<Deed> {
  const { call, hand, typed } = o
  const can = new Set<Deed>()
  if (!isLive(call)) return can
  const hasAgent = call.kind !== 'bridge'
  const isConnected = call.status === 'connected'
  const able = (what: string) => call.capabilities.includes(what)
  const isHere = hand.state === 'holding'
  const isOurs = isHere || (call.heldBy !== undefined && call.heldBy.id === o.userId)
  const isOthers = call.heldBy !== undefined && !isOurs
  if (!o.session.may('operator')) return can
  if (hasAgent && isConnected && !typed && !isHere && o.isKnown) can.add('listen')
  if (hasAgent && isConnected && !isOthers && !isHere && o.isKnown) can.add('takeover')
  if (isOurs) can.add('handback')
  // What is whispered while somebody holds the call waits for the AI.
  if (hasAgent && able('whisper')) can.add('advise')
  if (hasAgent && call.heldBy === undefined) {
    can.add(call.ai === 'paused' ? 'resume' : 'pause')
    if (able('say') && isConnected) can.add('say')
  }
  if (isHere && typed) can.add('write')
  for (const what of ['dtmf', 'transfer', 'hangup'] as const) if (able(what)) can.add(what)
  return can
}
