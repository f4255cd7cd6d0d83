import type { PublicAgent } from '@voice-agent/relay/protocol'

/** Agents of the fake relay, by the first word of their id: `terms-7` is `terms`, so that tests do not share calls. */

const TERMS =
  'An AI agent answers. What you say and write is sent to the shop, kept for 30 days to help with your question, and then erased. You can ask for it to be erased sooner.\n\nDo not give card numbers or passwords. You can hang up at any time.'

const plain: Omit<PublicAgent, 'id'> = {
  name: 'Mira from Fernleaf',
  greeting: 'Hello, this is Mira. How can I help you?',
  languages: ['en', 'hi'],
  modes: ['talk'],
  disclosure: 'You are talking with an AI agent.',
  callbackCountries: [],
  keyMenu: [],
  browserRecognition: 'off',
  understandsSpeech: true,
}

const AGENTS: Record<string, Partial<PublicAgent>> = {
  demo: {
    keyMenu: [
      { digit: '1', label: 'Opening hours' },
      { digit: '2', label: 'Delivery' },
      { digit: '3', label: 'Returns' },
      { digit: '0', label: 'A person' },
    ],
  },
  terms: { terms: { text: TERMS, version: '1', url: 'https://example.com/terms' } },
  newterms: { terms: { text: TERMS, version: '2' } },
  raw: { languages: ['en'] },
  reads: { understandsSpeech: false },
  local: { understandsSpeech: false, browserRecognition: 'on-device' },
  remote: { understandsSpeech: false, browserRecognition: 'allowed' },
  hears: { browserRecognition: 'allowed' },
  both: { modes: ['talk', 'call-me'], callbackCountries: ['US', 'IN', 'GB'] },
  phone: { modes: ['call-me'], callbackCountries: ['US', 'IN'] },
  phoneterms: { modes: ['call-me'], callbackCountries: ['US'], terms: { text: TERMS, version: '1', url: 'https://example.com/terms' } },
  captcha: { modes: ['call-me'], callbackCountries: ['US'], captcha: { provider: 'turnstile', siteKey: 'site' } },
}

/** How opening a call is refused. */
const REFUSALS: Record<string, { status: number; code: string; retryAfter?: number }> = {
  foreign: { status: 403, code: 'forbidden_origin' },
  limited: { status: 429, code: 'rate_limited', retryAfter: 2 },
  down: { status: 503, code: 'provider_unavailable' },
  broken: { status: 500, code: 'internal' },
}

const kindOf = (id: string) => id.split('-')[0] ?? ''

export function agentOf(id: string): PublicAgent | undefined {
  const kind = kindOf(id)
  return kind === 'missing' ? undefined : { ...plain, ...AGENTS[kind], id }
}

export const refusalOf = (id: string) => REFUSALS[kindOf(id)]
export const isLively = (id: string): boolean => ['demo', 'terms', 'newterms', 'private'].includes(kindOf(id))
export const wantsToken = (id: string): boolean => kindOf(id) === 'private'
export const isSlow = (id: string): boolean => kindOf(id) === 'slow'
