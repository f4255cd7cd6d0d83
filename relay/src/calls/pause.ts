import type { Silence } from './silence.ts'

/**
 * The agent is held back by an operator (paused), or stands aside for one who speaks in its place: it falls silent and answers nothing, while it
 * goes on hearing and what is said is written down.
 */
export interface Pause {
  readonly on: boolean
  /** Twice is once. */
  begin(): void
  /** It answers what it was not asked meanwhile. */
  end(): void
  /** At once, whatever is being said or waits to be; what the visitor says from now on is for somebody else. */
  standAside(): void
  /** It goes on, also when it was paused before; nothing that was said meanwhile waits for its answer. */
  comeBack(): void
  /** Runs this once nobody speaks in its place: now, or when it comes back. */
  onceBack(act: () => void): void
  /** Media away or back; while the agent is held back nobody is asked whether they are still there. */
  away(isAway: boolean): void
}

export function createPause(o: {
  silence: Silence
  /** Silences it, after what waits its turn; `now` before that too. */
  hush: (when: 'in-turn' | 'now') => void
  askWaiting: () => void
  forgetWaiting: () => void
}): Pause {
  let held: 'not' | 'paused' | 'aside' = 'not'
  let isAway = false
  const waiting: (() => void)[] = []
  function become(next: typeof held) {
    held = next
    count()
  }
  const count = () => o.silence.away(held !== 'not' || isAway)

  return {
    get on() {
      return held !== 'not'
    },
    begin() {
      if (held !== 'not') return
      become('paused')
      o.hush('in-turn')
    },
    end() {
      if (held !== 'paused') return
      become('not')
      o.askWaiting()
    },
    standAside() {
      if (held === 'aside') return
      become('aside')
      o.hush('now')
    },
    comeBack() {
      if (held !== 'aside') return
      o.forgetWaiting()
      become('not')
      for (const act of waiting.splice(0)) act()
    },
    onceBack(act) {
      if (held === 'aside') waiting.push(act)
      else act()
    },
    away(now) {
      isAway = now
      count()
    },
  }
}
