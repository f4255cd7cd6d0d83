import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createReachProof } from '../access/reach-proof.ts'
import { createApp } from '../http/app.ts'
import { health } from '../http/health.ts'
import { createLogger } from '../logger.ts'
import { createMetrics } from '../metrics.ts'
import { Problem } from '../protocol/index.ts'
import { startTestRelay } from '../relay.test-kit.ts'
import { trustProxy as readTrust, type TrustProxy } from '../settings/kinds.ts'
import { proxyFinding, reachFindings } from './reach.ts'

const PUBLIC = 'https://relay.example'
const ours = createReachProof('the secret of this house')
const NONE: TrustProxy = { kind: 'none' }

/** A relay's /healthz behind proxies that add these headers. */
function behind(headers: Record<string, string>, proof = ours, trust = NONE): typeof fetch {
  const metrics = createMetrics({ activeCalls: () => 0, sockets: () => 0, logDepth: () => 0 })
  const { app } = createApp(health({ metrics, storeAlive: async () => true, draining: () => false, proof }), {
    logger: createLogger({ level: 'silent' }),
    metrics,
    trustProxy: trust,
    audit: { write: async () => undefined },
    consoleOrigins: () => [],
    gate: {
      metricsToken: () => false,
      identify: async () => {
        throw new Problem('unauthorized', 'Sign in.')
      },
    },
  })
  return async (url, init) => app.request(String(url), { ...init, headers: { ...(init?.headers as Record<string, string>), ...headers } })
}
const found = async (fetched: typeof fetch, more: { trustProxy?: TrustProxy; publicUrl?: string } = {}) =>
  reachFindings({ publicUrl: PUBLIC, trustProxy: NONE, proof: ours, fetch: fetched, ...more })

describe('PUBLIC_URL', () => {
  it('leads to this relay', async () => {
    expect(await found(behind({}))).toEqual([
      { state: 'ok', about: 'webhooks', text: expect.stringMatching(/leads to this relay \(\d+ ms\)/) },
      { state: 'ok', about: 'proxies', text: 'none on the way, and TRUST_PROXY is unset' },
    ])
    expect(await reachFindings({ publicUrl: undefined, trustProxy: NONE, proof: ours })).toEqual([])
  })

  it('leads somewhere else, though a relay or a page answers there', async () => {
    const answers: [typeof fetch, string][] = [
      [behind({}, createReachProof('the secret of another house')), 'another server'],
      [async () => new Response('<!doctype html>'), 'another server'],
      [async () => new Response('{"status":"ok","proof":"AAAA"}'), 'another server'],
      // It gives back whatever it was sent.
      [
        async (_, init) => {
          const proof = new Headers(init?.headers).get('x-relay-ask')
          return Response.json({ proof, seen: { forwardedFor: null, forwarded: false, address: 'x' } })
        },
        'another server',
      ],
      [async () => new Response(null, { status: 301, headers: { location: `${PUBLIC}/x` } }), 'HTTP 301'],
      [async () => new Response('Bad gateway', { status: 502 }), 'HTTP 502'],
    ]
    for (const [fetched, what] of answers)
      expect(await found(fetched)).toEqual([{ state: 'broken', about: 'webhooks', text: expect.stringContaining(what) }])
  })

  it('is not reached: its name or certificate is wrong, or only this machine has no way to it', async () => {
    const failing =
      (code: string): typeof fetch =>
      () =>
        Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(), { code }) }))
    for (const code of ['ENOTFOUND', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID'])
      expect(await found(failing(code))).toMatchObject([{ state: 'broken', text: expect.stringContaining(code) }])
    for (const code of ['ECONNREFUSED', 'EHOSTUNREACH'])
      expect(await found(failing(code))).toMatchObject([{ state: 'note', text: expect.stringContaining(code) }])
    const late: typeof fetch = () => Promise.reject(new DOMException('late', 'TimeoutError'))
    expect(await found(late)).toMatchObject([{ state: 'note', text: expect.stringContaining('no answer in time') }])
  })

  it('proves nothing to those who do not hold the secret', async () => {
    const stranger = createReachProof('a guess')
    for (const headers of [
      {},
      { 'x-relay-nonce': 'n' },
      { 'x-relay-nonce': 'n', 'x-relay-ask': stranger.ask('n') },
      { 'x-relay-nonce': 'n', 'x-relay-ask': ours.ask('m') },
    ])
      expect(await (await behind({})(`${PUBLIC}/healthz`, { headers })).json()).toEqual({ status: 'ok' })
  })
})

describe('TRUST_PROXY against the way through PUBLIC_URL', () => {
  const trust = (text: string): TrustProxy => (text === '' ? NONE : readTrust.parse(text))
  it.each([
    ['', '203.0.113.9', 'Set TRUST_PROXY=1.'],
    ['', '203.0.113.9, 10.0.0.2', 'Set TRUST_PROXY=2.'],
    ['1', '', 'Unset it'],
    ['2', '203.0.113.9', 'Set TRUST_PROXY=1.'],
    ['1', '203.0.113.9, 10.0.0.2', 'Set TRUST_PROXY=2.'],
    ['10.0.0.0/8', '', 'Unset it'],
  ])('%j with %j: %s', (text, forwardedFor, advice) => {
    const finding = proxyFinding({ forwardedFor: forwardedFor || null, forwarded: false, address: '10.0.0.2' }, trust(text))
    expect(finding).toMatchObject({ state: 'note', text: expect.stringContaining(advice) })
  })

  it('is right when it says what is on the way', () => {
    const seen = { forwardedFor: '203.0.113.9', forwarded: false, address: '203.0.113.9' }
    expect(proxyFinding(seen, trust('1')).state).toBe('ok')
    expect(proxyFinding(seen, trust('10.0.0.0/8')).state).toBe('ok')
    expect(proxyFinding({ ...seen, address: '10.0.0.2' }, trust('192.0.2.0/24'))).toMatchObject({
      state: 'note',
      text: expect.stringContaining('not in TRUST_PROXY'),
    })
    expect(proxyFinding({ ...seen, forwardedFor: null, forwarded: true }, NONE)).toMatchObject({
      state: 'note',
      text: expect.stringContaining('X-Forwarded-For'),
    })
  })

  it('is read from a real request', async () => {
    const [, finding] = await found(behind({ 'x-forwarded-for': '203.0.113.9' }))
    expect(finding).toMatchObject({ state: 'note', about: 'proxies', text: expect.stringContaining('TRUST_PROXY=1') })
  })
})

describe('a relay that runs', () => {
  it('tells its admins what the doctor finds, and nobody else', async () => {
    const probe = createServer().listen(0, '127.0.0.1')
    await once(probe, 'listening')
    const { port } = probe.address() as AddressInfo
    await new Promise((done) => probe.close(done))
    const secret = 'sk-hunter2'
    const house = await startTestRelay({
      env: { PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}`, OPENAI_API_KEY: secret, DEEPGRAM_API_KEY: secret },
    })
    try {
      const answer = await house.ask('/api/settings/status', { token: await house.token('admin') })
      const text = await answer.text()
      const { findings } = JSON.parse(text) as { findings: { state: string; about: string; text: string }[] }
      const about = (name: string) => findings.find((each) => each.about === name)
      expect(about('webhooks')).toMatchObject({ state: 'ok' })
      expect(about('storage')).toMatchObject({ state: 'ok', text: expect.stringContaining('embedded') })
      expect(about('engine openai')).toMatchObject({ state: 'ok' })
      expect(about('engine gemini')).toMatchObject({ state: 'note', text: expect.stringContaining('GEMINI_API_KEY') })
      expect(about('carrier twilio')).toMatchObject({ state: 'note' })
      expect(about('voice agents')?.text).toContain('DEEPGRAM_API_KEY')
      expect(findings.some(({ about: what }) => what === 'port' || what === 'lock')).toBe(false)
      expect(text).not.toContain('hunter2')
      expect((await house.ask('/api/settings/status', { token: await house.token('operator') })).status).toBe(403)
    } finally {
      await house.close()
    }
  })
})
