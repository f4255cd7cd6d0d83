import { Agent, request } from 'node:http'
import { expect } from 'vitest'
import { residentBytes } from './memory.ts'

/** Very many requests to a relay, some at once over connections that are kept; and what the relay keeps of them. */

const AT_ONCE = 16
/** A process that kept what it was sent would grow by more for each. */
const KEPT_BYTES = 1024

/** A small heap is cleared often, so that what a process holds is what it keeps. */
export const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=256 --max-semi-space-size=4' }

export class Flood {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  readonly #relay: () => { port: number; pid: number }

  /** @param relay asked when it is needed: tests start theirs later */
  constructor(relay: () => { port: number; pid: number }) {
    this.#relay = relay
  }

  /** One request; resolves with its status. A GET has no body. */
  send(method: string, path: string, body: string, headers: Record<string, string> = {}): Promise<number> {
    const withBody = method === 'POST'
    const all = { ...headers, ...(withBody && { 'content-length': String(Buffer.byteLength(body)) }) }
    return new Promise((resolve, reject) => {
      const sending = request({ host: '127.0.0.1', port: this.#relay().port, path, method, agent: this.#agent, headers: all }, (response) =>
        response.resume().on('end', () => resolve(response.statusCode ?? 0)),
      )
      sending.on('error', reject)
      sending.end(withBody ? body : undefined)
    })
  }

  /** Sends the samples over and over, so many in all. Resolves with how often each status was answered. */
  async pour<T>(times: number, samples: readonly T[], send: (sample: T) => Promise<number>): Promise<Map<number, number>> {
    const answers = new Map<number, number>()
    let next = 0
    const worker = async () => {
      while (next < times) {
        const sample = samples[next++ % samples.length]
        if (sample === undefined) return
        const status = await send(sample)
        answers.set(status, (answers.get(status) ?? 0) + 1)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    return answers
  }

  /** Twice as much as `half`; what comes second, once the process has found its size, must leave nothing in it. */
  async leavesNothing<T>(half: number, samples: readonly T[], send: (sample: T) => Promise<number>): Promise<Map<number, number>> {
    const answers = await this.pour(half, samples, send)
    const warm = residentBytes(this.#relay().pid)
    for (const [status, count] of await this.pour(half, samples, send)) answers.set(status, (answers.get(status) ?? 0) + count)
    const grown = residentBytes(this.#relay().pid) - warm
    console.log(`grown by ${(grown / 1e6).toFixed(1)} MB over ${half} requests`)
    expect(grown).toBeLessThan(half * KEPT_BYTES)
    return answers
  }

  close(): void {
    this.#agent.destroy()
  }
}
