import { Hono } from 'hono'
import { z } from 'zod'
import { reachable } from '../carriers/loopback.ts'
import type { SandboxEnv } from '../world.ts'
import type { Exchange } from './exchange.ts'
import { callResource } from './resources.ts'
import { TwilioSettings } from './settings.ts'

const NumberOrder = z.strictObject({
  phoneNumber: z.string().regex(/^\+[1-9]\d{6,14}$/),
  voiceUrl: z.string(),
  voiceMethod: z.enum(['GET', 'POST']).default('POST'),
  voiceFallbackUrl: z.string().optional(),
  statusCallback: z.string().optional(),
  statusCallbackMethod: z.enum(['GET', 'POST']).default('POST'),
})

/** How tests steer Twilio, and what they may look at. Numbers stay at a reset, as they would in an account. */
export function twilioControl(exchange: Exchange): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.get('/sandbox/twilio/numbers', (c) => c.json({ numbers: [...exchange.numbers.values()] }))
  app.post('/sandbox/twilio/numbers', async (c) => {
    const order = NumberOrder.safeParse(await c.req.json().catch(() => undefined))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    const { voiceUrl, voiceFallbackUrl, statusCallback } = order.data
    for (const url of [voiceUrl, voiceFallbackUrl, statusCallback]) {
      const trouble = url === undefined ? undefined : unreachable(url, exchange.settings())
      if (trouble !== undefined) return c.json({ errors: [{ message: trouble }] }, 400)
    }
    exchange.configure(order.data)
    return c.json(order.data, 201)
  })
  app.get('/sandbox/twilio/settings', (c) => c.json(exchange.settings()))
  app.post('/sandbox/twilio/settings', async (c) => {
    const order = TwilioSettings.partial().safeParse(await c.req.json().catch(() => undefined))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    exchange.current = TwilioSettings.parse({ ...exchange.current, ...order.data })
    return c.json(exchange.current)
  })
  app.get('/sandbox/twilio/requests', (c) =>
    c.json({
      requests: exchange.world.log.list('twilio'),
      webhooks: exchange.webhooks.deliveries,
      streams: exchange.streams,
      relays: exchange.relays,
    }),
  )
  app.get('/sandbox/twilio/calls', (c) => c.json({ calls: [...exchange.calls.values()].map(callResource) }))
  return app
}

function unreachable(url: string, { reach }: TwilioSettings): string | undefined {
  try {
    reachable(url, reach)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
