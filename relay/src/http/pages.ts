import { fileURLToPath } from 'node:url'
import { Problem } from '../protocol/problem.ts'
import { PUBLIC } from './access.ts'
import { type Endpoint, type HttpContext, page } from './endpoint.ts'
import { readFolder, type StaticFolder, serveFile } from './static.ts'

/** The relay's own pages: the console and the API's reference. Nothing inline, nothing from elsewhere. */

const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self' blob:; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'"

/** `framedBy`: the origins whose pages may show the console in a frame of theirs; no other page of ours may be framed at all. */
export function ownPages(o: { framedBy: readonly string[] }): Endpoint[] {
  return [
    ...pagesIn('/console', readFolder(fileURLToPath(new URL('./console/', import.meta.url))), policyFor(o.framedBy)),
    ...pagesIn('/docs', readFolder(fileURLToPath(new URL('./docs/', import.meta.url))), policyFor([])),
    page(PUBLIC, '/ai-calls', toConsole),
    page(PUBLIC, '/ai-calls/*', toConsole),
  ]
}

const toConsole = (c: HttpContext) => c.redirect('/console', 302)

/** What a page of ours may load and do, and who may frame it. */
function policyFor(framedBy: readonly string[]): string {
  return `${PAGE_POLICY}; frame-ancestors ${framedBy.length === 0 ? "'none'" : framedBy.join(' ')}`
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
