import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { z } from 'zod'
import { Problem } from '../protocol/problem.ts'
import { PUBLIC } from './access.ts'
import { type Endpoint, type HttpContext, page } from './endpoint.ts'

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
}
/** Smaller first; used when the build left them beside the file. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

interface StaticFile {
  bytes: Uint8Array<ArrayBuffer>
  etag: string
  type: string
  packed: { encoding: string; bytes: Uint8Array<ArrayBuffer> }[]
}

/** A folder of small files, read once: nothing else of the disk can be asked for. Empty when the folder is missing. */
export type StaticFolder = ReadonlyMap<string, StaticFile>

export function readFolder(dir: string): StaticFolder {
  const raw = new Map<string, Uint8Array<ArrayBuffer>>()
  for (const entry of listFiles(dir)) raw.set(relative(dir, entry).split(sep).join('/'), new Uint8Array(readFileSync(entry)))
  const files = new Map<string, StaticFile>()
  for (const [path, bytes] of raw) {
    files.set(path, {
      bytes,
      etag: `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
      type: TYPES[extname(path)] ?? 'application/octet-stream',
      packed: ENCODINGS.flatMap(([encoding, ending]) => {
        const packed = raw.get(path + ending)
        return packed ? [{ encoding, bytes: packed }] : []
      }),
    })
  }
  return files
}

function listFiles(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

const FOREVER = 'public, max-age=31536000, immutable'
const ASK_AGAIN = 'public, no-cache'

/** One file, in the smallest form the reader takes; 304 when they have it. */
export function serveFile(c: HttpContext, file: StaticFile, cache: string): Response {
  c.header('Cache-Control', cache)
  c.header('ETag', file.etag)
  c.header('Vary', 'Accept-Encoding')
  if (c.req.header('if-none-match')?.split(/,\s*/).includes(file.etag)) return c.body(null, 304)
  const accepted = (c.req.header('accept-encoding') ?? '')
    .split(',')
    .filter((each) => !/;\s*q=0(\.0*)?\s*$/.test(each))
    .map((each) => each.trim().split(';')[0])
  const packed = file.packed.find((each) => accepted.includes(each.encoding))
  if (packed) c.header('Content-Encoding', packed.encoding)
  c.header('Content-Type', file.type)
  return c.body(packed?.bytes ?? file.bytes)
}

const Manifest = z.object({ version: z.string().regex(/^[0-9A-Za-z.+-]{1,64}$/) })

function versionOf(folder: StaticFolder): string | undefined {
  const manifest = folder.get('manifest.json')
  return manifest && Manifest.parse(JSON.parse(Buffer.from(manifest.bytes).toString())).version
}

/**
 * The widget: its shell at /voice-agent.js and, for ever, at /voice-agent@VERSION.js; everything it loads under /assets/.
 * Any page may load them.
 */
export function widgetFiles(folder: StaticFolder): Endpoint[] {
  const version = versionOf(folder)
  const open = (c: HttpContext, path: string, cache: string) => {
    c.header('Cross-Origin-Resource-Policy', 'cross-origin')
    const file = folder.get(path)
    if (!file) throw new Problem('not_found', folder.size === 0 ? 'The widget is not built: run npm run build.' : 'There is no such file.')
    return serveFile(c, file, cache)
  }
  return [
    page(PUBLIC, '/voice-agent.js', (c) => open(c, 'voice-agent.js', ASK_AGAIN)),
    ...(version ? [page(PUBLIC, `/voice-agent@${version}.js`, (c) => open(c, 'voice-agent.js', FOREVER))] : []),
    page(PUBLIC, '/assets/{file}', (c) => open(c, `assets/${c.req.param('file') ?? ''}`, FOREVER)),
  ]
}
