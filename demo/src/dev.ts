import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** `npm run dev`: the demo, started again when a source file changes; the widget is built first when it is one of its files. */

const root = fileURLToPath(new URL('../..', import.meta.url))
const SETTLE_MS = 150

let demo: ChildProcess | undefined
let leaving = false
let pending: NodeJS.Timeout | undefined
let widgetChanged = false
/** Restarts in line, so that two never overlap. */
let line: Promise<void> = Promise.resolve()

function run(file: string, args: string[] = []): ChildProcess {
  return spawn(process.execPath, [`${root}${file}`, ...args], { cwd: root, stdio: 'inherit' })
}

async function stop(): Promise<void> {
  const child = demo
  demo = undefined
  if (!child || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

async function restart(): Promise<void> {
  const build = widgetChanged
  widgetChanged = false
  await stop()
  if (leaving) return
  if (build) {
    const [code] = await once(run('widget/build.ts', ['--if-changed']), 'exit')
    if (code !== 0) return console.error('The widget did not build; it is tried again at the next change.')
  }
  if (!leaving) demo = run('demo/src/start.ts')
}

function changed(folder: string, name: string | null): void {
  if (leaving || !name || /\.test(-kit)?\.ts$|~$/.test(name)) return
  if (folder === 'widget/src') widgetChanged = true
  clearTimeout(pending)
  pending = setTimeout(() => {
    console.log(`\n  ${folder}/${name} changed`)
    line = line.then(restart)
  }, SETTLE_MS)
}

const watchers = ['relay/src', 'widget/src', 'demo/src'].map((folder) =>
  watch(`${root}${folder}`, { recursive: true }, (_event, name) => changed(folder, name)),
)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (leaving) return
    leaving = true
    clearTimeout(pending)
    for (const watcher of watchers) watcher.close()
    line.then(stop).finally(() => process.exit(0))
  })
}

line = line.then(restart)
