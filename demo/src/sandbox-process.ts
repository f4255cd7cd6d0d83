import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface SandboxProcess {
  url: string
  close(): Promise<void>
}

const MAIN = fileURLToPath(new URL('./sandbox/main.ts', import.meta.url))
const CLOSE_WITHIN_MS = 2000

/** Starts the sandbox as a child process; it also leaves by itself when this process dies. Rejects when it cannot start. */
export async function startSandbox(env: Record<string, string | undefined>): Promise<SandboxProcess> {
  // The sandbox stands for somebody else's servers: it gets none of our secrets.
  const child = fork(MAIN, { env: { PATH: env.PATH, SANDBOX_PORT: env.SANDBOX_PORT } })
  const port = await portOf(child)
  return { url: `http://127.0.0.1:${port}`, close: () => end(child) }
}

async function portOf(child: ChildProcess): Promise<number> {
  const [first] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [undefined])])
  const port = (first as { port?: unknown } | undefined)?.port
  if (typeof port !== 'number') throw new Error('The sandbox did not start.')
  return port
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  const force = setTimeout(() => child.kill('SIGKILL'), CLOSE_WITHIN_MS)
  child.kill('SIGTERM')
  await ended
  clearTimeout(force)
}
