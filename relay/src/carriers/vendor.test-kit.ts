import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a carrier's server answers; `silence` never does, `cut` closes the connection after it has read the request. */
export type VendorAnswer =
  | { readonly status: number; readonly body: string | object; readonly headers?: Readonly<Record<string, string>> }
  | 'silence'
  | 'cut'

export interface VendorRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A carrier's end: a real HTTP server on loopback. */
export interface Vendor {
  readonly origin: string
  /** For whatever else the carrier speaks at its address. */
  readonly server: Server
  readonly requests: readonly VendorRequest[]
  /** From now on, to everything alike or by what is asked. */
  answers(answer: VendorAnswer | ((request: VendorRequest) => VendorAnswer)): void
  /** Told of each request before it is answered. */
  onRequest(listener: () => void): void
  /** Resolves when so many requests have come in all. */
  asked(count: number): Promise<void>
  close(): Promise<void>
}

export async function startVendor(): Promise<Vendor> {
  const requests: VendorRequest[] = []
  let answerTo = (_: VendorRequest): VendorAnswer => ({ status: 404, body: {} })
  let listener = () => undefined as unknown
  const waiting: { count: number; resolve: () => void }[] = []

  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    listener()
    const asked = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }
    requests.push(asked)
    give(answerTo(asked), response)
    for (const each of waiting) if (requests.length >= each.count) each.resolve()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    requests,
    answers(next) {
      answerTo = typeof next === 'function' ? next : () => next
    },
    onRequest(next) {
      listener = next
    },
    asked: (count) =>
      new Promise((resolve) => {
        if (requests.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function give(answer: VendorAnswer, response: ServerResponse) {
  if (answer === 'silence') return
  if (answer === 'cut') return void response.socket?.destroy()
  const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(body)
}
