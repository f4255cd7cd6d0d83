import { Hono } from 'hono'
import { z } from 'zod'
import { FaultOrder } from './faults.ts'
import type { SandboxEnv, World } from './world.ts'

const PaceOrder = z.object({ firstWordMs: z.int().min(0).max(60_000), wordMs: z.int().min(0).max(60_000) }).partial()

/** How tests steer the sandbox. Not part of any vendor's protocol. */
export function control(world: World): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.get('/sandbox/faults', (c) => c.json({ faults: world.faults.list() }))
  app.post('/sandbox/faults', async (c) => {
    const order = FaultOrder.safeParse(await c.req.json().catch(() => undefined))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    world.faults.add(order.data)
    return c.json(order.data, 201)
  })
  app.post('/sandbox/pace', async (c) => {
    const pace = PaceOrder.safeParse(await c.req.json().catch(() => undefined))
    if (!pace.success) return c.json({ errors: pace.error.issues }, 400)
    const { firstWordMs = world.pace.firstWordMs, wordMs = world.pace.wordMs } = pace.data
    world.pace = { firstWordMs, wordMs }
    return c.json(world.pace)
  })
  app.post('/sandbox/release', (c) => {
    world.release()
    return c.body(null, 204)
  })
  app.get('/sandbox/requests', (c) => c.json({ requests: world.log.list(c.req.query('service')) }))
  app.post('/sandbox/reset', (c) => {
    world.reset()
    return c.body(null, 204)
  })
  return app
}
