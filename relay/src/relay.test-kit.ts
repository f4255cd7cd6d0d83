import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOperatorTokens } from './access/operator-tokens.ts'
import type { Role } from './access/roles.ts'
import type { Clock } from './calls/ports.ts'
import { systemClock } from './clock.ts'
import { createLogger } from './logger.ts'
import type { ProblemBody } from './protocol/index.ts'
import { createRelay, type Relay, type RelayExtras } from './relay.ts'
import { readSettings } from './settings.ts'
import { organisations } from './store/schema.ts'

export const AUTH_SECRET = 'the-secret-of-the-tests-is-no-secret-at-all'
export const ADMIN = { email: 'admin@shop.example', password: 'correct horse battery' }
export const OTHER_ORGANISATION = 'org_other'

export interface TestRelay {
  relay: Relay
  url: string
  dataDir: string
  /** A person's access token; the organisation needs no such user. */
  token(role: Role, organisationId?: string): Promise<string>
  ask(path: string, init?: RequestInit & { token?: string; json?: unknown }): Promise<Response>
  close(): Promise<void>
}

/** The real relay on a port of its own, with an embedded database in a folder of its own and a second, empty organisation. */
export async function startTestRelay(o: { env?: Record<string, string>; extras?: RelayExtras; clock?: Clock } = {}): Promise<TestRelay> {
  const dataDir = mkdtempSync(join(tmpdir(), 'relay-'))
  const settings = readSettings({
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    AUTH_SECRET,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    METRICS_TOKEN: 'metrics-token-of-tests',
    ...o.env,
  })
  const clock = o.clock ?? systemClock
  const remove = () => rmSync(dataDir, { recursive: true, force: true })
  const start = async () => {
    const made = await createRelay(settings, { clock, logger: createLogger({ level: 'silent' }), ...o.extras })
    await made.listen()
    return made
  }
  const relay = await start().catch((error: unknown) => {
    remove()
    throw error
  })
  await relay.store.db.insert(organisations).values({ id: OTHER_ORGANISATION, name: 'Other', createdAt: new Date() }).onConflictDoNothing()
  const tokens = createOperatorTokens({ authSecret: AUTH_SECRET, clock })
  const url = `http://127.0.0.1:${relay.port}`
  return {
    relay,
    url,
    dataDir,
    token: async (role, organisationId = 'org_main') => (await tokens.issue({ id: 'u_test', organisationId, role })).token,
    ask(path, { token, json, ...init } = {}) {
      const headers = new Headers(init.headers)
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
      if (json !== undefined) headers.set('content-type', 'application/json')
      return fetch(url + path, { redirect: 'manual', ...init, headers, ...(json === undefined ? {} : { body: JSON.stringify(json) }) })
    },
    async close() {
      await relay.drain()
      remove()
    },
  }
}

/** The page of the relay itself. */
export const ownPage = (relay: Relay) => ({ origin: relay.url })

export const read = async (answer: Response) => (await answer.json()) as Answer
export const codeOf = async (answer: Response) => ((await answer.json()) as ProblemBody).code

/** The parts of answers that tests read; their shapes are proved by the routes' own schemas. */
export interface Answer {
  agent: { id: string; name: string; greeting: string; languages: string[]; terms?: object }
  agents: { id: string }[]
  apiKey: { id: string }
  apiKeys: { id: string }[]
  key: string
  call: { id: string; status: string; endReason?: string; sessionId: string }
  calls: { id: string }[]
  entries: { id: string; role: string; text: string; final: boolean }[]
  events: { seq: number; type: string }[]
  nextCursor: string | null
  token: string
  expiresAt: string
  tokens: { access: string; refresh?: string }
  user: { id: string; email: string; role: string }
}
