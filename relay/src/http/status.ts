import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import type { Finding } from '../doctor/finding.ts'
import type { Access } from './access.ts'
import { type Endpoint, endpoint, json } from './endpoint.ts'

const ADMIN: Access = { who: 'operator', role: 'admin' }

const FindingView = z.object({
  /** `broken`: something does not work. `note`: worth knowing. */
  state: z.enum(['ok', 'note', 'broken']),
  about: z.string(),
  /** What was found and, unless it is ok, what to do. */
  text: z.string(),
})
const show = createRoute({
  method: 'get',
  path: '/api/settings/status',
  tags: ['settings'],
  summary: 'What the doctor finds of this relay: settings, store, carriers, whether webhooks reach it, proxies',
  responses: { 200: json('Findings, most fundamental first.', z.object({ findings: z.array(FindingView) })) },
})

export function statusRoutes(o: { examine: () => Promise<Finding[]> }): Endpoint[] {
  return [endpoint(ADMIN, show, async (c) => c.json({ findings: await o.examine() }, 200))]
}
