import { Hono } from 'hono'
import { z } from 'zod'
import { reachable } from '../carriers/loopback.ts'
import { Script, ScriptStep } from '../phones/script.ts'
import type { SandboxEnv } from '../world.ts'
import { readClientToken } from './client-token.ts'
import { TwilioError } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { callResource, conferenceResource, participantResource } from './resources.ts'
import { TwilioSettings } from './settings.ts'

const NumberOrder = z.strictObject({
  phoneNumber: z.string().regex(/^\+[1-9]\d{6,14}$/),
  voiceUrl: z.string(),
  voiceMethod: z.enum(['GET', 'POST']).default('POST'),
  voiceFallbackUrl: z.string().optional(),
  statusCallback: z.string().optional(),
  statusCallbackMethod: z.enum(['GET', 'POST']).default('POST'),
})

/** A page's kit connects: its token, its parameters, and the Voice URL of the app that the token names. */
const ClientOrder = z.strictObject({
  accessToken: z.string(),
  params: z.record(z.string(), z.string()).default({}),
  voiceUrl: z.string(),
  says: z.array(ScriptStep).default([]),
  hangsUpAfterMs: z.int().min(0).optional(),
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
  app.post('/sandbox/twilio/clients', async (c) => {
    const order = ClientOrder.safeParse(await c.req.json().catch(() => undefined))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    const { accessToken, params, voiceUrl, ...says } = order.data
    try {
      const { identity } = readClientToken(accessToken)
      // A page has no number of its own.
      const script = Script.parse({ number: '+15005550000', ...says })
      return c.json(exchange.connectClient({ identity, parameters: params, voiceUrl, script }).record.toJSON(), 201)
    } catch (error) {
      if (!(error instanceof TwilioError)) throw error
      return c.json(error.body, error.status as 401)
    }
  })
  app.get('/sandbox/twilio/conferences', (c) =>
    c.json({
      conferences: exchange.conferences.all.map((each) => ({
        ...conferenceResource(each),
        participants: each.participants.map((who) => participantResource(each, who)),
        past: each.past.map((who) => participantResource(each, who)),
      })),
    }),
  )
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
