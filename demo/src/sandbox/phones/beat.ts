/** One step of 20 ms for everybody who listens. A beat that comes late is made up for, so that no sound is lost. */
export interface Beat {
  add(step: () => void): void
  delete(step: () => void): void
  close(): void
}

export const FRAME_MS = 20
export const PHONE_HZ = 8000
/** Samples of a frame. */
export const FRAME = (PHONE_HZ * FRAME_MS) / 1000
/** Longer than this the process stood still, and nobody wants the past. */
const MOST_BEHIND = 50

/** @param now monotonic, in ms */
export function createBeat(now: () => number = () => performance.now()): Beat {
  const steps = new Set<() => void>()
  let timer: NodeJS.Timeout | undefined
  let due = 0

  function run(): void {
    let behind = 0
    for (; due <= now() && behind < MOST_BEHIND; behind++) {
      due += FRAME_MS
      for (const step of [...steps]) step()
    }
    if (behind === MOST_BEHIND) due = now() + FRAME_MS
    wait()
  }

  function wait(): void {
    timer = steps.size > 0 ? setTimeout(run, Math.max(0, due - now())) : undefined
  }

  return {
    add(step) {
      steps.add(step)
      if (timer) return
      due = now() + FRAME_MS
      wait()
    },
    delete(step) {
      steps.delete(step)
      if (steps.size > 0) return
      clearTimeout(timer)
      timer = undefined
    },
    close() {
      steps.clear()
      clearTimeout(timer)
      timer = undefined
    },
  }
}
