import { callFaults } from '../carriers/call-faults.ts'
import type { PhoneLeg } from '../carriers/phone-leg.ts'
import { Timers } from '../carriers/timers.ts'
import type { PhoneCall } from '../phones/call.ts'
import type { Network } from '../phones/network.ts'
import type { World } from '../world.ts'
import { EXOTEL_ACCOUNT } from './account.ts'
import type { StreamRecord } from './agent-stream.ts'
import { ExotelCall } from './call.ts'
import type { Applet, CallOrder } from './order.ts'
import type { Parts } from './parts.ts'
import { DEFAULT_SETTINGS, type ExotelSettings } from './settings.ts'
import { Webhooks } from './webhooks.ts'

/** Shows a message between carrier and customer to whoever watches that phone. */
export type Pass = (message: { number: string; callId: string; from: 'carrier' | 'relay'; name: string; body?: object | undefined }) => void

const KEPT_CALLS = 1000
/** Calls whose sound is kept. */
const KEPT_RECORDINGS = 50
/** Four hours. */
const INBOUND_LIMIT_MS = 14_400_000
const MINUTE_MS = 60_000

/** Exotel as a whole: calls, numbers, flows, what it tells its customer. */
export class Exchange implements Parts {
  readonly world: World
  readonly network: Network
  readonly webhooks: Webhooks
  readonly calls = new Map<string, ExotelCall>()
  /** What becomes of a call to a number. */
  readonly numbers = new Map<string, readonly Applet[]>()
  readonly flows = new Map<string, readonly Applet[]>()
  readonly streams: StreamRecord[] = []
  current: ExotelSettings = DEFAULT_SETTINGS
  readonly #address: () => string
  readonly #pass: Pass
  readonly #queue = new Timers()
  #asked: number[] = []

  /** @param address of the sandbox itself, known when it listens */
  constructor(world: World, network: Network, address: () => string, pass: Pass) {
    this.world = world
    this.network = network
    this.#pass = pass
    this.#address = address
    this.numbers.set(EXOTEL_ACCOUNT.phoneNumber, [])
    this.webhooks = new Webhooks(
      () => this.current,
      ({ callSid, method, url, purpose, told }) => {
        const call = this.calls.get(callSid)
        if (call) this.pass(call, 'carrier', `${method} ${new URL(url).pathname}`, { purpose, ...told })
      },
    )
  }

  settings(): ExotelSettings {
    return this.current
  }

  baseUrl(): string {
    return this.#address()
  }

  pass(call: ExotelCall, from: 'carrier' | 'relay', name: string, body?: object): void {
    this.#pass({ number: call.order.phone, callId: call.first.line?.id ?? call.sid, from, name, body })
  }

  /** False when there were too many in the last minute. */
  mayAsk(): boolean {
    const now = performance.now()
    this.#asked = this.#asked.filter((at) => now - at < MINUTE_MS)
    if (this.#asked.length >= this.current.callsPerMinute) return false
    this.#asked.push(now)
    return true
  }

  place(order: CallOrder): ExotelCall {
    const call = this.#keep(new ExotelCall(order, this))
    if (order.faults.stuck) return call
    this.#queue.after(this.current.queueMs, () => call.dial())
    return call
  }

  /** Phones that call this number get this flow from now on. */
  configure(phoneNumber: string, flow: readonly Applet[]): void {
    this.numbers.set(phoneNumber, flow)
    this.network.serve(phoneNumber, { carrier: 'exotel', called: (line) => this.#receive(line, phoneNumber) })
  }

  reset(): void {
    this.#queue.stop()
    for (const call of this.calls.values()) call.close()
    this.calls.clear()
    this.webhooks.clear()
    this.streams.length = 0
    this.#asked = []
    // Where a public address leads is part of the set-up, as numbers are.
    this.current = { ...DEFAULT_SETTINGS, reach: this.current.reach }
  }

  #receive(line: PhoneCall, phoneNumber: string): PhoneLeg {
    const { from } = line.record
    return this.#keep(
      new ExotelCall(
        {
          direction: 'incoming',
          phone: from,
          exophone: phoneNumber,
          task: { do: 'flow', appId: EXOTEL_ACCOUNT.appId, applets: this.numbers.get(phoneNumber) ?? [] },
          ringMs: 30_000,
          limitMs: INBOUND_LIMIT_MS,
          record: false,
          faults: callFaults(this.world.faults, 'exotel', from),
        },
        this,
      ),
    ).receive(line)
  }

  #keep(call: ExotelCall): ExotelCall {
    this.calls.set(call.sid, call)
    const [oldest] = this.calls.keys()
    if (this.calls.size > KEPT_CALLS && oldest) this.calls.delete(oldest)
    const kept = [...this.calls.values()].filter((each) => each.kept)
    for (const old of kept.slice(0, Math.max(0, kept.length - KEPT_RECORDINGS))) old.kept = undefined
    return call
  }
}
