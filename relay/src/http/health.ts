import type { Metrics } from '../metrics.ts'
import { Problem } from '../protocol/problem.ts'
import { PUBLIC } from './access.ts'
import { type Endpoint, page } from './endpoint.ts'

const READY_WITHIN_MS = 2000

export interface HealthRooms {
  metrics: Metrics
  /** Whether storage answers within so many milliseconds. */
  storeAlive: (timeoutMs: number) => Promise<boolean>
  draining: () => boolean
}

/** For load balancers and Prometheus. */
export function health(rooms: HealthRooms): Endpoint[] {
  return [
    page(PUBLIC, '/healthz', (c) => c.json({ status: 'ok' })),
    page(PUBLIC, '/readyz', async (c) => {
      if (rooms.draining()) throw new Problem('provider_unavailable', 'The relay is shutting down.')
      if (!(await rooms.storeAlive(READY_WITHIN_MS))) throw new Problem('provider_unavailable', 'Storage does not answer.')
      return c.json({ status: 'ready' })
    }),
    page({ who: 'metrics' }, '/metrics', async (c) =>
      c.body(await rooms.metrics.text(), 200, { 'Content-Type': rooms.metrics.contentType }),
    ),
  ]
}
