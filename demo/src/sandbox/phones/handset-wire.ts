import { z } from 'zod'
import type { PhoneCall } from './call.ts'
import { isKey } from './tones.ts'

/** What the network and a page of handsets say to each other: JSON in text frames; binary frames are a handset's number and 20 ms of PCM16. */

const handset = z.int().min(0)
export const FromPage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('answer'), handset }),
  z.object({ type: z.literal('decline'), handset }),
  z.object({ type: z.literal('hang-up'), handset }),
  z.object({ type: z.literal('key'), handset, digit: z.string().refine(isKey) }),
  z.object({ type: z.literal('dial'), handset, to: z.string().max(40) }),
  z.object({ type: z.literal('mute'), handset, muted: z.boolean() }),
])
export type FromPage = z.infer<typeof FromPage>

export interface HandsetInfo {
  id: number
  number: string
  name: string
}
/** A number of the shop, and whose it is. */
export interface ShopNumber {
  number: string
  name: string
  carrier: string
  /** It can be called; else it only calls. */
  answers: boolean
}
/** Whether whoever answers at the shop understands speech, or keys only. */
export type ShopEngine = 'keys' | 'speech'

export type ToPage =
  | { type: 'handsets'; handsets: HandsetInfo[]; shop: ShopNumber; numbers: readonly ShopNumber[]; engine?: ShopEngine }
  | { type: 'rings'; handset: number; callId: string; from: string; carrier: string }
  | {
      type: 'state'
      handset: number
      callId: string
      state: 'calling' | 'ringing' | 'talking' | 'over'
      with: string
      reason?: string
      /** How long it is in this state. */
      forMs: number
    }
  | { type: 'passing'; handset: number; callId: string; atMs: number; from: 'relay' | 'carrier'; name: string; body?: string }
  | { type: 'key'; handset: number; callId: string; digit: string }
  | { type: 'refused'; handset: number; message: string }

/** What a rung handset is told. */
export function ringsMessage(id: number, call: PhoneCall): ToPage {
  return { type: 'rings', handset: id, callId: call.id, from: call.record.from, carrier: call.record.carrier }
}

/** A call as its handset shows it: `calling` until the other side answers, `ringing` when it is rung itself. */
export function stateMessage(id: number, call: PhoneCall): ToPage {
  const { record, state } = call
  const since = record.states.at(-1)?.atMs ?? 0
  return {
    type: 'state',
    handset: id,
    callId: call.id,
    state: state === 'dialling' || (state === 'ringing' && record.direction === 'from-phone') ? 'calling' : state,
    with: record.direction === 'to-phone' ? record.from : record.to,
    forMs: record.atMs - since,
    ...(call.end && { reason: call.end }),
  }
}
