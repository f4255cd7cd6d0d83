import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** Runners as process groups, so that whatever they started can be ended with them, also by a later run. */

const GRACE_MS = 3000

export interface Exit {
  code: number | null
  timedOut: boolean
  /** Processes of the group were still there when the runner had ended; they have been ended. */
  leftOver: boolean
}

export interface Runners {
  /** Runs to the end; its output goes to this process's own. */
  run(command: string, args: readonly string[], o: { cwd: string; env: NodeJS.ProcessEnv; limitMs: number }): Promise<Exit>
  /** Ends what runs now. */
  stop(): void
}

/** `noteFile` remembers the group that runs, for the next start if this process is killed. */
export function createRunners(noteFile: string): Runners {
  let current: ChildProcess | undefined
  endStale(noteFile)

  return {
    stop: () => current?.pid !== undefined && signal(current.pid, 'SIGKILL'),
    async run(command, args, { cwd, env, limitMs }) {
      const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'], detached: true })
      current = child
      if (child.pid !== undefined) note(noteFile, child.pid)
      let timedOut = false
      const limit = setTimeout(() => {
        timedOut = true
        if (child.pid !== undefined) signal(child.pid, 'SIGKILL')
      }, limitMs)
      const code = await new Promise<number | null>((resolve) => {
        child.once('error', (error) => {
          console.error(error.message)
          resolve(127)
        })
        child.once('exit', resolve)
      })
      clearTimeout(limit)
      const leftOver = child.pid !== undefined && !(await gone(child.pid))
      if (leftOver && child.pid !== undefined) signal(child.pid, 'SIGKILL')
      current = undefined
      rmSync(noteFile, { force: true })
      return { code, timedOut, leftOver: leftOver && !timedOut }
    },
  }
}

/** True when the signal found somebody of the group. */
function signal(group: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, name)
    return true
  } catch {
    return false
  }
}

async function gone(group: number): Promise<boolean> {
  for (const end = performance.now() + GRACE_MS; performance.now() < end; await wait(50)) if (!signal(group, 0)) return true
  return false
}

function note(path: string, group: number): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, JSON.stringify({ group, command: commandOf(group) }))
}

/** A killed run leaves its group behind; a number that means another process by now is left alone. */
function endStale(path: string): void {
  try {
    const { group, command } = JSON.parse(readFileSync(path, 'utf8')) as { group: number; command: string }
    if (command !== '' && commandOf(group) === command) signal(group, 'SIGKILL')
  } catch {
    // No note, nothing stale.
  }
  rmSync(path, { force: true })
}

function commandOf(pid: number): string {
  return spawnSync('ps', ['-o', 'lstart=,command=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? ''
}
