import { z } from 'zod'
import type { LineEvent } from '../carrier.ts'

/** What a tin can says, all of it. */

/** Its states in our words. */
const STATES = {
  ringing: { status: 'connecting' },
  talking: { status: 'connected' },
  over: { status: 'completed' },
  busy: { status: 'failed', endReason: 'busy' },
  silent: { status: 'failed', endReason: 'no-answer' },
} as const satisfies Record<string, Pick<LineEvent, 'status' | 'endReason'>>

const CallName = z.string().regex(/^tin-\d{1,9}$/)
/** The answer to a placement, and what a status tells. */
export const Told = z.object({ call: CallName, state: z.enum(Object.keys(STATES) as [keyof typeof STATES, ...(keyof typeof STATES)[]]) })
/** A call that came in. */
export const Arrived = z.object({ call: CallName, from: z.string().max(40), to: z.string().max(40) })

export const eventOf = ({ call, state }: z.infer<typeof Told>): LineEvent => ({ carrierCallId: call, said: { state }, ...STATES[state] })

/** A line of text on the string; sound is binary. */
export type Line = { word: 'call' | 'key' | 'mark'; value: string }

export function readLine(frame: Buffer): Line | undefined {
  const [, word, value] = /^(call|key|mark) ([\w:.-]{1,200})$/.exec(frame.toString('utf8')) ?? []
  return word && value ? { word: word as Line['word'], value } : undefined
}
