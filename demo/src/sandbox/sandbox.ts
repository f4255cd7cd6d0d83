import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { control } from './control.ts'
import { EXOTEL_ACCOUNT } from './exotel/account.ts'
import { exotelControl } from './exotel/control.ts'
import { Exchange as Exotel } from './exotel/exchange.ts'
import { exotelRest } from './exotel/rest.ts'
import { gemini } from './gemini/index.ts'
import { liveControl } from './gemini-live/index.ts'
import { createLive } from './gemini-live/live.ts'
import { liveUpgrade } from './gemini-live/upgrade.ts'
import { JIOCX_ACCOUNT } from './jiocx/account.ts'
import { jiocxControl } from './jiocx/control.ts'
import { Exchange as Jiocx } from './jiocx/exchange.ts'
import { jiocxRest } from './jiocx/rest.ts'
import { SANDBOX_KEY } from './key.ts'
import { openai } from './openai/index.ts'
import { OPTIMA_ACCOUNT } from './optima/account.ts'
import { optimaControl } from './optima/control.ts'
import { Exchange as Optima } from './optima/exchange.ts'
import { optimaNative } from './optima/native.ts'
import { optimaRest } from './optima/rest.ts'
import { optimaSocketIo } from './optima/socket-io.ts'
import { phoneControl } from './phones/control.ts'
import { Handsets } from './phones/handsets.ts'
import { handsetsUpgrade } from './phones/handsets-upgrade.ts'
import { Network } from './phones/network.ts'
import { TWILIO_ACCOUNT } from './twilio/account.ts'
import { twilioControl } from './twilio/control.ts'
import { Exchange } from './twilio/exchange.ts'
import { twilioRest } from './twilio/rest.ts'
import { acceptUpgrades } from './upgrades.ts'
import { createWorld, type SandboxEnv } from './world.ts'

export interface Sandbox {
  port: number
  url: string
  close(): Promise<void>
}

/** Opens all services on one loopback port (0: any free one). Rejects when the port is taken. */
export async function openSandbox(o: { port?: number; key?: string } = {}): Promise<Sandbox> {
  const world = createWorld(o.key ?? SANDBOX_KEY)
  const live = createLive(world)
  const network = new Network(live.speech)
  const handsets = new Handsets(
    network,
    { number: TWILIO_ACCOUNT.phoneNumber, name: 'The shop', carrier: 'Twilio', answers: true },
    { number: EXOTEL_ACCOUNT.phoneNumber, name: 'The shop', carrier: 'Exotel', answers: true },
    { number: OPTIMA_ACCOUNT.phoneNumber, name: 'The shop', carrier: 'Optima', answers: true },
    { number: JIOCX_ACCOUNT.phoneNumber, name: 'The shop', carrier: 'JioCX', answers: false },
  )
  let address = ''
  const exchange = new Exchange(
    world,
    network,
    () => address,
    ({ number, ...message }) => handsets.pass(number, message),
  )
  const exotel = new Exotel(
    world,
    network,
    () => address,
    ({ number, ...message }) => handsets.pass(number, message),
  )
  const jiocx = new Jiocx(world, network, ({ number, ...message }) => handsets.pass(number, message))
  const optima = new Optima(world, network, ({ number, ...message }) => handsets.pass(number, message))
  const optimaSockets = optimaSocketIo(optima)
  // What carriers would still say of calls that are cut is not said.
  world.onReset(() => exchange.reset())
  world.onReset(() => exotel.reset())
  world.onReset(() => jiocx.reset())
  world.onReset(() => optima.reset())
  world.onReset(() => network.reset())
  world.onReset(() => handsets.reset())
  const app = new Hono<SandboxEnv>()
  // Before OpenAI's, which answers for all else under /v1.
  for (const room of [
    exotelControl(exotel),
    exotelRest(exotel),
    jiocxControl(jiocx),
    jiocxRest(jiocx),
    optimaControl(optima),
    optimaRest(optima),
  ])
    app.route('/', room)
  for (const room of [control, gemini, openai]) app.route('/', room(world))
  for (const room of [liveControl(live), phoneControl(network, handsets), twilioControl(exchange), twilioRest(exchange)])
    app.route('/', room)
  const server = await new Promise<Server>((resolve, reject) => {
    const opening = serve({ fetch: app.fetch, port: o.port ?? 0, hostname: '127.0.0.1' }, () => resolve(opening as Server))
    opening.once('error', reject)
  })
  acceptUpgrades(server, [liveUpgrade(live), handsetsUpgrade(handsets), optimaSockets.upgrade, optimaNative(optima)])
  const { port } = server.address() as AddressInfo
  address = `http://127.0.0.1:${port}`
  return {
    port,
    url: address,
    async close() {
      world.release()
      exchange.reset()
      exotel.reset()
      jiocx.reset()
      optima.reset()
      await optimaSockets.close()
      network.close()
      handsets.close()
      await live.close()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
