import type { Clock } from './ports.ts'

/** One timer for everything that moves with the sound: runs its members every `everyMs` on one monotonic origin, and rests when there are none. */
export interface Beat {
  /** The returned function leaves. A task that throws is reported and leaves; the others go on. */
  join(task: () => void): () => void
  readonly members: number
}

export function createBeat(o: { clock: Clock; everyMs: number; onFault: (error: unknown) => void }): Beat {
  const { clock, everyMs } = o
  const members = new Set<() => void>()
  let origin = 0
  let beats = 0
  let cancel: (() => void) | undefined

  function later() {
    const now = clock.monotonicMs()
    // Beats that were missed are not made up for: members know by the clock what is due.
    beats = Math.max(beats + 1, Math.ceil((now - origin) / everyMs))
    cancel = clock.after(origin + beats * everyMs - now, () => {
      for (const member of members) {
        try {
          member()
        } catch (error) {
          members.delete(member)
          o.onFault(error)
        }
      }
      cancel = undefined
      if (members.size > 0) later()
    })
  }

  return {
    join(task) {
      const member = () => task()
      members.add(member)
      if (!cancel && members.size === 1) {
        origin = clock.monotonicMs()
        beats = 0
        later()
      }
      return () => {
        members.delete(member)
        if (members.size > 0) return
        cancel?.()
        cancel = undefined
      }
    },
    get members() {
      return members.size
    },
  }
}
