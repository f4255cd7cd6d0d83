const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** The two lines for a site's page. */
export const snippetOf = (relay: string, agentId: string): string =>
  `<script type="module" src="${escaped(relay)}/voice-agent.js"></script>\n<voice-agent agent-id="${escaped(agentId)}"></voice-agent>`

const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign)

/** What somebody wrote as their site → its origin; undefined where it is none. `shop.example/about` → `https://shop.example` */
export function originOf(text: string): string | undefined {
  const trimmed = text.trim()
  if (trimmed === '' || /\s/.test(trimmed)) return undefined
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`
  if (!URL.canParse(whole)) return undefined
  const { origin, protocol, hostname } = new URL(whole)
  if (protocol !== 'https:' && protocol !== 'http:') return undefined
  return hostname.includes('.') || hostname === 'localhost' || hostname.startsWith('[') ? origin : undefined
}
