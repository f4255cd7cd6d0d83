import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The checkout's top folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Outcome {
  ok: boolean
  /** Standard output and errors together, as they came. */
  output: string
}

/** Runs a program of the workspace to its end, in `cwd` (the top folder). A program that cannot start is a failure, told in `output`. */
export function runCommand(command: string, args: readonly string[], cwd: string = ROOT): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } })
    const pieces: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => pieces.push(piece))
    child.once('error', (error) => resolve({ ok: false, output: error.message }))
    child.once('close', (code) => resolve({ ok: code === 0, output: Buffer.concat(pieces).toString('utf8').trim() }))
  })
}
