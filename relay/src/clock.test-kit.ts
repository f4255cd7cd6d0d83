import type { Clock } from './calls/ports.ts'

/** Time that only moves when a test says so. Timers run in order, promises settle between them. */
export class TestClock implements Clock {
  #nowMs = 0
  #timers = new Set<{ atMs: number; order: number; task: () => void }>()
  #order = 0

  nowMs(): number {
    return Date.UTC(2026, 10, 21) + this.#nowMs
  }
  monotonicMs(): number {
    return this.#nowMs
  }
  after(delayMs: number, task: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, task }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }
  get waiting(): number {
    return this.#timers.size
  }
  /** Lets everything that is due within `ms` happen, in order. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    await settle()
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0]
      if (!due) break
      this.#timers.delete(due)
      this.#nowMs = Math.max(this.#nowMs, due.atMs)
      due.task()
      await settle()
    }
    this.#nowMs = untilMs
    await settle()
  }
}

/** Promises settle, worker-free async code runs on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}
