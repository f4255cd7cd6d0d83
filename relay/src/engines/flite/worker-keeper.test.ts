import { setEnvironmentData } from 'node:worker_threads'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWorkerKeeper, SpeechError, type WorkerKeeper } from './worker-keeper.ts'

const signal = new AbortController().signal
let lines: string[]
let keeper: WorkerKeeper

beforeEach(() => {
  lines = []
  setEnvironmentData('flite-crashed', undefined)
  setEnvironmentData('flite-start', undefined)
  const logger = pino(
    {},
    {
      write(line: string) {
        lines.push(line)
        // The next thread is told that one has crashed before it.
        setEnvironmentData('flite-crashed', true)
      },
    },
  )
  keeper = createWorkerKeeper({ logger, worker: new URL('./faulty-worker.test-kit.ts', import.meta.url), deadlineMs: 300, startMs: 30_000 })
})

afterEach(() => keeper.close())

const run = (text: string, by = signal) => keeper.run({ text, voice: 'slt', speed: 1 }, by).then((pcm) => new TextDecoder().decode(pcm))

describe('the worker keeper', () => {
  it('runs jobs in the order they came', async () => {
    const order: string[] = []
    await Promise.all(['a', 'b', 'c'].map((text) => run(text).then((pcm) => order.push(pcm))))
    expect(order).toEqual(['a', 'b', 'c'])
  })

  it('tries a job once more when its thread crashes, and goes on with the others', async () => {
    expect(await Promise.all([run('one'), run('crash once'), run('two')])).toEqual(['one', 'crash once', 'two'])
    expect(lines.length).toBe(1)
    expect(lines[0]).toContain('out of memory')
  })

  it('gives up a job that crashes every thread', async () => {
    const [bad, good] = await Promise.allSettled([run('crash always'), run('good')])
    expect(bad).toMatchObject({ reason: { name: 'SpeechError', message: 'Flite crashed twice over this: out of memory' } })
    expect(good).toMatchObject({ value: 'good' })
  })

  it('replaces a thread that hangs; its job fails, the next is spoken', async () => {
    const [bad, good] = await Promise.allSettled([run('hang'), run('good')])
    expect(bad).toMatchObject({ reason: { message: 'Flite gave no answer within 300 ms' } })
    expect(good).toMatchObject({ value: 'good' })
  })

  it('passes on what the synthesiser refuses without losing the thread', async () => {
    await expect(run('refuse')).rejects.toThrow('Flite could not speak this: bad words')
    expect(await run('good')).toBe('good')
    expect(lines).toEqual([])
  })

  it('fails what waits when no thread starts, and tries anew for the next job', async () => {
    setEnvironmentData('flite-start', 'fails')
    const both = await Promise.allSettled([run('a'), run('b')])
    for (const one of both) expect(one).toMatchObject({ reason: { message: 'Flite does not start: no such module' } })
    expect(lines.length).toBe(3)
    setEnvironmentData('flite-start', undefined)
    expect(await run('c')).toBe('c')
  })

  it('drops a waiting job at once when its signal aborts, and one at work too', async () => {
    await run('so that the thread stands')
    const stop = new AbortController()
    const first = run('hang', stop.signal)
    const waiting = run('hang, too', stop.signal)
    const after = run('after')
    await expect(run('late', AbortSignal.abort('gone'))).rejects.toBe('gone')
    stop.abort('over')
    await expect(first).rejects.toBe('over')
    await expect(waiting).rejects.toBe('over')
    expect(await after).toBe('after')
    expect(lines.length, 'threads replaced: only the one at work').toBe(1)
  })

  it('rejects everything on close, and stays closed', async () => {
    const both = Promise.allSettled([run('hang'), run('next')])
    await keeper.close()
    await keeper.close()
    for (const one of await both) expect(one).toMatchObject({ reason: new SpeechError('Flite is closed') })
    await expect(run('later')).rejects.toThrow('Flite is closed')
  })
})
