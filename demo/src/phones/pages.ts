import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Env, Hono } from 'hono'
import { ownPolicy, readSiteFolder, sendFile, siteFile } from '../site-files.ts'

const SITE = join(fileURLToPath(new URL('.', import.meta.url)), 'site')
const UNDERSTANDS = 'data-understands="keys"'

/** What the agent understands over a phone; the page says so. */
export type Understands = 'keys' | 'speech'

/** Adds the sandbox phones at `/phone` to an app. */
export function addPhones<E extends Env>(app: Hono<E>, o: { understands: Understands }): void {
  const site = readSiteFolder(SITE)
  const page = String(site.get('index.html')?.body)
  site.set('index.html', siteFile('index.html', page.replace(UNDERSTANDS, `data-understands="${o.understands}"`)))
  app.get('/phone', (c) => sendFile(c, site.get('index.html'), ownPolicy(c)))
  app.get('/phone/:path{.+}', (c) => {
    const path = c.req.param('path')
    return path.endsWith('.html') ? c.notFound() : sendFile(c, site.get(path))
  })
}
