import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { SOUND_FLAGS } from '../../node-flags.mjs'

/** A process of the bench, spoken with over IPC: one question, one answer. */
export interface Child {
  /** The first thing it said. */
  readonly greeting: unknown
  ask<T>(wish: unknown): Promise<T>
  stop(): Promise<void>
}

/** Whether processes can be kept on one core each. */
export const canPin = cpus().length > 1 && spawnSync('taskset', ['--version']).status === 0

/** Starts a file of the bench as run.mjs starts the relay, on one core where `core` is given and the machine allows. Rejects when it ends before it has said anything. */
export async function startChild(file: URL, o: { core?: number; env?: Record<string, string>; execArgv?: string[] } = {}): Promise<Child> {
  const program = [process.execPath, ...SOUND_FLAGS, '--expose-gc', ...(o.execArgv ?? []), file.pathname]
  const [command = '', ...args] = o.core !== undefined && canPin ? ['taskset', '-c', String(o.core), ...program] : program
  // A session of its own, so that it can be put before all others.
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { ...process.env, ...o.env }, detached: true })
  if (o.core !== undefined) putFirst(child.pid)
  const exited = once(child, 'exit')
  const said = async () => {
    const answer = await Promise.race([once(child, 'message'), exited.then(() => undefined)])
    if (!answer) throw new Error(`${file.pathname.split('/').at(-1)} ended early`)
    return answer[0] as unknown
  }
  const greeting = await said()
  return {
    greeting,
    async ask<T>(wish: unknown) {
      const answer = said()
      child.send(wish as string)
      return (await answer) as T
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.send('stop')
      await exited
    },
  }
}

/** Before everything else that runs on the machine, where Linux allows it; what else runs there still shares its memory. */
function putFirst(pid: number | undefined) {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, '-19')
  } catch {
    // Then it waits its turn like all others, and the figures say how busy the machine was.
  }
}
