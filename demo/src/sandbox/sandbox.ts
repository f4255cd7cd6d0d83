import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { control } from './control.ts'
import { gemini } from './gemini/index.ts'
import { liveControl } from './gemini-live/index.ts'
import { createLive } from './gemini-live/live.ts'
import { acceptLive } from './gemini-live/upgrade.ts'
import { SANDBOX_KEY } from './key.ts'
import { openai } from './openai/index.ts'
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
  const app = new Hono<SandboxEnv>()
  for (const room of [control, gemini, openai]) app.route('/', room(world))
  app.route('/', liveControl(live))
  const server = await new Promise<Server>((resolve, reject) => {
    const opening = serve({ fetch: app.fetch, port: o.port ?? 0, hostname: '127.0.0.1' }, () => resolve(opening as Server))
    opening.once('error', reject)
  })
  acceptLive(server, live)
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async close() {
      world.release()
      await live.close()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
