import { Hono } from 'hono'
import type { SandboxEnv } from '../world.ts'
import type { Exchange } from './exchange.ts'
import { JiocxSettings } from './settings.ts'

/** How tests steer JioCX, and what they may look at. */
export function jiocxControl(exchange: Exchange): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.get('/sandbox/jiocx/settings', (c) => c.json(exchange.current))
  app.post('/sandbox/jiocx/settings', async (c) => {
    const order = JiocxSettings.partial().safeParse(await c.req.json().catch(() => undefined))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    exchange.current = JiocxSettings.parse({ ...exchange.current, ...order.data })
    return c.json(exchange.current)
  })
  /** Every token is refused from now on. */
  app.post('/sandbox/jiocx/expire', (c) => {
    exchange.tokens.expire()
    return c.body(null, 204)
  })
  app.get('/sandbox/jiocx/requests', (c) =>
    c.json({ requests: exchange.world.log.list('jiocx'), webhooks: exchange.deliveries, logins: exchange.tokens.logins }),
  )
  app.get('/sandbox/jiocx/calls', (c) =>
    c.json({
      calls: [...exchange.calls.values()].map(({ id, message, order: { from, to }, status }) => ({
        call_id: id,
        from,
        to,
        status,
        message,
      })),
    }),
  )
  return app
}
