import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SETTINGS } from '@voice-agent/relay/settings'
import { ROOT } from '../checks/run-command.ts'

/** The real programs in processes of their own, as people start them. */

export interface RelayProcess {
  /** `http://localhost:PORT`. */
  readonly url: string
  readonly port: number
  readonly dataDir: string
  /** Of the demo's sandbox; empty for the relay alone. */
  readonly sandboxUrl: string
  readonly pid: number
  /** Everything it has printed, both streams. */
  output(): string
  /** Asks it to leave. Resolves with the exit code. */
  stop(): Promise<number | null>
  /** Kills it as a crash would. */
  kill(): Promise<void>
  /** The same program again over the same data, on the same port. */
  restart(env?: Env): Promise<RelayProcess>
  /** Stops it and removes its data. */
  [Symbol.asyncDispose](): Promise<void>
}

export type Env = Record<string, string>

const READY = /ready on (http:\/\/localhost:(\d+))/
const STARTS_WITHIN_MS = 60_000

/** Nothing of the developer's own environment or .env.local may decide a test: an empty variable counts as missing. */
const BLANK: Env = Object.fromEntries(Object.values(SETTINGS).flatMap((group) => Object.keys(group).map((name) => [name, ''])))

export const newDataDir = () => mkdtempSync(join(tmpdir(), 'voice-agent-test-'))

/** `npm start` without its installing: relay, shop and sandbox. `SANDBOX_AI: '1'` gives it simulated AI services. */
export async function startDemo(env: Env = {}): Promise<RelayProcess> {
  const sandboxPort = await freePort()
  return start('demo/src/start.ts', { SANDBOX_PORT: String(sandboxPort), ...env }, `http://127.0.0.1:${sandboxPort}`)
}

/** `npm run relay`. */
export function startRelay(env: Env = {}): Promise<RelayProcess> {
  return start('relay/src/main.ts', { HOST: '127.0.0.1', ADMIN_EMAIL: 'admin@example.com', ...env }, '')
}

async function start(file: string, env: Env, sandboxUrl: string): Promise<RelayProcess> {
  const dataDir = env.DATA_DIR ?? newDataDir()
  const full: Env = { PORT: '0', LOG_LEVEL: 'info', ...env, DATA_DIR: dataDir }
  const child = launch(file, full)
  const { said, url, port } = await ready(child)
  const exited = exit(child)
  const stop = () => {
    child.kill('SIGTERM')
    return exited
  }
  return {
    url,
    port,
    dataDir,
    sandboxUrl,
    pid: child.pid ?? 0,
    output: () => said.join(''),
    stop,
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    restart: (more = {}) => start(file, { ...full, PORT: String(port), ...more }, sandboxUrl),
    async [Symbol.asyncDispose]() {
      await stop()
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** A program's whole life, for starts that must fail. */
export async function runToEnd(file: string, env: Env): Promise<{ code: number | null; output: string }> {
  const child = launch(file, { PORT: '0', LOG_LEVEL: 'info', HOST: '127.0.0.1', ...env })
  const said = listen(child)
  const limit = setTimeout(() => child.kill('SIGKILL'), STARTS_WITHIN_MS)
  const code = await exit(child)
  clearTimeout(limit)
  return { code, output: said.join('') }
}

function launch(file: string, env: Env): ChildProcess {
  const { PATH = '', HOME = '' } = process.env
  return spawn(process.execPath, [join(ROOT, file)], {
    cwd: ROOT,
    env: { ...BLANK, PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function listen(child: ChildProcess): string[] {
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => said.push(text))
  return said
}

function ready(child: ChildProcess): Promise<{ said: string[]; url: string; port: number }> {
  const said = listen(child)
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      child.kill('SIGKILL')
      reject(new Error(`${why}:\n${said.join('')}`))
    }
    const limit = setTimeout(() => fail('It did not get ready'), STARTS_WITHIN_MS)
    const look = () => {
      const [, url, port] = READY.exec(said.join('')) ?? []
      if (!url) return
      clearTimeout(limit)
      child.stdout?.off('data', look)
      resolve({ said, url, port: Number(port) })
    }
    child.stdout?.on('data', look)
    child.once('exit', (code) => {
      clearTimeout(limit)
      fail(`It ended with ${code}`)
    })
  })
}

async function exit(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

/** The first admin's password, which the relay wrote into its data folder. */
export const adminPassword = (dataDir: string) => readFileSync(join(dataDir, 'admin-password'), 'utf8').trim()
