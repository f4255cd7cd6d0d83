import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  callEnded(endReason: string): void
  http(o: { method: string; route: string; status: number; ms: number }): void
  /** Prometheus text. */
  text(): Promise<string>
  readonly contentType: string
  close(): void
}

/** The relay's own numbers, in a registry of their own. The functions are asked when somebody scrapes. */
export function createMetrics(o: { activeCalls: () => number; sockets: () => number; logDepth: () => number }): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  const ended = new Counter({ name: 'voice_agent_calls_total', help: 'Calls that ended', labelNames: ['end_reason'], registers })
  const http = new Histogram({
    name: 'voice_agent_http_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3],
    registers,
  })
  // Sampled in C++, seldom, for every sample wakes the process; reading resets it, so a scrape shows the time since the last one.
  const lag = monitorEventLoopDelay({ resolution: 200 })
  lag.enable()

  gauge('voice_agent_calls_active', 'Calls that live now', o.activeCalls)
  gauge('voice_agent_sockets', 'Open media sockets', o.sockets)
  gauge('voice_agent_log_queue', 'Writes of the call log that wait for storage', o.logDepth)
  gauge('voice_agent_memory_bytes', 'Resident memory', () => process.memoryUsage.rss())
  new Gauge({
    name: 'voice_agent_event_loop_lag_seconds',
    help: 'Delay of the event loop since the last scrape',
    labelNames: ['quantile'],
    registers,
    collect() {
      for (const quantile of [50, 99]) this.set({ quantile: String(quantile / 100) }, lag.percentile(quantile) / 1e9)
      this.set({ quantile: '1' }, lag.max / 1e9)
      lag.reset()
    },
  })

  return {
    callEnded: (endReason) => ended.inc({ end_reason: endReason }),
    http: ({ method, route, status, ms }) => http.observe({ method, route, status: String(status) }, ms / 1000),
    text: () => registry.metrics(),
    contentType: registry.contentType,
    close() {
      lag.disable()
      registry.clear()
    },
  }
}
