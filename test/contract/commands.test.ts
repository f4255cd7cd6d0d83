import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { SETTINGS } from '@voice-agent/relay/settings'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { ROOT, runCommand } from '../checks/run-command.ts'
import { ask, signIn } from '../kit/operator.ts'
import { adminPassword, newDataDir, type RelayProcess, runToEnd, startDemo, startRelay } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'
import { visit } from '../kit/visitor.ts'

/** CONTRACT sections 1 and 2: the commands as people and supervisors meet them. */

const DRAIN_MS = 10_000
const running: RelayProcess[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each[Symbol.asyncDispose]()
})
const dirs: string[] = []
afterAll(() => {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true })
})
function tempDir(): string {
  const dir = newDataDir()
  dirs.push(dir)
  return dir
}

async function keep(starting: Promise<RelayProcess>): Promise<RelayProcess> {
  const started = await starting
  running.push(started)
  return started
}

const lines = (output: string) => output.split('\n').filter((line) => line.trim() !== '')

describe('npm start', () => {
  it('prints one line that says ready, makes its secrets private, and prints no secret', async () => {
    const demo = await keep(startDemo())
    expect(lines(demo.output()).filter((line) => line.includes('ready on'))).toEqual([
      expect.stringContaining(`ready on http://localhost:${demo.port}`),
    ])
    for (const name of ['secrets.json', 'admin-password']) {
      expect(statSync(join(demo.dataDir, name)).mode & 0o777, name).toBe(0o600)
    }
    expect(demo.output()).toContain(join(demo.dataDir, 'admin-password'))
    expect(demo.output()).not.toContain(adminPassword(demo.dataDir))
  })

  it('listens on this machine only', async () => {
    const demo = await keep(startDemo())
    const outside = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal)
    if (outside) await expect(fetch(`http://${outside.address}:${demo.port}/healthz`)).rejects.toThrow()
    expect((await ask(`http://127.0.0.1:${demo.port}`, 'GET', '/healthz')).status).toBe(200)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('%s says goodbye on calls, flushes, and ends with 0 within 10 s', async (signal) => {
    const demo = await keep(startDemo())
    const visitor = await visit(demo.url)
    await visitor.entry('the greeting', ({ role }) => role === 'agent')
    const began = performance.now()
    process.kill(demo.pid, signal)
    const code = await demo.stop()
    expect(code).toBe(0)
    expect(performance.now() - began).toBeLessThan(DRAIN_MS)
    await visitor.closed
    expect(visitor.messages.filter(({ type }) => type === 'ended')).toHaveLength(1)
    // The sandbox went with it.
    await expect(fetch(`${demo.sandboxUrl}/sandbox/faults`)).rejects.toThrow()
    const again = await keep(demo.restart())
    const { body } = await (await signIn(again)).ask<{ call: { status: string; endReason: string } }>(
      'GET',
      `/api/calls/${visitor.opened.callId}`,
    )
    expect(['completed', 'failed']).toContain(body.call.status)
  })

  it('told to stop while it starts, it ends with 0 and the data can be used again', async () => {
    const dataDir = tempDir()
    const env = { PATH: process.env.PATH, PORT: '0', DATA_DIR: dataDir }
    const child = spawn(process.execPath, [join(ROOT, 'demo/src/start.ts')], { env, stdio: 'ignore' })
    await until('its database begins', () => existsSync(join(dataDir, 'pg')))
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    expect(code).toBe(0)
    await keep(startDemo({ DATA_DIR: dataDir }))
  })

  it('refuses NODE_ENV=production with one line', async () => {
    const { code, output } = await runToEnd('demo/src/start.ts', { DATA_DIR: tempDir(), NODE_ENV: 'production' })
    expect(code).not.toBe(0)
    expect(lines(output)).toEqual([expect.stringMatching(/production/)])
    const door = await runCommand('env', ['NODE_ENV=production', process.execPath, 'run.mjs', 'start'])
    expect(door.ok).toBe(false)
    expect(lines(door.output)).toEqual([expect.stringMatching(/production/)])
  })

  it('a second start on the same data stops with one line, and the first goes on', async () => {
    const demo = await keep(startDemo())
    for (const file of ['demo/src/start.ts', 'relay/src/main.ts']) {
      const { code, output } = await runToEnd(file, { DATA_DIR: demo.dataDir })
      expect(code).not.toBe(0)
      expect(lines(output), file).toEqual([expect.stringContaining(demo.dataDir)])
    }
    expect((await ask(demo.url, 'GET', '/readyz')).status).toBe(200)
  })
})

describe('npm run relay', () => {
  it('has nothing of the demo', async () => {
    const relay = await keep(startRelay())
    for (const path of ['/', '/phone', '/shop/shop.js', '/inline', '/strict-csp', '/sandbox/faults']) {
      expect((await ask(relay.url, 'GET', path)).status, path).toBe(404)
    }
    expect((await ask(relay.url, 'GET', '/api/agents/demo/public')).status).toBe(200)
    expect((await ask(relay.url, 'GET', '/console')).status).toBe(200)
    // The relay's own origin is PUBLIC_URL's alone.
    for (const [origin, status] of [
      [relay.url, 201],
      [relay.url.replace('localhost', '127.0.0.1'), 403],
    ] as const) {
      const answer = await ask(relay.url, 'POST', '/api/web-calls', { body: { agentId: 'demo' }, headers: { Origin: origin } })
      expect(answer.status, origin).toBe(status)
    }
    expect(await relay.stop()).toBe(0)
  })
})

describe('settings', () => {
  it.each([
    ['PORT', 'many'],
    ['PUBLIC_URL', 'relay.example/path'],
    ['LOG_LEVEL', 'chatty'],
    ['TRUST_PROXY', 'everybody'],
    ['DATABASE_URL', 'mysql://x'],
    ['ENCRYPTION_KEY', 'short'],
    ['AUTH_SECRET', 'short'],
    ['GEMINI_BASE_URL', 'http://models.example'],
    ['OPENAI_BASE_URL', 'ftp://models.example'],
    ['TWILIO_ACCOUNT_SID', 'nonsense'],
    ['EXOTEL_MODE', 'dance'],
    ['OPTIMA_VERSION', '9'],
  ])('%s=%s stops the start with one line that names it', async (name, value) => {
    const { code, output } = await runToEnd('relay/src/main.ts', { DATA_DIR: tempDir(), [name]: value })
    expect(code).not.toBe(0)
    expect(lines(output)).toEqual([expect.stringContaining(name)])
  })

  it('with DATABASE_URL secrets are required', async () => {
    const { code, output } = await runToEnd('relay/src/main.ts', { DATA_DIR: tempDir(), DATABASE_URL: 'postgres://localhost:1/x' })
    expect(code).not.toBe(0)
    expect(lines(output)).toEqual([expect.stringMatching(/AUTH_SECRET|ENCRYPTION_KEY/)])
  })

  it('a port in use is told in one line, and nothing is left behind', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    for (const file of ['demo/src/start.ts', 'relay/src/main.ts']) {
      const { code, output } = await runToEnd(file, { DATA_DIR: tempDir(), PORT: String(port) })
      expect(code).not.toBe(0)
      expect(lines(output).at(-1), file).toContain(String(port))
      expect(
        lines(output).filter((line) => !line.startsWith('{')),
        file,
      ).toHaveLength(1)
    }
    server.close()
  })

  it('every variable of the contract stands in .env.example', async () => {
    const example = readFileSync(join(ROOT, '.env.example'), 'utf8')
    const listed = [...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name)
    expect(
      Object.values(SETTINGS)
        .flatMap((group) => Object.keys(group))
        .filter((name) => !listed.includes(name)),
    ).toEqual([])
  })
})

describe('npm run doctor', () => {
  it('says one line each and what to do, and no secret', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'voice-agent-doctor-'))
    dirs.push(dataDir)
    const { output } = await runToEnd('relay/src/doctor.ts', {
      DATA_DIR: dataDir,
      GEMINI_API_KEY: 'top-secret-key-0123456789',
      ELEVENLABS_MODEL: 'SHOP',
    })
    expect(lines(output).length).toBeGreaterThan(3)
    expect(output).not.toContain('top-secret-key')
    expect(output).toMatch(/ELEVENLABS_MODEL.*not used yet/)
    expect(readdirSync(dataDir), 'looking changes nothing').toEqual([])
  })
})
