import type { RelayExtras } from '@voice-agent/relay/relay'
import { type RawData, WebSocket } from 'ws'

type SocketRoute = NonNullable<RelayExtras['extraSockets']>[number]

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])
/** What a page may send before the sandbox's side is open. */
const MOST_WAITING = 100
/** Sound that a slow page has not taken by then is old: it is left out. */
const MOST_BUFFERED_BYTES = 256 * 1024
const SANDBOX_GONE = 1012

/** The handsets' socket on the relay's own port, piped to the sandbox, so that the page needs no other port. */
export function phoneLine(sandboxUrl: string): SocketRoute {
  return {
    path: '/phone/line',
    pattern: /^\/phone\/line\/?$/,
    access: 'public',
    admit: async ({ headers }) => fromThisMachine(headers.origin, headers.host) || undefined,
    accept: ({ ws }) => pipe(ws, new WebSocket(`${sandboxUrl.replace(/^http/, 'ws')}/handsets`, { perMessageDeflate: false })),
  }
}

/** Whether the page that asks is the one served here, to a browser on this machine. */
export function fromThisMachine(origin: string | undefined, host: string | undefined): boolean {
  if (!origin || !URL.canParse(origin)) return false
  const from = new URL(origin)
  return LOOPBACK.has(from.hostname) && from.host === host
}

function pipe(page: WebSocket, network: WebSocket): void {
  const waiting: { data: RawData; binary: boolean }[] = []
  page.on('message', (data, binary) => {
    if (network.readyState === network.OPEN) pass(network, data, binary)
    else if (!binary && waiting.length < MOST_WAITING) waiting.push({ data, binary })
  })
  network.on('open', () => {
    for (const { data, binary } of waiting.splice(0)) pass(network, data, binary)
  })
  network.on('message', (data, binary) => pass(page, data, binary))
  page.on('close', () => network.terminate())
  network.on('close', () => page.close(SANDBOX_GONE, 'the sandbox is gone: try again'))
  // A close follows each error, and tells the other side.
  network.on('error', () => {})
}

function pass(to: WebSocket, data: RawData, binary: boolean): void {
  if (to.readyState !== to.OPEN || (binary && to.bufferedAmount > MOST_BUFFERED_BYTES)) return
  to.send(data, { binary })
}
