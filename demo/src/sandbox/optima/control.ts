import { Hono } from 'hono'
import { z } from 'zod'
import type { SandboxEnv } from '../world.ts'
import type { Exchange } from './exchange.ts'
import { shownCall, shownStream } from './rest.ts'
import { OptimaSettings } from './settings.ts'

const SessionOrder = z.strictObject({
  type: z.enum(['outbound', 'inbound']).default('outbound'),
  times: z.int().min(1).max(10_000).default(1),
})
const EndOrder = z.strictObject({ how: z.enum(['cut', 'away']).default('cut') })

/** How tests steer Optima, and what they may look at. */
export function optimaControl(exchange: Exchange): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.get('/sandbox/optima/settings', (c) => c.json(exchange.current))
  app.post('/sandbox/optima/settings', async (c) => {
    const order = OptimaSettings.partial().safeParse(await c.req.json().catch(() => undefined))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    exchange.current = OptimaSettings.parse({ ...exchange.current, ...order.data })
    return c.json(exchange.current)
  })
  /** Sessions of somebody else with the same token. */
  app.post('/sandbox/optima/foreign', async (c) => {
    const order = SessionOrder.safeParse(await c.req.json().catch(() => ({})))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    const sessions = Array.from({ length: order.data.times }, () => exchange.announceForeign(order.data.type))
    return c.json({ sessions }, 201)
  })
  /** Ends every connection; customers may come back. */
  app.post('/sandbox/optima/connections/end', async (c) => {
    const order = EndOrder.safeParse(await c.req.json().catch(() => ({})))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    const ended = exchange.connections.size
    for (const connection of [...exchange.connections]) connection.end(order.data.how)
    return c.json({ ended })
  })
  app.get('/sandbox/optima/requests', (c) =>
    c.json({
      requests: exchange.world.log.list('optima'),
      connections: exchange.connections.size,
      // It posts nothing: everything goes over its sockets.
      webhooks: [],
      streams: [...exchange.calls.values()].filter(({ record }) => record.joins > 0).map(shownStream),
    }),
  )
  app.get('/sandbox/optima/calls', (c) => c.json({ calls: [...exchange.calls.values()].map(shownCall) }))
  return app
}
