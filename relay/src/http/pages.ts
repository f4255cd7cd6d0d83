import { fileURLToPath } from 'node:url'
import { Problem } from '../protocol/problem.ts'
import { PUBLIC } from './access.ts'
import { type Endpoint, type HttpContext, page } from './endpoint.ts'
import { readFolder, type StaticFolder, serveFile } from './static.ts'

/** The relay's own pages: the console and the API's reference. Nothing inline, nothing from elsewhere. */

const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"

export function ownPages(): Endpoint[] {
  return [
    ...pagesIn('/console', readFolder(fileURLToPath(new URL('./console/', import.meta.url)))),
    ...pagesIn('/docs', readFolder(fileURLToPath(new URL('./docs/', import.meta.url)))),
    page(PUBLIC, '/ai-calls', toConsole),
    page(PUBLIC, '/ai-calls/*', toConsole),
  ]
}

const toConsole = (c: HttpContext) => c.redirect('/console', 302)

function pagesIn(base: string, folder: StaticFolder): Endpoint[] {
  const open = (c: HttpContext, name: string) => {
    const file = folder.get(name)
    if (!file) throw new Problem('not_found', 'There is no such page.')
    c.header('Content-Security-Policy', PAGE_POLICY)
    return serveFile(c, file, 'no-cache')
  }
  return [page(PUBLIC, base, (c) => open(c, 'index.html')), page(PUBLIC, `${base}/{file}`, (c) => open(c, c.req.param('file') ?? ''))]
}
