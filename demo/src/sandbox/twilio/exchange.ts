import { callFaults } from '../carriers/call-faults.ts'
import { Timers } from '../carriers/timers.ts'
import type { PhoneCall } from '../phones/call.ts'
import type { Network } from '../phones/network.ts'
import type { Script } from '../phones/script.ts'
import { ScriptedPhone } from '../phones/scripted-phone.ts'
import type { World } from '../world.ts'
import { TwilioCall } from './call.ts'
import { Conferences } from './conferences.ts'
import type { Leg, Parts } from './leg.ts'
import type { StreamRecord } from './media-stream.ts'
import type { CallOrder } from './order.ts'
import type { Recording } from './recording.ts'
import type { RelayRecord } from './relay-record.ts'
import { DEFAULT_SETTINGS, type TwilioSettings } from './settings.ts'
import type { Subscription } from './status-callbacks.ts'
import { Webhooks } from './webhooks.ts'

/** A number of the account, and whom to ask what to do with a call to it. */
export interface TwilioNumber {
  phoneNumber: string
  voiceUrl: string
  voiceMethod: string
  voiceFallbackUrl?: string | undefined
  statusCallback?: string | undefined
  statusCallbackMethod: string
}

/** Shows a message between carrier and customer to whoever watches that phone. */
export type Pass = (message: { number: string; callId: string; from: 'carrier' | 'relay'; name: string; body?: object | undefined }) => void

const KEPT_CALLS = 1000
const KEPT_RECORDINGS = 50
/** Four hours, as Twilio has it. */
const INBOUND_LIMIT_MS = 14_400_000

/** Twilio as a whole: calls, numbers, what it tells its customer. */
export class Exchange implements Parts {
  readonly world: World
  readonly network: Network
  readonly webhooks: Webhooks
  readonly calls = new Map<string, TwilioCall>()
  readonly numbers = new Map<string, TwilioNumber>()
  readonly streams: StreamRecord[] = []
  readonly relays: RelayRecord[] = []
  readonly recordings: Recording[] = []
  readonly conferences: Conferences
  current: TwilioSettings = DEFAULT_SETTINGS
  readonly #address: () => string
  readonly #pass: Pass
  readonly #queue = new Timers()
  #nextLeavesAt = 0

  /** @param address of the sandbox itself, known when it listens */
  constructor(world: World, network: Network, address: () => string, pass: Pass) {
    this.world = world
    this.network = network
    this.#pass = pass
    this.#address = address
    this.webhooks = new Webhooks(
      () => this.current,
      ({ callSid, method, url, params, purpose }) => {
        const call = this.calls.get(callSid)
        if (call) this.pass(call, 'carrier', `${method} ${new URL(url).pathname}`, { purpose, ...params })
      },
    )
    this.conferences = new Conferences(this.webhooks, (words) =>
      world.faults.next('twilio', words, ({ kind }) => kind.startsWith('callbacks-')),
    )
  }

  settings(): TwilioSettings {
    return this.current
  }

  baseUrl(): string {
    return this.#address()
  }

  pass(leg: Leg, from: 'carrier' | 'relay', name: string, body?: object): void {
    const { direction, from: caller, to } = leg.order
    this.#pass({ number: direction === 'inbound' ? caller : to, callId: leg.line?.id ?? leg.sid, from, name, body })
  }

  /** Puts a call into the queue; it is dialled when its turn comes. */
  place(order: CallOrder): TwilioCall {
    const call = this.#keep(new TwilioCall(order, this))
    if (order.faults.stuck) return call
    const { queueMs, callsPerSecond } = this.current
    const now = performance.now()
    const leavesAt = Math.max(now + queueMs, callsPerSecond > 0 ? this.#nextLeavesAt : 0)
    if (callsPerSecond > 0) this.#nextLeavesAt = leavesAt + 1000 / callsPerSecond
    this.#queue.after(leavesAt - now, () => call.dial())
    return call
  }

  /** Another phone for a call that is on: not queued. */
  dial(order: CallOrder): Leg {
    const call = this.#keep(new TwilioCall({ ...order, faults: callFaults(this.world.faults, 'twilio', order.to) }, this))
    call.dial()
    return call
  }

  /** Phones that call this number reach its Voice URL from now on. */
  configure(number: TwilioNumber): void {
    this.numbers.set(number.phoneNumber, number)
    this.network.serve(number.phoneNumber, { carrier: 'twilio', called: (line) => this.#receive(line, number.phoneNumber) })
  }

  /** A page's kit connects; a scripted phone stands for its microphone and loudspeaker. */
  connectClient(o: { identity: string; parameters: Record<string, string>; voiceUrl: string; script: Script }): PhoneCall {
    const { identity, parameters, script, voiceUrl } = o
    const app = `app of ${identity}`
    this.network.serve(app, {
      carrier: 'twilio',
      called: (line) =>
        this.#keep(
          new TwilioCall(
            {
              direction: 'inbound',
              from: `client:${identity}`,
              to: '',
              instructions: { url: voiceUrl, method: 'POST' },
              parameters,
              timeoutMs: 0,
              timeLimitMs: INBOUND_LIMIT_MS,
              faults: {},
            },
            this,
          ),
        ).receive(line),
    })
    return this.network.dialFrom(new ScriptedPhone(script, this.network.speech), { from: `client:${identity}`, to: app })
  }

  reset(): void {
    this.#queue.stop()
    for (const call of this.calls.values()) call.close()
    this.calls.clear()
    this.conferences.clear()
    this.webhooks.clear()
    this.streams.length = 0
    this.relays.length = 0
    this.recordings.length = 0
    // Where a public address leads is part of the set-up, as numbers are.
    this.current = { ...DEFAULT_SETTINGS, reach: this.current.reach }
    this.#nextLeavesAt = 0
  }

  #receive(line: PhoneCall, phoneNumber: string): TwilioCall {
    const number = this.numbers.get(phoneNumber)
    const { from, to } = line.record
    const subscription: Subscription | undefined =
      number?.statusCallback === undefined
        ? undefined
        : { url: number.statusCallback, method: number.statusCallbackMethod, events: ['completed'] }
    const order: CallOrder = {
      direction: 'inbound',
      from,
      to,
      subscription,
      timeoutMs: 0,
      timeLimitMs: INBOUND_LIMIT_MS,
      faults: callFaults(this.world.faults, 'twilio', from),
      ...(number && { instructions: { url: number.voiceUrl, method: number.voiceMethod } }),
      ...(number?.voiceFallbackUrl !== undefined && { fallback: { url: number.voiceFallbackUrl, method: number.voiceMethod } }),
    }
    return this.#keep(new TwilioCall(order, this)).receive(line)
  }

  #keep(call: TwilioCall): TwilioCall {
    this.calls.set(call.sid, call)
    const [oldest] = this.calls.keys()
    if (this.calls.size > KEPT_CALLS && oldest) this.calls.delete(oldest)
    if (this.recordings.length > KEPT_RECORDINGS) this.recordings.shift()
    return call
  }
}
