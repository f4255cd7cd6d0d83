import { fork } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { newDataDir } from '../kit/relay-process.ts'

export interface BenchRelay {
  readonly url: string
  /** Heap and external bytes after collection. */
  heldBytes(): Promise<number>
  [Symbol.asyncDispose](): Promise<void>
}

export async function startBenchRelay(): Promise<BenchRelay> {
  const dataDir = newDataDir()
  const child = fork(fileURLToPath(new URL('./relay-child.ts', import.meta.url)), {
    execArgv: ['--expose-gc'],
    env: { ...process.env, DATA_DIR: dataDir },
  })
  const said = async <T>() => ((await once(child, 'message')) as [T])[0]
  const { url } = await said<{ url: string }>()
  return {
    url,
    async heldBytes() {
      const answer = said<{ heldBytes: number }>()
      child.send('memory')
      return (await answer).heldBytes
    },
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit')
      child.send('stop')
      await gone
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
