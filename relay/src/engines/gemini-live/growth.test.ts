import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { Persona } from '../../agents/persona.ts'
import { answering, fakeVoice } from '../../calls/fakes.test-kit.ts'
import { createLiveCalls } from '../../calls/live-calls.ts'
import type { AudioLeg, CallLog, LegEvent } from '../../calls/ports.ts'
import { systemClock } from '../../clock.ts'
import { silent } from '../conformance.test-kit.ts'
import { generated, handle, turnOver, voice } from './far-end.test-kit.ts'
import { geminiLive } from './index.ts'

/** What a call through a vendor in trouble leaves behind, counted over a thousand of them. */

const WARM_UP = 200
const CALLS = 1000
const AT_ONCE = 10
const MOST_BYTES_A_CALL = 1024

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const nowhere: CallLog = {
  open: () => Promise.resolve(),
  event: () => undefined,
  entry: () => undefined,
  status: () => undefined,
  line: () => Promise.resolve(),
  close: () => Promise.resolve(),
}

function bytes(): number {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** A page that plays at once and says so. */
function pageLeg(): AudioLeg & { emit(event: LegEvent): void } {
  let listener: ((event: LegEvent) => void) | undefined
  return {
    kind: 'audio',
    name: 'page',
    input: { encoding: 'pcm_s16le', sampleRateHz: 16_000, frameMs: 20 },
    output: { encoding: 'pcm_s16le', sampleRateHz: 24_000, frameMs: 20 },
    leadMs: 60_000,
    writable: () => true,
    send: () => undefined,
    mark: (utterance, name) => queueMicrotask(() => listener?.({ type: 'mark', utterance, name })),
    clear: () => Promise.resolve(0),
    emit: (event) => listener?.(event),
    listen(next) {
      listener = next
      return () => {
        listener = undefined
      }
    },
    close: () => undefined,
  }
}

/** What happens to the nth connection amid its answer; those that come after it have no trouble. */
const TROUBLES: ((ws: WebSocket) => void)[] = [
  (ws) => ws.terminate(),
  (ws) => ws.close(1011, 'Deadline expired'),
  (ws) => ws.send(JSON.stringify({ goAway: { timeLeft: '0s' } })),
  (ws) => ws.close(1011, 'You exceeded your current quota'),
  (ws) => {
    for (let at = 0; at < 5; at++) ws.send('{')
  },
  () => undefined,
]

/** A vendor that remembers nothing. */
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
let connections = 0
server.on('connection', (ws) => {
  connections += 1
  const nth = connections
  const trouble = nth % 2 === 0 ? undefined : TROUBLES[(nth >> 1) % TROUBLES.length]
  const say = (message: object) => ws.send(JSON.stringify(message))
  ws.on('error', () => undefined)
  ws.on('message', (data) => {
    const frame = JSON.parse(String(data)) as { setup?: { sessionResumption?: { handle?: string } }; realtimeInput?: { text?: string } }
    if (frame.setup) {
      // Some handles are not known any more.
      if (frame.setup.sessionResumption?.handle?.endsWith('3')) return ws.close(1007, 'Invalid handle')
      return say({ setupComplete: {} })
    }
    if (frame.realtimeInput?.text === undefined) return
    say(handle(`h${nth}`))
    say(voice('Some words of it'))
    if (trouble) return trouble(ws)
    say(generated)
    say(turnOver)
  })
})
afterAll(() => {
  for (const ws of server.clients) ws.terminate()
  server.close()
})

test(`a thousand calls in trouble leave less than ${MOST_BYTES_A_CALL} bytes each`, async () => {
  const engine = geminiLive({
    apiKey: 'k',
    model: 'gemini-3.8-live',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiVersion: 'v1beta',
    textRoute: 'auto',
    stallMs: 100,
    logger: silent,
  })
  const fallback = answering('fallback', () => 'From another.')
  const calls = createLiveCalls({
    log: nowhere,
    engines: [engine, fallback],
    voice: fakeVoice(),
    clock: systemClock,
    logger: silent,
    settings: { resumeMs: 1000, firstConnectMs: 1000 },
  })
  const persona = Persona.parse({ name: 'Mira', greeting: '', disclosure: '', engine: 'gemini-live', fallbacks: ['fallback'] })
  async function oneCall() {
    const call = await calls.open({
      organisationId: 'o',
      agentId: 'a',
      persona,
      sessionId: 's',
      modality: 'voice',
      kind: 'web',
      direction: 'inbound',
      language: 'en',
      variables: {},
      details: {},
    })
    const leg = pageLeg()
    const answered = new Promise<void>((resolve) => {
      call.feed.listen((event) => {
        if (event.type === 'transcript' && event.entry.role === 'agent' && event.entry.final) resolve()
      })
    })
    call.attach(leg)
    for (let at = 0; at < 10; at++) leg.emit({ type: 'audio', bytes: new Uint8Array(640).fill(0x20) })
    leg.emit({ type: 'text', text: 'Tell me something' })
    await answered
    call.hangUp('visitor')
    await call.closed
  }
  async function many(count: number) {
    for (let left = count; left > 0; left -= AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, oneCall))
    await new Promise((resolve) => setImmediate(resolve))
    // What the test itself remembers is not the relay's.
    fallback.inputs.length = 0
    fallback.contexts.length = 0
    return bytes()
  }

  await many(WARM_UP)
  const before = await many(WARM_UP)
  await many(CALLS)
  expect(calls.size).toBe(0)
  expect(connections).toBeGreaterThan(CALLS)
  // Sockets that were left say goodbye for some seconds more.
  await expect.poll(() => (bytes() - before) / CALLS, { timeout: 40_000, interval: 2000 }).toBeLessThan(MOST_BYTES_A_CALL)
}, 300_000)
