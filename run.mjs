#!/usr/bin/env node
// The one door of every npm script. Plain JavaScript for Node 18+: it installs what is missing, then hands over to the
// workspace's own Node 24 (the npm package `node`), which runs TypeScript as it is.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SOUND_FLAGS } from './node-flags.mjs'

const root = dirname(fileURLToPath(import.meta.url))

/** What each command runs, whether it needs the built widget, and whether it carries sound. */
const COMMANDS = {
  start: { file: 'demo/src/start.ts', widget: true, sound: true },
  dev: { file: 'demo/src/dev.ts', widget: true },
  relay: { file: 'relay/src/main.ts', widget: true, sound: true },
  doctor: { file: 'relay/src/doctor.ts', widget: false },
  build: { file: 'widget/build.ts', widget: false },
  test: { file: 'test/run.ts', widget: true },
  bench: { file: 'test/bench/run.ts', widget: true },
  check: { file: 'test/check.ts', widget: false },
}

const [command, ...rest] = process.argv.slice(2)
const chosen = COMMANDS[command]
if (!chosen) {
  console.error(`usage: npm run ${Object.keys(COMMANDS).join('|')}`)
  process.exit(2)
}
if (command === 'start' && process.env.NODE_ENV === 'production') {
  console.error('npm start is the demo and refuses NODE_ENV=production: use npm run relay.')
  process.exit(1)
}

install()
const node = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
const env = { ...process.env, PATH: [join(root, 'node_modules/.bin'), dirname(node), process.env.PATH].join(delimiter) }
if (chosen.widget) buildWidget()
run([...(chosen.sound ? SOUND_FLAGS : []), join(root, chosen.file), ...rest])

function install() {
  const stamp = join(root, 'node_modules/.installed')
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.log('Installing what is missing (first run, about a minute) …')
  const { NODE_ENV: _, ...plain } = process.env // NODE_ENV=production would leave out Node 24 itself
  // Quiet unless it fails: notes about the outer Node's version would only worry a newcomer.
  const done = spawnSync('npx', ['-y', 'pnpm@12', 'install', '--frozen-lockfile'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...plain, CI: '1' },
    shell: process.platform === 'win32',
  })
  if (done.status !== 0) {
    console.error(`${done.stdout ?? ''}\n${done.stderr ?? ''}`)
    console.error('Installing failed: see the lines above. The npm registry must be reachable for the first run.')
    process.exit(1)
  }
  writeFileSync(stamp, wanted)
}

function buildWidget() {
  const built = spawnSync(node, [join(root, 'widget/build.ts'), '--if-changed'], { cwd: root, env, stdio: 'inherit' })
  if (built.status !== 0) process.exit(built.status ?? 1)
}

function run(args) {
  const child = spawn(node, args, { cwd: root, env, stdio: 'inherit' })
  // The child drains by itself; this process only passes the wish on and leaves with its exit code.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  // npm, told to end, ends its shell and tells nobody below: a parent that is gone is the same wish.
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref()
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
}
