/** Who lives, told from beats that change: the clocks of the others do not count, and neither does time in which nobody could listen. */
export interface Pulse {
  /** Every other relay's beat as it stands now; returns those that are gone, again at every look until their beat changes or they are no longer there. */
  look(beats: readonly { id: string; beat: number }[], nowMs: number): string[]
  /** Nothing could be heard: all begin anew. */
  deaf(): void
  isGone(id: string): boolean
}

export function createPulse(o: { goneAfterMs: number }): Pulse {
  let known = new Map<string, { beat: number; sinceMs: number }>()
  let gone = new Set<string>()
  return {
    look(beats, nowMs) {
      known = new Map(
        beats.map(({ beat, id }) => {
          const before = known.get(id)
          return [id, before?.beat === beat ? before : { beat, sinceMs: nowMs }]
        }),
      )
      gone = new Set([...known].filter(([, { sinceMs }]) => nowMs - sinceMs >= o.goneAfterMs).map(([id]) => id))
      return [...gone]
    },
    deaf() {
      known = new Map()
    },
    isGone: (id) => gone.has(id),
  }
}
