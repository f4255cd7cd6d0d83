import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { WebCall } from './protocol/index.ts'
import type { Answer } from './relay.test-kit.ts'

/** The process itself, as `npm run relay` starts it. */

const dataDir = mkdtempSync(join(tmpdir(), 'main-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function start(env: Record<string, string>, ...flags: string[]) {
  const child = spawn(process.execPath, [...flags, fileURLToPath(new URL('./main.ts', import.meta.url))], {
    env: { PATH: process.env.PATH, PORT: '0', HOST: '127.0.0.1', DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  const said = { out: '', err: '' }
  const ready = new Promise<string>((resolve) => {
    child.stdout.on('data', (data) => {
      said.out += String(data)
      const url = /ready on (http:\/\/localhost:\d+)/.exec(said.out)?.[1]
      if (url) resolve(url)
    })
  })
  child.stderr.on('data', (data) => {
    said.err += String(data)
  })
  return { child, said, ready, exit: once(child, 'exit').then(([code]) => code as number | null) }
}

async function open(at: string) {
  const answer = await fetch(`${at}/api/web-calls`, {
    method: 'POST',
    headers: { origin: at, 'content-type': 'application/json' },
    body: JSON.stringify({ agentId: 'demo', modality: 'text' }),
  })
  const call = (await answer.json()) as WebCall
  const ws = new WebSocket(call.mediaUrl)
  const said: { type: string; reason?: string }[] = []
  ws.on('message', (data) => said.push(JSON.parse(String(data))))
  ws.on('error', () => {})
  await once(ws, 'message')
  return { call, said, closed: once(ws, 'close') }
}

/** Something in the process fails when it is told so, again and again. */
const failing = (how: string) => {
  const script = `process.on('SIGUSR2', () => setInterval(() => { const error = new Error('it broke for +1202' + 5550123); ${how} }, 1))`
  return ['--import', `data:text/javascript,${encodeURIComponent(script)}`]
}

describe('the relay’s process', () => {
  it('stops with one line that says what to correct', async () => {
    const shared = { AUTH_SECRET: 'x'.repeat(32), ENCRYPTION_KEY: Buffer.alloc(32).toString('base64') }
    const cases: [Record<string, string>, RegExp][] = [
      [{ PORT: 'abc' }, /^PORT must be a whole number from 0 to 65535\n$/],
      [{ GEMINI_BASE_URL: 'http://gemini.example' }, /^GEMINI_BASE_URL must be https[^\n]*\n$/],
      [{ DATABASE_URL: 'postgres://voice:hunter2@127.0.0.1:1/x' }, /^AUTH_SECRET is required with DATABASE_URL[^\n]*\n$/],
      [{ ...shared, DATABASE_URL: 'postgres://voice:hunter2@127.0.0.1:1/x' }, /^DATABASE_URL names a server that does not answer[^\n]*\n$/],
      [{ DATA_DIR: '/dev/null/x' }, /^DATA_DIR cannot be used[^\n]*\n$/],
    ]
    for (const [env, line] of cases) {
      const { exit, said } = start(env)
      expect(await exit).toBe(1)
      expect(said.err).toMatch(line)
      expect(said.out + said.err).not.toContain('hunter2')
    }
  })

  it('says where it listens, keeps its secrets to itself, ends calls on SIGTERM, and settles after kill -9', {
    timeout: 60_000,
  }, async () => {
    const first = start({})
    const url = await first.ready
    const password = readFileSync(join(dataDir, 'admin-password'), 'utf8').trim()
    for (const file of ['admin-password', 'secrets.json']) expect(statSync(join(dataDir, file)).mode & 0o777).toBe(0o600)
    expect(first.said.out).toContain(join(dataDir, 'admin-password'))
    expect(first.said.out).not.toContain(password)

    const second = start({})
    expect(await second.exit).toBe(1)
    expect(second.said.err.trim().split('\n')).toHaveLength(1)

    const drained = await open(url)
    first.child.kill('SIGTERM')
    await drained.closed
    expect(drained.said.at(-1)).toMatchObject({ type: 'ended' })
    expect(await first.exit).toBe(0)
    expect(first.said.err).toBe('')

    const third = start({ LOG_LEVEL: 'silent' })
    const killed = await open(await third.ready)
    third.child.kill('SIGKILL')
    await third.exit

    const fourth = start({ LOG_LEVEL: 'silent' })
    const again = await fourth.ready
    const ask = async (path: string, init: RequestInit) => (await (await fetch(again + path, init)).json()) as Answer
    const login = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'admin@localhost.localdomain', password }),
    }
    const { tokens } = await ask('/api/auth/login', login)
    const log = await ask('/api/calls', { headers: { authorization: `Bearer ${tokens.access}` } })
    const ends = new Map(log.calls.map((call) => [call.id, call]))
    expect(ends.get(drained.call.callId)).toMatchObject({ status: 'completed' })
    expect(ends.get(killed.call.callId)).toMatchObject({ status: 'failed', endReason: 'error' })
    const late = new WebSocket(killed.call.mediaUrl.replace(/localhost:\d+/, new URL(again).host))
    const [ended] = await once(late, 'message')
    expect(JSON.parse(String(ended))).toEqual({ type: 'ended', reason: 'error' })
    expect((await once(late, 'close'))[0]).toBe(4404)
    fourth.child.kill('SIGINT')
    expect(await fourth.exit).toBe(0)
    expect(existsSync(join(dataDir, 'secrets.json'))).toBe(true)
  })

  it.each(['throw error', 'Promise.reject(error)'])(
    'says goodbye on calls, and once what failed that nobody caught: %s',
    {
      timeout: 60_000,
    },
    async (how) => {
      const { child, exit, ready, said } = start({}, ...failing(how))
      const call = await open(await ready)
      child.kill('SIGUSR2')
      await call.closed
      expect(call.said.at(-1)).toMatchObject({ type: 'ended' })
      expect(await exit).toBe(1)
      const told = said.out.split('\n').filter((line) => line.includes('it broke'))
      expect(told.map((line) => JSON.parse(line))).toMatchObject([{ level: 'fatal', err: { stack: expect.stringMatching(/\n {4}at /) } }])
      expect(said.out + said.err).not.toContain('2025550123')
      // Its end was stored, too.
      expect(said.out).toContain('call ended')
    },
  )
})
