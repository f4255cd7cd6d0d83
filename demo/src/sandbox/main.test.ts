import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/sandbox/requests`).then(
    (answer) => answer.ok,
    () => false,
  )

test('tells its parent the port, and leaves when told to', async () => {
  const child = fork(MAIN)
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  expect(await answers(port)).toBe(true)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('does not outlive a parent that is killed', async ({ onTestFinished }) => {
  const script = `const child = require('node:child_process').fork(${JSON.stringify(MAIN)})
    child.on('message', ({ port }) => console.log(JSON.stringify({ port, pid: child.pid })))`
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const { port, pid } = JSON.parse(line.toString()) as { port: number; pid: number }
  // Asked by its port: a process id may be kept by a zombie that nobody has reaped.
  onTestFinished(async () => void ((await answers(port)) && process.kill(pid, 'SIGKILL')))
  expect(await answers(port)).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => answers(port)).toBe(false)
})
