import { request as askHttp, type IncomingMessage, STATUS_CODES } from 'node:http'
import { request as askHttps } from 'node:https'
import type { Duplex } from 'node:stream'
import { RELAY_HEADER, type RelayProof } from '../access/relay-proof.ts'
import type { Holder } from '../live/peers.ts'

/** The other relay is near: a socket that it does not open within this it does not open. */
const OPENS_WITHIN_MS = 10_000

/**
 * Joins a socket that came to the wrong relay with the one that holds its call: the handshake goes there as it came, and then bytes pass
 * both ways, each side no faster than the other takes them, until either is gone. `refuse` answers what never became a socket.
 */
export function pipeTo(
  holder: Extract<Holder, { is: 'there' }>,
  o: { request: IncomingMessage; socket: Duplex; head: Buffer; address: string; proof: RelayProof; refuse: (error: Error) => void },
): void {
  const { head, request, socket } = o
  const target = request.url ?? '/'
  const method = request.method ?? 'GET'
  const { host, ...headers } = request.headers
  headers[RELAY_HEADER] = o.proof.issue({ to: holder.id, address: o.address, method, target })
  const ask = holder.url.startsWith('https:') ? askHttps : askHttp
  const there = ask(`${holder.url}${target}`, { method, headers, agent: false })
  const late = setTimeout(() => there.destroy(new Error('The other relay opened no socket in time.')), OPENS_WITHIN_MS)
  const leave = () => there.destroy()
  const settled = () => {
    clearTimeout(late)
    socket.off('close', leave)
  }
  socket.once('close', leave)
  there.on('upgrade', (answer, far, farHead) => {
    settled()
    if (socket.destroyed) return far.destroy()
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${linesOf(answer, [])}\r\n`)
    if (farHead.length > 0) socket.write(farHead)
    if (head.length > 0) far.write(head)
    pour(socket, far)
    pour(far, socket)
    return undefined
  })
  there.on('response', (answer) => {
    settled()
    // Refused there, in words that are right here too.
    const status = answer.statusCode ?? 502
    const lines = linesOf(answer, ['connection', 'transfer-encoding'])
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines}Connection: close\r\n\r\n`)
    answer.on('error', () => socket.destroy())
    answer.pipe(socket)
  })
  there.on('error', (error) => {
    settled()
    if (!socket.destroyed) o.refuse(error)
  })
  there.end()
}

/** What one side says the other hears to its last word; when one is gone, so is the other. */
function pour(from: Duplex, to: Duplex): void {
  from.on('error', () => to.destroy())
  from.on('close', () => to.end(() => to.destroy()))
  from.pipe(to)
}

function linesOf({ rawHeaders }: IncomingMessage, without: readonly string[]): string {
  let lines = ''
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (!without.includes(name.toLowerCase())) lines += `${name}: ${rawHeaders[at + 1]}\r\n`
  }
  return lines
}
