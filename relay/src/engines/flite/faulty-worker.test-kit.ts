import { getEnvironmentData, parentPort } from 'node:worker_threads'
import type { FromWorker, ToWorker } from './worker.ts'

/** A worker that goes wrong on command, in place of the real one: the words it is asked to speak say how. */
const say = (message: FromWorker) => parentPort?.postMessage(message)
if (getEnvironmentData('flite-start') === 'fails') throw new Error('no such module')

parentPort?.on('message', ({ id, job }: ToWorker) => {
  const crashed = getEnvironmentData('flite-crashed') === true
  if (job.text.includes('crash always') || (job.text.includes('crash once') && !crashed)) throw new Error('out of memory')
  if (job.text.includes('hang')) for (;;);
  if (job.text.includes('refuse')) say({ id, error: 'bad words' })
  else say({ id, pcm: new TextEncoder().encode(job.text) })
})
say({ ready: true })
