import { Hono } from 'hono'
import { z } from 'zod'
import { CloseCode } from '../faults.ts'
import { VOICE_NAMES } from '../speech/flite.ts'
import type { SandboxEnv } from '../world.ts'
import type { Live } from './live.ts'
import { LiveSettings } from './live-settings.ts'
import type { LiveSession } from './session.ts'
import { shown } from './session-record.ts'

const session = z.string().optional()
/** What happens at once to sessions that are open: to one, or to all. */
const NowOrder = z.discriminatedUnion('do', [
  z.object({ do: z.literal('drop'), session }),
  z.object({ do: z.literal('stall'), session, forMs: z.int().min(0).optional() }),
  z.object({ do: z.literal('go-away'), session, timeLeftMs: z.int().min(0).default(5000) }),
  z.object({
    do: z.literal('close'),
    session,
    code: CloseCode.default(1011),
    reason: z.string().max(123).default('Internal error encountered.'),
  }),
  z.object({ do: z.literal('garbage'), session }),
])
type NowOrder = z.infer<typeof NowOrder>

const Phrases = z.object({
  phrases: z.array(z.string().min(1).max(500)).min(1).max(500),
  /** In whose voices the recordings are made now rather than when they are first needed. */
  voices: z.array(z.enum(VOICE_NAMES)).default(['slt']),
})

/** How tests steer Gemini Live, beside the orders of `/sandbox/faults`. */
export function liveControl(live: Live): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.get('/sandbox/gemini-live/sessions', (c) => c.json({ sessions: live.records.map(shown) }))
  app.get('/sandbox/gemini-live/sessions/:id/audio', (c) => {
    const found = live.records.find(({ id }) => id === c.req.param('id'))
    if (!found) return c.json({ errors: [{ message: 'no such session' }] }, 404)
    return c.body(found.audio.wav(), 200, { 'Content-Type': 'audio/wav' })
  })
  app.get('/sandbox/gemini-live/settings', (c) => c.json(live.settings))
  app.post('/sandbox/gemini-live/settings', async (c) => {
    const order = LiveSettings.partial().safeParse(await c.req.json().catch(() => undefined))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    live.settings = LiveSettings.parse({ ...live.settings, ...order.data })
    return c.json(live.settings)
  })
  app.post('/sandbox/gemini-live/phrases', async (c) => {
    const order = Phrases.safeParse(await c.req.json().catch(() => undefined))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    await live.speech.learn(order.data.phrases, order.data.voices)
    return c.json({ phrases: order.data.phrases }, 201)
  })
  app.post('/sandbox/gemini-live/now', async (c) => {
    const order = NowOrder.safeParse(await c.req.json().catch(() => undefined))
    if (!order.success) return c.json({ errors: order.error.issues }, 400)
    const meant = [...live.open].filter(({ record }) => order.data.session === undefined || record.id === order.data.session)
    for (const each of meant) act(each, order.data)
    return c.json({ sessions: meant.map(({ record }) => record.id) })
  })
  return app
}

function act(each: LiveSession, order: NowOrder): void {
  if (order.do === 'drop') each.drop()
  else if (order.do === 'stall') each.stall(order.forMs)
  else if (order.do === 'go-away') each.goAway(order.timeLeftMs)
  else if (order.do === 'close') each.close(order.code, order.reason)
  else each.garbage()
}
