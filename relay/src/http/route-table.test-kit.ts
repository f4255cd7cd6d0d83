import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { createOperatorTokens } from '../access/operator-tokens.ts'
import type { Scope } from '../access/roles.ts'
import { createVisitorTokens } from '../access/visitor-tokens.ts'
import { systemClock } from '../clock.ts'
import type { WebCall } from '../protocol/index.ts'
import { AUTH_SECRET, ownPage, type TestRelay } from '../relay.test-kit.ts'
import { apiKeys, users } from '../store/schema.ts'

/** What a stranger may find in a house, and what they may present there. */
export interface Furniture {
  /** Something of ours for each `{id}`, so that a refusal is about the asker and never about the thing. */
  readonly ours: Readonly<Record<string, string>>
  readonly tokens: Readonly<Record<string, string>>
}

/** A house may be furnished again, by a test that is tried again: each time with other numbers. */
let times = 0

export async function furnish(house: TestRelay): Promise<Furniture> {
  times++
  const ours: Record<string, string> = {}
  const admin = await house.token('admin')
  const agent = await made(
    house.ask('/api/agents', { method: 'POST', token: admin, json: { name: 'Ours', visibility: 'private', modes: ['talk', 'call-me'] } }),
  )
  const key = await made(house.ask('/api/api-keys', { method: 'POST', token: admin, json: { name: 'spare', scopes: ['calls:read'] } }))
  const optimaConfig = { token: 'token-of-optima' }
  const number = await made(
    house.ask('/api/phone-numbers', {
      method: 'POST',
      token: admin,
      json: { phoneNumber: `+12025550${122 + times}`, provider: 'optima', optimaConfig },
    }),
  )
  const call = (await made(
    house.ask('/api/web-calls', { method: 'POST', headers: ownPage(house.relay), json: { agentId: 'demo' } }),
  )) as WebCall
  const unwanted = await made(
    house.ask('/api/do-not-call', { method: 'POST', token: admin, json: { phoneNumber: `+12025550${176 + times}` } }),
  )
  const [member] = await house.relay.store.db.select().from(users)
  // Before the shorter one: the first that fits stands for the variable.
  ours['/api/agents/management'] = agent.agent.id
  ours['/api/agents'] = agent.agent.id
  ours['/api/members'] = member?.id ?? ''
  ours['/api/do-not-call'] = unwanted.doNotCall.id
  ours['/api/house/do-not-call'] = unwanted.doNotCall.id
  ours['/api/api-keys'] = key.apiKey.id
  ours['/api/calls'] = call.callId
  ours['/api/phone-numbers'] = number.phoneNumber.id
  ours['/assets'] = 'nothing.js'
  ours['/console'] = 'console.css'
  ours['/docs'] = 'docs.js'
  ours['/api/voice-samples'] = 'nothing'
  ours['/api/callbacks'] = 'nothing'
  ours['/api/page-calls'] = 'nothing'
  ours['/api/auth/sessions'] = 'nothing'
  ours['/api/telephony/webhook'] = 'nothing'
  ours['/api/telephony/status'] = 'nothing'
  ours['/api/sms'] = 'nothing'

  const longAgo = { ...systemClock, nowMs: () => Date.now() - 3_600_000 }
  const person = { id: 'u_test', organisationId: 'org_main', role: 'admin' as const }
  const stale = await createOperatorTokens({ authSecret: AUTH_SECRET, clock: longAgo }).issue(person)
  const foreign = await createOperatorTokens({ authSecret: `${AUTH_SECRET}!`, clock: systemClock }).issue(person)
  const visitor = await createVisitorTokens({ authSecret: AUTH_SECRET, clock: systemClock }).issue({
    agentId: agent.agent.id,
    organisationId: 'org_main',
    ttlMs: 60_000,
  })
  const tokens = {
    'an expired token': stale.token,
    'a token of another relay': foreign.token,
    'a visitor token': visitor.token,
    'a media token': call.mediaUrl.split('/').at(-1) ?? '',
    'an unknown API key': 'va_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    garbage: 'garbage',
    'the metrics token': 'metrics-token-of-tests',
    'a changed token': changed(await house.token('admin')),
  }
  return { ours, tokens }
}

/** One letter of its proof is another. */
const changed = (token: string) => token.replace(/.(?=.{9}$)/, (letter) => (letter === 'A' ? 'B' : 'A'))

/** The answer of a request that makes something. */
export async function made(answer: Promise<Response>) {
  const response = await answer
  expect(response.status).toBe(201)
  // Shapes are other tests' matter.
  return (await response.json()) as WebCall & {
    doNotCall: { id: string }
    agent: { id: string }
    apiKey: { id: string }
    phoneNumber: { id: string }
    key: string
  }
}

/** An API key of the house, whole. */
export async function keyWith(house: TestRelay, scopes: Scope[], organisationId = 'org_main', revoked = false): Promise<string> {
  const key = `va_${createHash('sha256').update(`${scopes.join()} ${organisationId} ${revoked}`).digest('base64url')}`
  const hash = createHash('sha256').update(key).digest('base64url')
  const now = new Date()
  const row = {
    id: `key_${hash.slice(0, 12)}`,
    organisationId,
    name: 'test',
    scopes,
    hash,
    createdAt: now,
    revokedAt: revoked ? now : null,
  }
  await house.relay.store.db.insert(apiKeys).values(row).onConflictDoNothing()
  return key
}
