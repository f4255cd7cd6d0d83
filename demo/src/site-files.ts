import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Context } from 'hono'

/** One file of a demo page, ready to send. */
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

export function siteFile(name: string, body: SiteFile['body']): SiteFile {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  return { body, etag, type: TYPES[extname(name)] ?? 'application/octet-stream' }
}

/** Every file of a folder that a browser may have, by its path with `/`. */
export function readSiteFolder(folder: string): Map<string, SiteFile> {
  const site = new Map<string, SiteFile>()
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !(extname(entry.name) in TYPES)) continue
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(folder.length).replaceAll('\\', '/').replace(/^\//, '')
    site.set(name, siteFile(name, readFileSync(path, 'utf8')))
  }
  return site
}

/** Asked for again each time, and answered 304 when it is the same. */
export function sendFile(c: Context, file: SiteFile | undefined, policy?: string): Response | Promise<Response> {
  if (!file) return c.notFound()
  if (policy) c.header('Content-Security-Policy', policy)
  c.header('Cache-Control', 'no-cache')
  c.header('ETag', file.etag)
  if (c.req.header('if-none-match') === file.etag) return c.body(null, 304)
  c.header('Content-Type', file.type)
  return c.body(file.body)
}

/** Nothing from elsewhere, nothing inline. Sockets are named because not every browser counts them as 'self'. */
export function ownPolicy(c: Context): string {
  const { host } = new URL(c.req.url)
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ws://${host} wss://${host}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')
}
