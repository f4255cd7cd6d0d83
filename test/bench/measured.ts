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

function held(): { heldBytes: number } {
  global.gc?.()
  global.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return { heldBytes: heapUsed + external }
}
