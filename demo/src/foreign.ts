import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { allowedAttributes, strictPolicy, tagLines } from './shop/tag.ts'

/** Somebody else's site, for tests: a page on a port of its own with the tag of a relay on another. */
export interface ForeignSite {
  /** `http://localhost:PORT`, what an agent has to list. */
  origin: string
  close(): Promise<void>
}

/** Pages: `/` plain, `/strict` under the strict policy, `/twice` with the script tag pasted twice. The query sets attributes. */
export async function openForeignSite(o: { relayUrl: string; host?: string }): Promise<ForeignSite> {
  const app = new Hono()
  const page = (body: string) =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Elsewhere</title></head><body><main><h1>Elsewhere</h1>\n${body}\n</main></body></html>`
  app.get('/', (c) => c.html(page(tagLines(o.relayUrl, allowedAttributes(c.req.query())))))
  app.get('/strict', (c) => {
    c.header('Content-Security-Policy', strictPolicy(o.relayUrl))
    return c.html(page(tagLines(o.relayUrl, allowedAttributes(c.req.query()))))
  })
  app.get('/twice', (c) => {
    const lines = tagLines(o.relayUrl, allowedAttributes(c.req.query()))
    return c.html(page(`${lines.split('\n')[0]}\n${lines}`))
  })
  const host = o.host ?? 'localhost'
  const server = await new Promise<Server>((resolve, reject) => {
    const opening = serve({ fetch: app.fetch, port: 0, hostname: host }, () => resolve(opening as Server))
    opening.once('error', reject)
  })
  return {
    origin: `http://${host}:${(server.address() as AddressInfo).port}`,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}
