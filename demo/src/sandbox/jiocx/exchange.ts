import { reachable } from '../carriers/loopback.ts'
import { Timers } from '../carriers/timers.ts'
import type { Network } from '../phones/network.ts'
import type { World } from '../world.ts'
import { type CallOrder, JiocxCall, type Parts } from './call.ts'
import { DEFAULT_SETTINGS, type JiocxSettings } from './settings.ts'
import { Tokens } from './tokens.ts'

/** Shows a message between carrier and customer to whoever watches that phone. */
export type Pass = (message: { number: string; callId: string; from: 'carrier' | 'relay'; name: string; body?: object | undefined }) => void

export interface Delivery {
  callId: string
  url: string
  body: object
  status?: number
  error?: string
}

const KEPT = 1000

/** JioCX as a whole: tokens, calls, credit, what it tells its customer. */
export class Exchange implements Parts {
  readonly world: World
  readonly network: Network
  readonly calls = new Map<string, JiocxCall>()
  readonly tokens = new Tokens(() => this.current)
  readonly deliveries: Delivery[] = []
  /** Phones that the account may not ring, whatever its token. */
  readonly barred = new Set<string>()
  current: JiocxSettings = DEFAULT_SETTINGS
  readonly #pass: Pass
  readonly #queue = new Timers()
  readonly #told = new WeakMap<JiocxCall, string>()

  constructor(world: World, network: Network, pass: Pass) {
    this.world = world
    this.network = network
    this.#pass = pass
  }

  pass(call: JiocxCall, from: 'carrier' | 'relay', name: string, body?: object): void {
    this.#pass({ number: call.order.from, callId: call.first.line?.id ?? call.id, from, name, body })
  }

  /** Puts a call into the queue; `tellAt` is told each change. */
  place(order: CallOrder, tellAt: string | undefined): JiocxCall {
    const call = new JiocxCall(order, this)
    this.calls.set(call.id, call)
    const [oldest] = this.calls.keys()
    if (this.calls.size > KEPT && oldest) this.calls.delete(oldest)
    if (tellAt !== undefined) this.#told.set(call, tellAt)
    this.current = { ...this.current, credits: Math.max(0, this.current.credits - 1) }
    if (order.faults.stuck) return call
    this.#queue.after(this.current.queueMs, () => call.dial())
    return call
  }

  /** In the names that the account has. */
  shown(call: JiocxCall, more: object = {}): object {
    const ids =
      this.current.names === 'snake' ? { call_id: call.id, session_id: call.sessionId } : { callId: call.id, sessionId: call.sessionId }
    return { ...ids, status: call.status, ...more }
  }

  changed(call: JiocxCall): void {
    const { message } = call
    const body = this.shown(call, { message })
    this.pass(call, 'carrier', `status ${call.status}`, body)
    const url = this.#told.get(call)
    if (url === undefined || !this.current.tells) return
    call.telling.tell(() => this.supervise(call, this.#deliver(call, url, body)), { status: call.status, last: call.over })
  }

  /** What failed is shown; the call goes on. */
  supervise(call: JiocxCall, work: Promise<unknown>): void {
    work.catch((error: unknown) => this.pass(call, 'carrier', 'error', { message: String(error) }))
  }

  reset(): void {
    this.#queue.stop()
    for (const call of this.calls.values()) call.close()
    this.calls.clear()
    this.deliveries.length = 0
    this.barred.clear()
    this.tokens.expire()
    this.tokens.logins = 0
    this.current = { ...DEFAULT_SETTINGS, reach: this.current.reach }
  }

  async #deliver(call: JiocxCall, url: string, body: object): Promise<void> {
    const delivery: Delivery = { callId: call.id, url, body }
    this.deliveries.push(delivery)
    if (this.deliveries.length > KEPT) this.deliveries.shift()
    try {
      const target = reachable(url, this.current.reach)
      const answer = await fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
      delivery.status = answer.status
    } catch (error) {
      delivery.error = String(error)
      throw error
    }
  }
}
