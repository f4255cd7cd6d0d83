import { adminPassword, type RelayProcess } from './relay-process.ts'

/** The operators' side over HTTP. */

export interface Answer<T = Record<string, unknown>> {
  status: number
  headers: Headers
  body: T
}

export interface Operator {
  readonly token: string
  /** Sends JSON with the operator's token. A body that is no JSON is given as text under `text`. */
  ask<T = Record<string, unknown>>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>>
}

export async function ask<T = Record<string, unknown>>(
  url: string,
  method: string,
  path: string,
  o: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer<T>> {
  const response = await fetch(url + path, {
    method,
    redirect: 'manual',
    // On a busy machine a kept connection may be closed there in the moment that it is used here.
    headers: { Connection: 'close', ...(o.body === undefined ? {} : { 'Content-Type': 'application/json' }), ...o.headers },
    ...(o.body === undefined ? {} : { body: typeof o.body === 'string' ? o.body : JSON.stringify(o.body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: parse(text) as T }
}

function parse(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return { text }
  }
}

const DEMO_ADMIN = 'admin@localhost.localdomain'

/** Signs the first admin in. */
export async function signIn(relay: RelayProcess, who: { email?: string; password?: string } = {}): Promise<Operator> {
  const email = who.email ?? (relay.sandboxUrl ? DEMO_ADMIN : 'admin@example.com')
  const body = { email, password: who.password ?? adminPassword(relay.dataDir) }
  const answer = await ask<{ tokens: { access: string } }>(relay.url, 'POST', '/api/auth/login', { body })
  if (answer.status !== 200) throw new Error(`signing in answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  const token = answer.body.tokens.access
  return {
    token,
    ask: (method, path, sent, headers = {}) =>
      ask(relay.url, method, path, { body: sent, headers: { Authorization: `Bearer ${token}`, ...headers } }),
  }
}

const PASSWORD = 'a long enough password'
let invited = 0

/** Somebody joins by an invitation of this admin and signs in. */
export async function newOperator(relay: RelayProcess, admin: Operator, role: 'admin' | 'operator' | 'viewer' = 'operator') {
  const email = `${role}${++invited}@shop.example`
  const invitation = await admin.ask<{ url: string }>('POST', '/api/members/invitations', { email, role })
  const token = invitation.body.url.split('=')[1]
  const { status } = await ask(relay.url, 'POST', '/api/auth/invitations', { body: { token, password: PASSWORD } })
  if (status !== 201) throw new Error(`joining answered ${status}`)
  return signIn(relay, { email, password: PASSWORD })
}
