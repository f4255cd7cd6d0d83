import { once } from 'node:events'
import { WebSocket } from 'ws'
import { askForCall, many } from './ask-for-call.ts'
import { type BenchRelay, startBenchRelay } from './bench-relay.ts'
import { type Figure, median } from './figures.ts'

const AT_ONCE = 8
const OPENED_A_ROUND = 200
const ROUNDS = 5
const LIVE = 200
const COMPLETED = 1000

/** Opens a call and joins it; resolves with its socket once the relay said `ready`. */
async function openCall(url: string): Promise<WebSocket> {
  const ws = new WebSocket((await askForCall(url)).mediaUrl, { perMessageDeflate: false })
  await once(ws, 'message')
  return ws
}

async function hangUp(ws: WebSocket): Promise<void> {
  const closed = once(ws, 'close')
  ws.send('{"type":"hangup"}')
  await closed
}

/** Waits until what ended calls still held is written and gone: two readings that agree. */
async function settledBytes(relay: BenchRelay): Promise<number> {
  let before = Number.POSITIVE_INFINITY
  for (let reading = 0; reading < 20; reading++) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    const { heldBytes: now } = await relay.held()
    if (Math.abs(now - before) < 50_000) return now
    before = now
  }
  return before
}

/** Calls opened per second by raw sockets, what a live call holds, what a completed one leaves; relay in its own process, embedded store. */
export async function callFigures(): Promise<Figure[]> {
  await using relay = await startBenchRelay()
  const cycle = async () => hangUp(await openCall(relay.url))
  await many(100, cycle, AT_ONCE)

  const rates: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const begun = performance.now()
    const sockets = await many(OPENED_A_ROUND, () => openCall(relay.url), AT_ONCE)
    rates.push((OPENED_A_ROUND * 1000) / (performance.now() - begun))
    await Promise.all(sockets.map(hangUp))
  }

  const idle = await settledBytes(relay)
  const again = await settledBytes(relay)
  const sockets = await many(LIVE, () => openCall(relay.url), AT_ONCE)
  const live = await settledBytes(relay)
  await Promise.all(sockets.map(hangUp))

  const before = await settledBytes(relay)
  await many(COMPLETED, cycle, AT_ONCE)
  const after = await settledBytes(relay)

  const spread = `${ROUNDS} rounds of ${OPENED_A_ROUND}, ${AT_ONCE} at once: ${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)}`
  const noise = `idle against idle differs by ${(Math.abs(again - idle) / 1000).toFixed(0)} kB in all`
  return [
    { name: 'calls opened (POST, socket, ready)', value: median(rates), unit: 'per s', note: spread },
    {
      name: 'memory of a live call',
      value: (live - idle) / LIVE / 1000,
      unit: 'kB',
      note: `${LIVE} calls, heap and external after collection; ${noise}`,
    },
    {
      name: 'memory a completed call leaves',
      value: (after - before) / COMPLETED / 1000,
      unit: 'kB',
      note: `${COMPLETED} calls; ${noise}`,
    },
  ]
}
