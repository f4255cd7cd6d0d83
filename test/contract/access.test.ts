import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, type Operator, signIn } from '../kit/operator.ts'
import { type RelayProcess, startDemo } from '../kit/relay-process.ts'

/**
 * Every route of operators, as the relay's own reference lists them, refuses rightly from outside. The generated test over the route
 * table (roles, other organisations) stands beside the routes; this one reads only what is published, so a route that hides from
 * one list still meets the other.
 */

interface Operation {
  method: string
  path: string
  role: string
  who: string
}

let demo: RelayProcess
let admin: Operator
let operations: Operation[] = []
let everything: Operation[] = []
beforeAll(async () => {
  demo = await startDemo()
  admin = await signIn(demo)
  const { body } = await ask<{ paths: Record<string, Record<string, { security?: unknown[]; 'x-role'?: string; 'x-access': string }>> }>(
    demo.url,
    'GET',
    '/openapi.json',
  )
  everything = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      role: operation.security ? (operation['x-role'] ?? 'unknown') : '',
      who: operation['x-access'],
    })),
  )
  operations = everything.filter(({ role }) => role !== '')
})
afterAll(() => demo?.[Symbol.asyncDispose]())

const address = (path: string) => path.replaceAll(/\{[^}]+\}/g, 'nobody')
const probe = (operation: Operation, headers: Record<string, string> = {}) =>
  ask(demo.url, operation.method, address(operation.path), {
    headers,
    ...(['POST', 'PATCH', 'PUT'].includes(operation.method) ? { body: {} } : {}),
  })

describe('routes of operators', () => {
  it('are those of the contract, and everything else is open on purpose', () => {
    const paths = new Set(operations.map(({ method, path }) => `${method} ${path}`))
    for (const known of [
      'GET /api/calls',
      'GET /api/calls/active',
      'GET /api/calls/{id}',
      'GET /api/calls/{id}/transcript',
      'GET /api/calls/{id}/events',
      'GET /api/calls/{id}/evidence',
      'GET /api/calls/{id}/latency',
      'GET /api/agents',
      'POST /api/agents',
      'GET /api/agents/{id}',
      'PATCH /api/agents/{id}',
      'DELETE /api/agents/{id}',
      'POST /api/agents/{id}/visitor-tokens',
      'GET /api/agents/management/{id}/voice',
      'POST /api/agents/management/{id}/voice',
      'POST /api/agents/management/{id}/voice/test',
      'GET /api/agents/management/{id}/calling',
      'POST /api/agents/management/{id}/calling',
      'POST /api/agents/management/{id}/calling/test',
      'POST /api/calls/initiate',
      'POST /api/calls/{id}/hangup',
      'POST /api/calls/{id}/dtmf',
      'POST /api/calls/{id}/say',
      'POST /api/calls/{id}/context',
      'POST /api/calls/{id}/whisper',
      'POST /api/calls/{id}/pause-ai',
      'DELETE /api/calls/{id}/pause-ai',
      'POST /api/calls/{id}/transfer',
      'POST /api/calls/{id}/listen',
      'POST /api/calls/{id}/takeover',
      'DELETE /api/calls/{id}/takeover',
      'POST /api/calls/{id}/takeover/access-token',
      'GET /api/calls/{id}/takeovers',
      'GET /api/phone-numbers',
      'POST /api/phone-numbers',
      'PUT /api/phone-numbers/{id}',
      'DELETE /api/phone-numbers/{id}',
      'POST /api/phone-numbers/{id}/rotate-secret',
      'GET /api/do-not-call',
      'POST /api/do-not-call',
      'DELETE /api/do-not-call',
      'GET /api/house/do-not-call',
      'POST /api/house/do-not-call',
      'DELETE /api/house/do-not-call',
      'GET /api/calling-rules',
      'PATCH /api/calling-rules',
      'PUT /api/calling-rules',
      'GET /api/members',
      'POST /api/members/invitations',
      'DELETE /api/members/invitations/{id}',
      'PATCH /api/members/{id}',
      'DELETE /api/members/{id}',
      'POST /api/auth/password',
      'GET /api/auth/sessions',
      'DELETE /api/auth/sessions/{id}',
      'GET /api/audit',
      'GET /api/settings/status',
    ]) {
      expect(paths).toContain(known)
    }
    expect(
      everything
        .filter(({ role, who }) => role === '' && who !== 'carrier')
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    ).toEqual([
      'DELETE /api/callbacks/{token}',
      'GET /api/agents/{id}/public',
      'GET /api/callbacks/{token}',
      'GET /api/callbacks/{token}/events',
      'GET /api/page-calls/{token}/events',
      'GET /api/voice-samples/{token}',
      'GET /healthz',
      'GET /metrics',
      'GET /openapi.json',
      'GET /readyz',
      'POST /api/auth/invitations',
      'POST /api/auth/login',
      'POST /api/auth/logout',
      'POST /api/auth/refresh',
      'POST /api/click-to-call',
      'POST /api/page-calls/{token}/access-token',
      'POST /api/page-calls/{token}/messages',
      'POST /api/web-calls',
    ])
  })

  it('answer 401 without a token, with nonsense, with a forged one and with a tampered one', async () => {
    const [header, claims, signature] = admin.token.split('.')
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
    const tokens = [
      'nonsense',
      `${none}.${claims}.`,
      `${none}.${claims}.${signature}`,
      `${header}.${claims}.${signature?.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`,
      'va_0123456789abcdef0123456789abcdef',
    ]
    for (const operation of operations) {
      const named = `${operation.method} ${operation.path}`
      expect(await probe(operation), named).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
      for (const token of tokens) {
        expect(await probe(operation, { Authorization: `Bearer ${token}` }), `${named} with ${token.slice(0, 20)}`).toMatchObject({
          status: 401,
          body: { code: 'unauthorized' },
        })
      }
    }
  })

  it('let an API key with another scope in nowhere', async () => {
    const { body } = await admin.ask<{ key: string }>('POST', '/api/api-keys', { name: 'narrow', scopes: ['visitor-tokens:write'] })
    const headers = { Authorization: `Bearer ${body.key}` }
    for (const operation of operations) {
      if (operation.path.endsWith('/visitor-tokens')) continue
      expect(await probe(operation, headers), `${operation.method} ${operation.path}`).toMatchObject({
        status: 403,
        body: { code: 'forbidden' },
      })
    }
  })

  it('stop knowing a key that was revoked', async () => {
    const { body } = await admin.ask<{ key: string; apiKey: { id: string } }>('POST', '/api/api-keys', {
      name: 'short',
      scopes: ['calls:read'],
    })
    const headers = { Authorization: `Bearer ${body.key}` }
    expect((await ask(demo.url, 'GET', '/api/calls', { headers })).status).toBe(200)
    expect((await admin.ask('DELETE', `/api/api-keys/${body.apiKey.id}`)).status).toBe(204)
    expect((await ask(demo.url, 'GET', '/api/calls', { headers })).status).toBe(401)
  })

  it('never answer 500, whatever they are asked', async () => {
    const headers = { Authorization: `Bearer ${admin.token}` }
    for (const operation of operations) {
      for (const id of ['nobody', '%00', '%F0%9F%8E%BA', '..%2F..', 'x'.repeat(300)]) {
        const path = operation.path.replaceAll(/\{[^}]+\}/g, id)
        for (const body of operation.method === 'GET' || operation.method === 'DELETE' ? [undefined] : [{}, [], 'nonsense', { name: 1 }]) {
          const { status } = await ask(demo.url, operation.method, path, { headers, ...(body === undefined ? {} : { body }) })
          expect(status, `${operation.method} ${path} ${JSON.stringify(body)}`).toBeLessThan(500)
        }
      }
    }
  })
})
