/** The tag as an owner pastes it, for pages that are made per request. */

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (letter) => ESCAPES[letter] ?? letter)

/** What a test page's query may set on the tag. */
const ALLOWED = new Set([
  'agent-id',
  'mode',
  'variant',
  'placement',
  'language',
  'theme',
  'default-open',
  'dismissible',
  'text-only',
  'dynamic-variables',
  'user-id',
  'terms-key',
  'start-muted',
  'preload',
  'transport',
])

export function allowedAttributes(query: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter(([name]) => ALLOWED.has(name)))
}

/** The two lines. `relay` is empty on the relay's own pages. */
export function tagLines(relay: string, attributes: Record<string, string> = {}): string {
  const all = Object.entries({ 'agent-id': 'demo', ...attributes }).map(([name, value]) => ` ${name}="${escapeHtml(value)}"`)
  return `<script type="module" src="${escapeHtml(relay)}/voice-agent.js"></script>\n<voice-agent${all.join('')}></voice-agent>`
}

export const strictPolicy = (relay: string): string =>
  `default-src 'none'; script-src ${relay}; style-src 'self'; connect-src ${relay} ${relay.replace(/^http/, 'ws')}; require-trusted-types-for 'script'`
