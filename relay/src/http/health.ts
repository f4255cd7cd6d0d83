import type { ReachProof } from '../access/reach-proof.ts'
import { ASK_HEADER, NONCE_HEADER, type Seen } from '../doctor/reach.ts'
import type { Metrics } from '../metrics.ts'
import { Problem } from '../protocol/problem.ts'
import { PUBLIC } from './access.ts'
import { type About, type Endpoint, page } from './endpoint.ts'

const READY_WITHIN_MS = 2000

export interface HealthRooms {
  metrics: Metrics
  /** Whether storage answers within so many milliseconds. */
  storeAlive: (timeoutMs: number) => Promise<boolean>
  draining: () => boolean
  proof: Pick<ReachProof, 'isAsked' | 'answer'>
}

/** For load balancers and Prometheus. */
export function health(rooms: HealthRooms): Endpoint[] {
  return [
    page(
      PUBLIC,
      '/healthz',
      (c) => {
        const nonce = c.req.header(NONCE_HEADER)
        // The house asks itself whether this is the way to it, and what a request looks like that came by it.
        if (nonce === undefined || !rooms.proof.isAsked(nonce, c.req.header(ASK_HEADER) ?? '')) return c.json({ status: 'ok' })
        const seen: Seen = {
          forwardedFor: c.req.header('x-forwarded-for') ?? null,
          forwarded: c.req.header('forwarded') !== undefined,
          address: c.get('address'),
        }
        return c.json({ status: 'ok', proof: rooms.proof.answer(nonce), seen })
      },
      about('Whether the process lives', '`{"status": "ok"}`'),
    ),
    page(
      PUBLIC,
      '/readyz',
      async (c) => {
        if (rooms.draining()) throw new Problem('provider_unavailable', 'The relay is shutting down.')
        if (!(await rooms.storeAlive(READY_WITHIN_MS))) throw new Problem('provider_unavailable', 'Storage does not answer.')
        return c.json({ status: 'ready' })
      },
      about('Whether it can take calls: storage answers', '`{"status": "ready"}`'),
    ),
    page(
      { who: 'metrics' },
      '/metrics',
      async (c) => c.body(await rooms.metrics.text(), 200, { 'Content-Type': rooms.metrics.contentType }),
      about('Figures for Prometheus', 'Text of Prometheus.', 'text/plain'),
    ),
  ]
}

const about = (summary: string, description: string, type = 'application/json'): About => ({
  summary,
  tag: 'house',
  answer: { status: 200, description, type },
})
