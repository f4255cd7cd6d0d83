// By hand: `node test/fresh-clone.ts [--test]` clones the checkout's commit into an empty folder and runs the two commands there, as a newcomer
// with an older Node would; `--test` runs `npm test` too, `OUTER_NODE=/path/to/bin` chooses the outer Node.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ROOT } from './checks/run-command.ts'

const FIRST_MS = 120_000
const LATER_MS = 5000

const dir = mkdtempSync(join(tmpdir(), 'voice-agent-clone-'))
const clone = join(dir, 'voice-agent')
// None of this checkout's own tools may help.
const outside = (process.env.PATH ?? '').split(delimiter).filter((each) => !each.startsWith(ROOT))
const PATH = [process.env.OUTER_NODE, ...outside].filter(Boolean).join(delimiter)
const env = { ...process.env, PATH, PORT: '0' }

try {
  must('git', ['clone', '--quiet', ROOT, clone], dir)
  console.log(`outer Node ${must('node', ['--version'], dir)}`)
  report('first start', await startOnce(), FIRST_MS)
  report('second start', await startOnce(), LATER_MS)
  if (process.argv.includes('--test')) {
    const began = performance.now()
    const { status } = spawnSync('npm', ['test'], { cwd: clone, env, stdio: 'inherit' })
    console.log(`npm test: exit ${status} after ${Math.round((performance.now() - began) / 1000)} s`)
    if (status !== 0) process.exitCode = 1
  }
  const left = must('git', ['status', '--short', '--untracked-files=all'], clone)
  console.log(left === '' ? 'nothing is left in the tree' : `left in the tree:\n${left}`)
  if (left !== '') process.exitCode = 1
} finally {
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
}

/** ms until the ready line. */
async function startOnce(): Promise<number> {
  const began = performance.now()
  const child = spawn('npm', ['start'], { cwd: clone, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  let said = ''
  const ready = new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes
      if (/ready on http:\/\/localhost:\d+/.test(said)) resolve(performance.now() - began)
    })
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}:\n${said}`)))
  })
  const taken = await ready
  const ended = once(child, 'exit')
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
  await ended
  return taken
}

function report(what: string, ms: number, limitMs: number): void {
  console.log(`${what}: ready after ${(ms / 1000).toFixed(1)} s (limit ${limitMs / 1000} s)${ms > limitMs ? ' TOO SLOW' : ''}`)
  if (ms > limitMs) process.exitCode = 1
}

function must(command: string, args: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}
