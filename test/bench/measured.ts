import { getHeapSpaceStatistics } from 'node:v8'

/** The measured process's side: says over IPC what it used and holds, and leaves when told. Needs `--expose-gc`. */

export interface Used {
  /** Of all threads, in µs since it began. */
  processUs: number
  /** Of the thread that carries the sound. */
  threadUs: number
}

export function answerBench(stop: () => Promise<void>): void {
  const answers: Record<string, () => unknown> = { cpu: used, memory: held }
  process.on('message', (wish) => {
    if (wish === 'stop') void stop().then(() => process.exit(0))
    else process.send?.(answers[String(wish)]?.() ?? {})
  })
  // A bench that was killed leaves nobody behind.
  process.on('disconnect', () => process.exit(1))
}

function used(): Used {
  const sum = ({ user, system }: NodeJS.CpuUsage) => user + system
  return { processUs: sum(process.cpuUsage()), threadUs: sum(process.threadCpuUsage()) }
}

/** After collection. What was compiled is no call's own: it is compiled once, whenever that is. */
export interface HeldBytes {
  /** Heap and external, without what was compiled. */
  heldBytes: number
  compiledBytes: number
}

const COMPILED = new Set(['code_space', 'code_large_object_space', 'trusted_space', 'trusted_large_object_space'])

function held(): HeldBytes {
  global.gc?.()
  global.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  let compiledBytes = 0
  for (const space of getHeapSpaceStatistics()) if (COMPILED.has(space.space_name)) compiledBytes += space.space_used_size
  return { heldBytes: heapUsed + external - compiledBytes, compiledBytes }
}
