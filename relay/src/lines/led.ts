import type { Call } from '../calls/live-calls.ts'

/** Whom a menu led on: they talk in another call from then on, and the menu's goes on holding the line of both. */
export interface Led {
  on(menu: Call, to: Call): void
  /** The call in which this one's caller talks: itself, unless a menu led them on from it. */
  talkOf(call: Call): Call
  /** The call that holds the line of this one: itself, unless a menu led to it. */
  holderOf(call: Call): Call
}

export function createLed(): Led {
  const talks = new WeakMap<Call, Call>()
  const holders = new WeakMap<Call, Call>()
  return {
    on(menu, to) {
      talks.set(menu, to)
      holders.set(to, menu)
    },
    talkOf: (call) => talks.get(call) ?? call,
    holderOf: (call) => holders.get(call) ?? call,
  }
}
