import type { Service } from './faults.ts'

/** What became of a request; `left`: the client closed before the answer was complete. */
export type Outcome = 'open' | 'answered' | 'refused' | 'dropped' | 'left'

export interface Received {
  n: number
  service: Service
  at: string
  path: string
  headers: Record<string, string>
  body: unknown
  fault?: string
  status: number
  /** Pieces of text sent so far. */
  pieces: number
  outcome: Outcome
}

const KEPT = 500
const SECRET = new Set(['authorization', 'x-goog-api-key', 'cookie'])

/** Everything the services were asked, newest last, without keys. */
export class RequestLog {
  #all: Received[] = []
  #n = 0

  add(service: Service, request: Request, body: unknown): Received {
    const headers = Object.fromEntries([...request.headers].map(([name, value]) => [name, SECRET.has(name) ? '(hidden)' : value]))
    const received: Received = {
      n: ++this.#n,
      service,
      at: new Date().toISOString(),
      path: new URL(request.url).pathname,
      headers,
      body,
      status: 200,
      pieces: 0,
      outcome: 'open',
    }
    this.#all.push(received)
    if (this.#all.length > KEPT) this.#all.shift()
    return received
  }

  list(service?: string): Received[] {
    return this.#all.filter((each) => !service || each.service === service)
  }

  clear(): void {
    this.#all = []
  }
}
