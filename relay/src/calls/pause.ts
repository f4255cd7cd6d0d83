import type { Silence } from './silence.ts'

/** An operator holds the agent back: it falls silent and answers nothing, while it goes on hearing and what is said is written down. */
export interface Pause {
  readonly on: boolean
  /** Twice is once. */
  begin(): void
  /** It answers what it was not asked meanwhile. */
  end(): void
  /** Media away or back; while the agent is held back nobody is asked whether they are still there. */
  away(isAway: boolean): void
}

export function createPause(o: { silence: Silence; hush: () => void; askWaiting: () => void }): Pause {
  let on = false
  let isAway = false
  const count = () => o.silence.away(on || isAway)

  return {
    get on() {
      return on
    },
    begin() {
      if (on) return
      on = true
      count()
      o.hush()
    },
    end() {
      if (!on) return
      on = false
      count()
      o.askWaiting()
    },
    away(now) {
      isAway = now
      count()
    },
  }
}
