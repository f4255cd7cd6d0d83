import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'

/** Takes a WebSocket upgrade, or leaves it to the next. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean

const WORDS: Record<number, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
}

/** Hands upgrades to the first that takes them; any other path is 404. */
export function acceptUpgrades(server: Server, takers: Upgrade[]): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    if (!takers.some((take) => take(request, socket, head))) refuse(socket, 404)
  })
}

export function refuse(socket: Duplex, status: number, retryAfterS?: number): void {
  const retry = retryAfterS === undefined ? '' : `Retry-After: ${retryAfterS}\r\n`
  socket.end(`HTTP/1.1 ${status} ${WORDS[status] ?? 'Error'}\r\n${retry}Content-Length: 0\r\nConnection: close\r\n\r\n`)
}
