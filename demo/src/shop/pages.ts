import type { Context, Env, Hono } from 'hono'
import { readSite, type SiteFile } from './site.ts'
import { allowedAttributes, escapeHtml, strictPolicy, tagLines } from './tag.ts'

/** Adds the shop at `/` and two bare pages, `/inline` and `/strict-csp`, to an app. */
export function addShop<E extends Env>(app: Hono<E>): void {
  const site = readSite()
  app.get('/', (c) => send(c, site.get('index.html'), shopPolicy(c)))
  app.get('/shop/:file', (c) => (c.req.param('file').endsWith('.html') ? c.notFound() : send(c, site.get(c.req.param('file')))))
  app.get('/inline', (c) => {
    const query = c.req.query()
    const language = query.language ?? 'en'
    const page = barePage({
      title: 'Inline',
      language,
      direction: query.dir ?? (/^(ar|he|fa|ur)\b/.test(language) ? 'rtl' : 'ltr'),
      ...(query.theme && { theme: query.theme }),
      body: `<main class="bare"><h1>Inline</h1>\n${tagLines('', { variant: 'inline', ...allowedAttributes(query) })}\n</main>`,
    })
    return html(c, page, shopPolicy(c))
  })
  app.get('/strict-csp', (c) => {
    const page = barePage({
      title: 'Strict CSP',
      language: 'en',
      direction: 'ltr',
      icon: false, // the policy under test allows no image
      body: `<main class="bare"><h1>Strict CSP</h1>\n${tagLines('', allowedAttributes(c.req.query()))}\n</main>`,
    })
    return html(c, page, strictPolicy(new URL(c.req.url).origin))
  })
}

/** Nothing from elsewhere, nothing inline. Sockets are named because not every browser counts them as 'self'. */
function shopPolicy(c: Context): string {
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

function barePage(o: { title: string; language: string; direction: string; theme?: string; icon?: false; body: string }): string {
  const theme = o.theme === 'light' || o.theme === 'dark' ? ` data-theme="${o.theme}"` : ''
  return `<!doctype html>
<html lang="${escapeHtml(o.language)}" dir="${o.direction === 'rtl' ? 'rtl' : 'ltr'}"${theme}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<title>${escapeHtml(o.title)}</title>
<link rel="stylesheet" href="/shop/bare.css">${o.icon === false ? '' : '\n<link rel="icon" href="/shop/icon.svg" type="image/svg+xml">'}
</head>
<body>
${o.body}
</body>
</html>
`
}

function html(c: Context, page: string, policy: string): Response {
  c.header('Content-Security-Policy', policy)
  return c.html(page)
}

function send(c: Context, file: SiteFile | undefined, policy?: string): Response | Promise<Response> {
  if (!file) return c.notFound()
  if (policy) c.header('Content-Security-Policy', policy)
  c.header('Cache-Control', 'no-cache')
  c.header('ETag', file.etag)
  if (c.req.header('if-none-match') === file.etag) return c.body(null, 304)
  c.header('Content-Type', file.type)
  return c.body(file.body)
}
