import { Hono } from 'hono'
import { z } from 'zod'
import { PhoneNumber } from '../phones/script.ts'
import type { SandboxEnv } from '../world.ts'
import type { Exchange } from './exchange.ts'
import { Applet } from './order.ts'
import { callDetails, callResource } from './resources.ts'
import { ExotelSettings } from './settings.ts'

const NumberOrder = z.strictObject({ phoneNumber: PhoneNumber, flow: z.array(Applet) })
const FlowOrder = z.strictObject({ appId: z.string().regex(/^\w{1,20}$/), flow: z.array(Applet) })

/** How tests steer Exotel, and what they may look at. Numbers and flows stay at a reset, as they would in an account. */
export function exotelControl(exchange: Exchange): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.post('/sandbox/exotel/numbers', async (c) => {
    const order = NumberOrder.safeParse(await c.req.json().catch(() => undefined))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    exchange.configure(order.data.phoneNumber, order.data.flow)
    return c.json(order.data, 201)
  })
  app.post('/sandbox/exotel/flows', async (c) => {
    const order = FlowOrder.safeParse(await c.req.json().catch(() => undefined))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    exchange.flows.set(order.data.appId, order.data.flow)
    return c.json(order.data, 201)
  })
  app.get('/sandbox/exotel/settings', (c) => c.json(exchange.settings()))
  app.post('/sandbox/exotel/settings', async (c) => {
    const order = ExotelSettings.partial().safeParse(await c.req.json().catch(() => undefined))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    exchange.current = ExotelSettings.parse({ ...exchange.current, ...order.data })
    return c.json(exchange.current)
  })
  app.get('/sandbox/exotel/requests', (c) =>
    c.json({ requests: exchange.world.log.list('exotel'), webhooks: exchange.webhooks.deliveries, streams: exchange.streams }),
  )
  app.get('/sandbox/exotel/calls', (c) =>
    c.json({ calls: [...exchange.calls.values()].map((call) => ({ ...callResource(call, 0), Details: callDetails(call) })) }),
  )
  return app
}
