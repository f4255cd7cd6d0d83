/** What goes over `/phone/line`: JSON in text frames; sound in binary ones, a byte for the handset and then PCM16LE, 8 kHz, 20 ms. */

export interface HandsetInfo {
  readonly id: number
  /** E.164. */
  readonly number: string
  readonly name: string
}

/** A number of the shop, and whose it is. */
export interface ShopNumber {
  readonly number: string
  readonly name: string
  readonly carrier: string
  /** It can be called; else it only calls. */
  readonly answers: boolean
}

export type LineState = 'calling' | 'ringing' | 'talking' | 'over'

/** One thing that the relay and the carrier said to each other. */
export interface Passing {
  readonly type: 'passing'
  readonly handset: number
  readonly callId: string
  readonly atMs: number
  readonly from: 'relay' | 'carrier'
  readonly name: string
  /** JSON or a form, secrets masked. */
  readonly body?: string
}

export type FromNetwork =
  | {
      readonly type: 'handsets'
      readonly handsets: readonly HandsetInfo[]
      readonly shop: ShopNumber
      readonly numbers: readonly ShopNumber[]
    }
  | { readonly type: 'rings'; readonly handset: number; readonly callId: string; readonly from: string; readonly carrier: string }
  | {
      readonly type: 'state'
      readonly handset: number
      readonly callId: string
      readonly state: LineState
      readonly reason?: string
      /** The other number. */
      readonly with: string
      /** How long it is in this state. */
      readonly forMs?: number
    }
  /** The other side pressed a key. */
  | { readonly type: 'key'; readonly handset: number; readonly callId: string; readonly digit: string }
  | Passing
  | { readonly type: 'refused'; readonly handset: number; readonly message: string }

export type ToNetwork =
  | { readonly type: 'answer' | 'decline' | 'hang-up'; readonly handset: number }
  | { readonly type: 'key'; readonly handset: number; readonly digit: string }
  | { readonly type: 'dial'; readonly handset: number; readonly to: string }
  | { readonly type: 'mute'; readonly handset: number; readonly muted: boolean }
