import { randomUUID } from 'node:crypto'
import { callFaults } from '../carriers/call-faults.ts'
import type { PhoneLeg } from '../carriers/phone-leg.ts'
import { Timers } from '../carriers/timers.ts'
import type { PhoneCall } from '../phones/call.ts'
import type { Network } from '../phones/network.ts'
import type { World } from '../world.ts'
import { OPTIMA_ACCOUNT } from './account.ts'
import { type CallOrder, OptimaCall, type Parts } from './call.ts'
import { callRecord } from './record.ts'
import { DEFAULT_SETTINGS, type OptimaSettings } from './settings.ts'

/** Shows a message between carrier and customer to whoever watches that phone. */
export type Pass = (message: { number: string; callId: string; from: 'carrier' | 'relay'; name: string; body?: object | undefined }) => void

/** A connection of the account, which hears of every session. */
export interface Connection {
  tell(event: string, data: object): void
  /** `cut`: without a word; `away`: sent away by the server. */
  end(how: 'cut' | 'away'): void
}

const KEPT = 1000

/** Optima as a whole: calls, the account's connections, records of what is over. */
export class Exchange implements Parts {
  readonly world: World
  readonly network: Network
  readonly calls = new Map<string, OptimaCall>()
  readonly records: ReturnType<typeof callRecord>[] = []
  readonly connections = new Set<Connection>()
  current: OptimaSettings = DEFAULT_SETTINGS
  readonly #pass: Pass
  readonly #timers = new Timers()

  constructor(world: World, network: Network, pass: Pass) {
    this.world = world
    this.network = network
    this.#pass = pass
    network.serve(OPTIMA_ACCOUNT.phoneNumber, { carrier: 'optima', called: (line) => this.#receive(line) })
  }

  settings(): OptimaSettings {
    return this.current
  }

  pass(call: OptimaCall, from: 'carrier' | 'relay', name: string, body?: object): void {
    this.#pass({ number: call.leg.phone, callId: call.line?.id ?? call.sessionId, from, name, body })
  }

  over(call: OptimaCall): void {
    this.records.push(callRecord(call))
    if (this.records.length > KEPT) this.records.shift()
  }

  /** Puts a call into the queue; the account's connections are told of it as is set. */
  place(order: Omit<CallOrder, 'direction' | 'faults'>): OptimaCall {
    const faults = callFaults(this.world.faults, 'optima', order.to)
    const call = this.#keep(new OptimaCall({ ...order, direction: 'outbound', faults }, this))
    const { newSession, newSessionLateMs, queueMs } = this.current
    if (newSession === 'before') this.#announce(call)
    // Behind the answer to the request.
    if (newSession === 'after') this.#timers.after(10, () => this.#announce(call))
    if (newSession === 'late') this.#timers.after(newSessionLateMs, () => this.#announce(call))
    if (!faults.stuck) this.#timers.after(queueMs, () => call.dial())
    return call
  }

  /** Every connection is told of a session that is nobody's here. */
  announceForeign(type: 'outbound' | 'inbound'): string {
    const sessionId = randomUUID()
    this.tellAll('newSession', { sessionId, type })
    return sessionId
  }

  tellAll(event: string, data: object): void {
    for (const connection of [...this.connections]) connection.tell(event, data)
  }

  reset(): void {
    this.#timers.stop()
    for (const call of this.calls.values()) call.close()
    this.calls.clear()
    this.records.length = 0
    // What the account is set up with stays.
    this.current = { ...DEFAULT_SETTINGS, version: this.current.version }
  }

  #receive(line: PhoneCall): PhoneLeg {
    const { from, to } = line.record
    const faults = callFaults(this.world.faults, 'optima', from)
    const sound = { input: 'pcm16', output: 'pcm16' } as const
    const call = this.#keep(new OptimaCall({ direction: 'inbound', from, to, ringMs: 0, ...sound, faults }, this))
    const leg = call.receive(line)
    setImmediate(() => this.#announce(call))
    return leg
  }

  #announce(call: OptimaCall): void {
    const data = { sessionId: call.sessionId, type: call.order.direction }
    this.pass(call, 'carrier', 'newSession', data)
    this.tellAll('newSession', data)
  }

  #keep(call: OptimaCall): OptimaCall {
    this.calls.set(call.sessionId, call)
    const [oldest] = this.calls.keys()
    if (this.calls.size > KEPT && oldest) this.calls.delete(oldest)
    return call
  }
}
