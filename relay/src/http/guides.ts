import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Marked } from 'marked'
import type { Carrier } from '../carriers/carrier.ts'
import { Problem } from '../protocol/problem.ts'
import { PUBLIC } from './access.ts'
import { type Endpoint, type HttpContext, page } from './endpoint.ts'

/** A carrier's own Markdown as a page: /docs/carriers/<name>, all of them listed at /docs/carriers. No script, nothing from elsewhere. */

const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

interface Guide {
  name: string
  title: string
  /** Its first paragraph, as text. */
  about: string
  body: string
  sections: readonly { id: string; title: string }[]
}

/** @throws when a guide cannot be read: it ships with its carrier */
export function guidePages(carriers: readonly Carrier[]): Endpoint[] {
  const guides = carriers.flatMap(({ guide, name }) => (guide ? [readGuide(name, readFileSync(guide, 'utf8'))] : []))
  const pages = new Map(guides.map((guide) => [guide.name, serve(guidePage(guide))]))
  return [
    page(PUBLIC, '/docs/carriers', serve(listPage(guides))),
    page(PUBLIC, '/docs/carriers/{name}', (c) => {
      const answer = pages.get(c.req.param('name') ?? '')
      if (!answer) throw new Problem('not_found', 'There is no guide for a carrier of this name. /docs/carriers lists all of them.')
      return answer(c)
    }),
  ]
}

function readGuide(name: string, markdown: string): Guide {
  const sections: Guide['sections'][number][] = []
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ depth, text, tokens }) {
        const words = this.parser.parseInline(tokens)
        if (depth !== 2) return `<h${depth}>${words}</h${depth}>\n`
        const id = idOf(text, sections)
        sections.push({ id, title: text.replaceAll('`', '') })
        return `<h2 id="${id}">${words}</h2>\n`
      },
      // A wide table scrolls by itself, not with the page.
      table(token) {
        const row = (cells: typeof token.header, tag: string) =>
          `<tr>${cells.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`
        const head = `<thead>${row(token.header, 'th')}</thead>`
        const rows = token.rows.map((each) => row(each, 'td')).join('')
        return `<div class="wide" tabindex="0" role="region" aria-label="Table"><table>${head}<tbody>${rows}</tbody></table></div>\n`
      },
      code: ({ text }) => `<pre tabindex="0"><code>${escaped(text)}</code></pre>\n`,
      // A guide's text is text: what looks like a tag is shown.
      html: ({ text }) => escaped(text),
    },
  })
  const tokens = marked.lexer(markdown)
  const title = tokens.find((token) => token.type === 'heading' && token.depth === 1)
  const about = tokens.find((token) => token.type === 'paragraph')
  return {
    name,
    title: title && 'text' in title ? String(title.text) : name,
    about: about && 'text' in about ? plain(String(about.text)) : '',
    body: marked.parser(tokens),
    sections,
  }
}

function guidePage({ body, sections, title }: Guide): string {
  const contents = sections.map(({ id, title: words }) => `<a href="#${id}">${escaped(words)}</a>`).join('\n')
  const nav = '<nav aria-label="Documentation"><a href="/docs/carriers">All carriers</a> <a href="/docs">API</a></nav>'
  return shell(
    title,
    `<header>${nav}<nav id="contents" aria-label="On this page">${contents}</nav></header>\n<main class="guide">${body}</main>`,
  )
}

function listPage(guides: readonly Guide[]): string {
  const items = guides
    .map(
      ({ about, name, title }) =>
        `<section><h2><a href="/docs/carriers/${name}">${escaped(title)}</a></h2><p>${escaped(about)}</p></section>`,
    )
    .join('\n')
  const head =
    '<header><h1>Carriers</h1><p>How a number of each is set up, and what can go wrong.</p><nav aria-label="Documentation"><a href="/docs">API</a></nav></header>'
  return shell('Carriers', `${head}\n<main class="guides">${items}</main>`)
}

function shell(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${escaped(title)} · voice-agent</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/docs/docs.css" />
  </head>
  <body>
${body}
  </body>
</html>
`
}

function serve(html: string) {
  const etag = `W/"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"`
  return (c: HttpContext) => {
    c.header('Content-Security-Policy', POLICY)
    c.header('Cache-Control', 'no-cache')
    c.header('ETag', etag)
    return c.req.header('if-none-match') === etag ? c.body(null, 304) : c.html(html)
  }
}

/** `What can go wrong` → `what-can-go-wrong`, once each. */
function idOf(text: string, before: Guide['sections']): string {
  const base =
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'section'
  const taken = before.filter(({ id }) => id === base || id.startsWith(`${base}-`)).length
  return taken === 0 ? base : `${base}-${taken + 1}`
}

const plain = (markdown: string) =>
  markdown
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*_]/g, '')
    .replaceAll(/\s+/g, ' ')
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
