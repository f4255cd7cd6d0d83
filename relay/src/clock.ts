import type { Clock } from './calls/ports.ts'

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, Math.max(0, delayMs))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
