import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../clock.ts'
import type { ChannelEvent } from './channel.ts'
import { openOptimaSockets, TOKEN } from './optima.test-kit.ts'
import { createSocketClient } from './socket-client.ts'

/** A client of the server that listens there. */
const clientOf = (http: Server, more: Partial<Parameters<typeof createSocketClient>[0]> = {}) =>
  createSocketClient({
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    token: TOKEN,
    acks: false,
    audio: 'pcm16',
    checkPoint: 'checkPoint',
    clock: systemClock,
    onInbound: () => undefined,
    onFault: () => undefined,
    ...more,
  })

test('frames of one moment go as they were given, though their bytes are used again at once', async () => {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const optima = openOptimaSockets(http)
  const client = clientOf(http)
  await client.ready()
  const channel = await new Promise<ReturnType<typeof client.open>>((resolve) => {
    const opened = client.open('s1', 0, (event) => event.event === 'here' && resolve(opened))
  })
  const frame = new Uint8Array(320)
  for (let n = 1; n <= 5; n++) channel.audio(frame.fill(n))
  frame.fill(9)
  const heard = () => optima.said.flatMap(({ data, event }) => (event === 'audio' && data.audioData ? [data.audioData[0]] : []))
  await expect.poll(() => heard().length).toBe(5)
  expect(heard()).toEqual([1, 2, 3, 4, 5])
  client.close()
  await optima.close()
  http.close()
})

/** A server that lets nobody in, and the library's timers, played: what it waits for, and how long. */
async function shutOut() {
  const http = createServer()
  let tries = 0
  http.on('upgrade', (_, line) => {
    tries += 1
    line.destroy()
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const faults: string[] = []
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  // The library adds or takes a part by chance.
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const waits = vi.spyOn(globalThis, 'setTimeout')
  onTestFinished(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    http.close()
  })
  const client = clientOf(http, { clock: { ...systemClock, after: () => () => undefined }, onFault: (what) => faults.push(what) })
  /** Between one try and the next; how long the library waits for a connection is none of it. */
  const pauses = () => waits.mock.calls.map(([, ms]) => Number(ms)).filter((ms) => ms > 0 && ms < 20_000)
  return { client, faults, pauses, tries: () => tries }
}

test('it is tried five times again, a second after the first, and then given up', async ({ signal }) => {
  const { client, faults, pauses, tries } = await shutOut()
  const until = async (done: () => boolean) => {
    for (; !done(); await turn()) signal.throwIfAborted()
  }
  const told: ChannelEvent[] = []
  client.open('s1', 0, (event) => told.push(event))
  const ready = client.ready().catch((error: unknown) => error)
  for (let again = 1; again <= 5; again++) {
    await until(() => pauses().length >= again)
    expect([tries(), client.over]).toEqual([again, false])
    vi.advanceTimersByTime(pauses().at(-1) ?? 0)
  }
  await until(() => client.over)
  expect(pauses()).toEqual([1000, 2000, 4000, 5000, 5000])
  expect([tries(), faults.length, client.size, told]).toEqual([6, 1, 0, [{ event: 'lost' }]])
  expect(await ready).toMatchObject({ code: 'unreachable', placed: 'no' })
  await expect(client.ready()).rejects.toMatchObject({ code: 'unreachable' })
})
