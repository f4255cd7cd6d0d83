import { Hono } from 'hono'
import { z } from 'zod'
import type { SandboxEnv } from '../world.ts'
import type { Handsets } from './handsets.ts'
import type { Network } from './network.ts'
import { PhoneNumber, Script, ScriptStep } from './script.ts'
import { ScriptedPhone } from './scripted-phone.ts'

const Dial = z.strictObject({
  from: PhoneNumber,
  to: PhoneNumber,
  says: z.array(ScriptStep).optional(),
  hangsUpAfterMs: z.int().min(0).optional(),
})
const Act = z.union([ScriptStep, z.strictObject({ do: z.enum(['hang-up', 'drop', 'answer', 'decline']) })])

/** How tests steer the phones, and learn what was heard. */
export function phoneControl(network: Network, handsets: Handsets): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  const find = (id: string) => network.calls.find((call) => call.id === id || call.record.carrierCallId === id)
  app.get('/handsets.json', (c) => c.json(handsets.hello()))
  app.post('/sandbox/phones/engine', async (c) => {
    const order = z.strictObject({ engine: z.enum(['keys', 'speech']) }).safeParse(await c.req.json().catch(() => undefined))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    handsets.engine = order.data.engine
    return c.json(order.data)
  })
  app.post('/sandbox/phones/scripts', async (c) => {
    const order = Script.safeParse(await c.req.json().catch(() => undefined))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    network.scripts.add(order.data)
    return c.json(order.data, 201)
  })
  app.post('/sandbox/phones/dial', async (c) => {
    const order = Dial.safeParse(await c.req.json().catch(() => undefined))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    return c.json(network.dialScripted(order.data).record.toJSON(), 201)
  })
  app.get('/sandbox/phones/calls', (c) => {
    const number = c.req.query('number')
    return c.json({ calls: network.calls.map(({ record }) => record).filter((record) => !number || record.number === number) })
  })
  app.get('/sandbox/phones/calls/:id', (c) => {
    const call = find(c.req.param('id'))
    return call ? c.json(call.record) : c.json({ errors: [{ message: 'no such call' }] }, 404)
  })
  app.get('/sandbox/phones/calls/:id/audio', (c) => {
    const call = find(c.req.param('id'))
    if (!call) return c.json({ errors: [{ message: 'no such call' }] }, 404)
    const side = c.req.query('side') === 'said' ? call.record.said : call.record.heard
    return c.body(side.wav(), 200, { 'Content-Type': 'audio/wav' })
  })
  app.post('/sandbox/phones/calls/:id/act', async (c) => {
    const call = find(c.req.param('id'))
    const order = Act.safeParse(await c.req.json().catch(() => undefined))
    if (!call) return c.json({ errors: [{ message: 'no such call' }] }, 404)
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    if ('do' in order.data) {
      if (order.data.do === 'hang-up') call.hangUp('phone')
      else call.happens(order.data.do, order.data.do === 'drop' ? 'network' : 'phone')
    } else if (call.phone instanceof ScriptedPhone) {
      const trouble = await call.phone.act(call, order.data).catch((error: unknown) => String(error))
      if (trouble !== undefined) return c.json({ errors: [{ message: trouble }] }, 400)
    } else return c.json({ errors: [{ message: 'that phone has no script: it is on a page' }] }, 409)
    return c.json(call.record)
  })
  return app
}
