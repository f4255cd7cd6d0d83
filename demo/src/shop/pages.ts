import type { Context, Env, Hono } from 'hono'
import { ownPolicy, sendFile, siteFile } from '../site-files.ts'
import { readSite } from './site.ts'
import { allowedAttributes, escapeHtml, strictPolicy, tagLines } from './tag.ts'

/** A carrier that can be chosen for who asks to be called. */
export interface CarrierChoice {
  readonly name: string
  readonly title: string
}

/** Adds the shop at `/` and two bare pages, `/inline` and `/strict-csp`, to an app. */
export function addShop<E extends Env>(app: Hono<E>, o: { carriers?: readonly CarrierChoice[] } = {}): void {
  const site = readSite()
  const index = String(site.get('index.html')?.body)
  const options = (o.carriers ?? []).map(({ name, title }) => `<option value="${escapeHtml(name)}">${escapeHtml(title)}</option>`)
  site.set('index.html', siteFile('index.html', index.replace('<!-- carriers -->', options.join(''))))
  app.get('/', (c) => sendFile(c, site.get('index.html'), ownPolicy(c)))
  app.get('/shop/:file', (c) => (c.req.param('file').endsWith('.html') ? c.notFound() : sendFile(c, site.get(c.req.param('file')))))
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
    return html(c, page, ownPolicy(c))
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
