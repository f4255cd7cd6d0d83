import { fileURLToPath } from 'node:url'
import { Problem } from '../protocol/problem.ts'
import { PUBLIC } from './access.ts'
import { type Endpoint, type HttpContext, page } from './endpoint.ts'
import { readFolder, type StaticFolder, serveFile } from './static.ts'

/** The relay's own pages: the console, made with the widget, and the API's reference. Nothing inline, nothing from elsewhere. */

const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self' blob:; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'"

/** The console talks to Twilio itself where an operator joins a call whose sound is there. */
const TWILIO = 'https://*.twilio.com wss://*.twilio.com'
const CONSOLE_POLICY = PAGE_POLICY.replace("connect-src 'self'", `connect-src 'self' ${TWILIO}`)

/**
 * `framedBy`: the origins whose pages may show the console in a frame of theirs; no other page of ours may be framed at all.
 * `widget`: what the widget's build left, the console among it.
 */
export function ownPages(o: { framedBy: readonly string[]; widget: StaticFolder }): Endpoint[] {
  return [
    ...consolePages(o.widget, framed(CONSOLE_POLICY, o.framedBy)),
    ...pagesIn('/docs', readFolder(fileURLToPath(new URL('./docs/', import.meta.url))), framed(PAGE_POLICY, [])),
    page(PUBLIC, '/ai-calls', toConsole),
    page(PUBLIC, '/ai-calls/*', toConsole),
  ]
}

/** The guide's addresses, where the console has a page of that name. */
const toConsole = (c: HttpContext) => {
  const name = /^\/ai-calls\/(active|history|settings)\/?$/.exec(c.req.path)?.[1]
  return c.redirect(name ? `/console#/${name}` : '/console', 302)
}

/** What a page of ours may load and do, and who may frame it. */
function framed(policy: string, framedBy: readonly string[]): string {
  return `${policy}; frame-ancestors ${framedBy.length === 0 ? "'none'" : framedBy.join(' ')}`
}

const FOREVER = 'public, max-age=31536000, immutable'

/** The console's page, its loader for owners' own pages at /voice-console.js, and its chunks, which any page may load. */
function consolePages(widget: StaticFolder, policy: string): Endpoint[] {
  const open = (c: HttpContext, path: string, cache: string) => {
    c.header('Cross-Origin-Resource-Policy', 'cross-origin')
    const file = widget.get(path)
    if (!file) throw new Problem('not_found', widget.size === 0 ? 'The console is not built: run npm run build.' : 'There is no such file.')
    return serveFile(c, file, cache)
  }
  return [
    page(PUBLIC, '/console', (c) => {
      c.header('Content-Security-Policy', policy)
      return open(c, 'console/index.html', 'no-cache')
    }),
    page(PUBLIC, '/voice-console.js', (c) => open(c, 'voice-console.js', 'public, no-cache')),
    page(PUBLIC, '/console/{file}', (c) => {
      const name = c.req.param('file') ?? ''
      return open(c, `console/${name}`, /-[\w-]{8}\.js$/.test(name) ? FOREVER : 'no-cache')
    }),
  ]
}

function pagesIn(base: string, folder: StaticFolder, policy: string): Endpoint[] {
  const open = (c: HttpContext, name: string) => {
    const file = folder.get(name)
    if (!file) throw new Problem('not_found', 'There is no such page.')
    c.header('Content-Security-Policy', policy)
    return serveFile(c, file, 'no-cache')
  }
  return [page(PUBLIC, base, (c) => open(c, 'index.html')), page(PUBLIC, `${base}/{file}`, (c) => open(c, c.req.param('file') ?? ''))]
}
