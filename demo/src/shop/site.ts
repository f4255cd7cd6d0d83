import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One file of the shop, ready to send. */
export interface SiteFile {
  body: string | Uint8Array<ArrayBuffer>
  type: string
  etag: string
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

const here = fileURLToPath(new URL('.', import.meta.url))

/** Reads the shop's files, drawings put into the page (so that its colours reach them). Keys are file names. */
export function readSite(): Map<string, SiteFile> {
  const site = new Map<string, SiteFile>()
  for (const name of readdirSync(join(here, 'site'))) site.set(name, file(name, readFileSync(join(here, 'site', name), 'utf8')))
  site.set(
    'fraunces.woff2',
    file(
      'fraunces.woff2',
      new Uint8Array(
        readFileSync(fileURLToPath(import.meta.resolve('@fontsource-variable/fraunces/files/fraunces-latin-opsz-normal.woff2'))),
      ),
    ),
  )
  const page = site.get('index.html')
  if (page) site.set('index.html', file('index.html', withDrawings(String(page.body))))
  return site
}

function file(name: string, body: SiteFile['body']): SiteFile {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  return { body, etag, type: TYPES[extname(name)] ?? 'application/octet-stream' }
}

function withDrawings(html: string): string {
  return html.replace(/<!-- art:([a-z-]+) -->/g, (_, name: string) => readFileSync(join(here, 'art', `${name}.svg`), 'utf8').trim())
}
