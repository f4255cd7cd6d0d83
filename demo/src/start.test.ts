import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** The demo as a process: what it prints, what it serves, what it leaves behind. */

const START = fileURLToPath(new URL('./start.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'voice-agent-demo-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

class Run {
  readonly child: ChildProcess
  out = ''
  err = ''
  constructor(env: Record<string, string>) {
    // Keys of the person who runs the tests stay out: an empty variable wins over .env and counts as missing.
    const none = Object.fromEntries(
      ['GEMINI_API_KEY', 'OPENAI_API_KEY', 'HOMEAI_API_KEY', 'DATABASE_URL', 'SANDBOX_AI'].map((name) => [name, '']),
    )
    this.child = spawn(process.execPath, [START], { env: { ...process.env, NODE_ENV: '', ...none, ...env } })
    this.child.stdout?.on('data', (piece) => {
      this.out += piece
    })
    this.child.stderr?.on('data', (piece) => {
      this.err += piece
    })
  }

  /** Resolves when it says that it is ready; rejects when it ends before. */
  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.child.stdout?.on('data', () => this.out.includes('ready on') && resolve())
      this.child.once('close', (code) => reject(new Error(`ended with ${code}: ${this.err}`)))
    })
  }

  async ended(): Promise<{ code: number; lines: string[] }> {
    const [code] = await once(this.child, 'close')
    return { code, lines: this.err.trim().split('\n') }
  }

  /** What stands behind a word of the first-run lines. */
  line(word: string): string {
    return new RegExp(`^ *${word} +(.*)$`, 'm').exec(this.out)?.[1] ?? ''
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}

const answers = (url: string) =>
  fetch(url).then(
    (answer) => answer.status,
    () => 0,
  )

describe('a running demo', () => {
  let demo: Run
  let sandbox = ''
  beforeAll(async () => {
    const [port, sandboxPort] = [await freePort(), await freePort()]
    sandbox = `http://127.0.0.1:${sandboxPort}`
    demo = new Run({ PORT: String(port), SANDBOX_PORT: String(sandboxPort), DATA_DIR: join(folder, 'main') })
    await demo.ready()
  }, 70_000)
  afterAll(() => void demo.child.kill('SIGKILL'))

  test('tells in six lines what is where, and that it is ready', async () => {
    expect(demo.out.trim().split('\n').filter(Boolean)).toHaveLength(7)
    expect(demo.line('Answers')).toContain('the offline agent')
    expect(demo.line('Password')).toContain(join(folder, 'main', 'admin-password'))
    for (const word of ['Shop', 'Phones', 'Console', 'API']) {
      const [url = ''] = demo.line(word).split(' ')
      expect([word, await answers(url)]).toEqual([word, 200])
    }
  })

  test('has the shop’s agent', async () => {
    const agent = await (await fetch(`${demo.line('Shop')}/api/agents/demo/public`)).json()
    expect(agent).toMatchObject({ id: 'demo', name: 'Tara', modes: ['talk', 'call-me'] })
  })

  test('opens calls for its own origins, however this machine is called', async () => {
    const url = demo.line('Shop')
    const { port } = new URL(url)
    const open = async (origin: string) => {
      const answer = await fetch(`${url}/api/web-calls`, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/json' },
        body: JSON.stringify({ agentId: 'demo', modality: 'text' }),
      })
      return answer.status
    }
    for (const host of ['localhost', '127.0.0.1', '[::1]']) expect([host, await open(`http://${host}:${port}`)]).toEqual([host, 201])
    expect(await open('http://localhost:1')).toBe(403)
  })

  test('keeps the sandbox apart: another port, no secret of ours in it', async () => {
    expect(await answers(`${sandbox}/sandbox/requests`)).toBe(200)
    expect(await answers(`${demo.line('Shop')}/sandbox/requests`)).toBe(404)
  })

  test('a second start on its port or its data stops with one line', async () => {
    const { port } = new URL(demo.line('Shop'))
    const taken = await new Run({ PORT: port, DATA_DIR: join(folder, 'other') }).ended()
    expect(taken).toEqual({ code: 1, lines: [expect.stringContaining(`Port ${port} is taken`)] })
    const used = await new Run({ PORT: String(await freePort()), DATA_DIR: join(folder, 'main') }).ended()
    expect(used).toEqual({ code: 1, lines: [expect.stringContaining('DATA_DIR')] })
  })

  test('leaves with 0 and leaves nothing behind', async () => {
    demo.child.kill('SIGTERM')
    expect((await demo.ended()).code).toBe(0)
    expect(await answers(demo.line('Shop'))).toBe(0)
    expect(await answers(`${sandbox}/sandbox/requests`)).toBe(0)
  })
})

test('refuses production', async () => {
  expect(await new Run({ NODE_ENV: 'production' }).ended()).toEqual({ code: 1, lines: [expect.stringContaining('npm run relay')] })
})

test('a variable that cannot be used stops the start with one line that names it', async () => {
  expect(await new Run({ PORT: 'eighty' }).ended()).toEqual({ code: 1, lines: [expect.stringContaining('PORT')] })
})
