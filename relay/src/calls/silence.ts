import type { Clock } from './ports.ts'

/** Watches how long nobody says anything: asks once, then gives up. Time with the media away does not count. */
export interface Silence {
  /** It is the visitor's turn: the clock runs, or runs anew. */
  listen(): void
  /** Somebody speaks or thinks: the clock stands. */
  stop(): void
  /** The visitor said something: they may be asked again. */
  visitorSpoke(): void
  away(isAway: boolean): void
  close(): void
}

export function createSilence(o: { clock: Clock; ms: number; onAsk: () => void; onGiveUp: () => void }): Silence {
  let listening = false
  let asked = false
  let isAway = false
  let cancel: (() => void) | undefined

  function run() {
    cancel?.()
    cancel = listening && !isAway ? o.clock.after(o.ms, passed) : undefined
  }
  function passed() {
    cancel = undefined
    listening = false
    if (asked) return o.onGiveUp()
    asked = true
    o.onAsk()
  }
  const listen = (now: boolean) => {
    listening = now
    run()
  }
  return {
    listen: () => listen(true),
    stop: () => listen(false),
    visitorSpoke() {
      asked = false
    },
    away(now) {
      isAway = now
      run()
    },
    close: () => listen(false),
  }
}
