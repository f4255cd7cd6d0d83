import { KeptAudio } from '../speech/kept-audio.ts'
import { PHONE_HZ } from './beat.ts'
import type { CallEnd, CallState } from './call-states.ts'

const KEPT_MS = 300_000

export type Side = 'phone' | 'carrier'

/** What was heard and said in one call, for tests. All times are milliseconds since the call began. */
export class CallRecord {
  readonly id: string
  readonly from: string
  readonly to: string
  /** Whose phone it is, of the two numbers. */
  readonly number: string
  readonly direction: 'to-phone' | 'from-phone'
  readonly carrier: string
  readonly startedAt = new Date().toISOString()
  /** The carrier's own name for it. */
  carrierCallId: string | undefined
  state: CallState = 'dialling'
  end: CallEnd | undefined
  endedBy: Side | 'network' | undefined
  readonly states: { state: CallState; atMs: number }[] = [{ state: 'dialling', atMs: 0 }]
  readonly keysPressed: { digit: string; atMs: number }[] = []
  readonly keysHeard: { digit: string; atMs: number }[] = []
  /** What the phone's script did. */
  readonly marks: { did: string; atMs: number }[] = []
  /** When somebody was heard to speak. */
  readonly voice: { fromMs: number; toMs?: number }[] = []
  readonly heard = new KeptAudio()
  readonly said = new KeptAudio()
  readonly #began = performance.now()

  constructor(o: Pick<CallRecord, 'id' | 'from' | 'to' | 'number' | 'direction' | 'carrier'>) {
    this.id = o.id
    this.from = o.from
    this.to = o.to
    this.number = o.number
    this.direction = o.direction
    this.carrier = o.carrier
  }

  get atMs(): number {
    return Math.round(performance.now() - this.#began)
  }

  became(state: CallState, end: CallEnd | undefined, by: Side | 'network'): void {
    this.state = state
    this.states.push({ state, atMs: this.atMs })
    if (state !== 'over') return
    this.end = end
    this.endedBy = by
  }

  /** Both directions of the same 20 ms. */
  sound(heard: Int16Array, said: Int16Array): void {
    this.heard.add(bytesOf(heard), PHONE_HZ, KEPT_MS)
    this.said.add(bytesOf(said), PHONE_HZ, KEPT_MS)
  }

  /** As JSON: the sound is asked for by itself. */
  toJSON(): object {
    const { id, from, to, number, direction, carrier, startedAt, carrierCallId, state, end, endedBy } = this
    const { states, keysPressed, keysHeard, marks, voice, heard, said } = this
    const identity = { id, carrierCallId, carrier, direction, number, from, to, startedAt, state, end, endedBy }
    return { ...identity, states, keysPressed, keysHeard, marks, voice, heard: { bytes: heard.total }, said: { bytes: said.total } }
  }
}

export const bytesOf = (samples: Int16Array): Uint8Array => new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
