// The global of this name is looked up anew each time, and each frame asks a few times.
import { performance } from 'node:perf_hooks'
import type { Clock } from './calls/ports.ts'

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, task) {
    // Node cuts fractions off, which would wake the task a moment too early, and then once more.
    const timer = setTimeout(task, Math.ceil(Math.max(0, delayMs)))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
