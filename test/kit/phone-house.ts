import { expect } from 'vitest'
import { Callback, type Wish } from './callback.ts'
import { type Operator, signIn } from './operator.ts'
import { type CarrierEnd, PhoneNetwork } from './phone-network.ts'
import { type Env, type RelayProcess, startDemo } from './relay-process.ts'
import { until } from './until.ts'

/** The demo beside its sandbox phones, with an operator signed in and an agent that calls back. */

export interface CallOfBook {
  id: string
  status: string
  endReason?: string
  durationMs?: number
}
export interface EventOfBook {
  type: string
  payload: Record<string, unknown>
}

const PLENTY = { perHour: 10_000, perDay: 10_000, perMonth: 10_000 }

export class PhoneHouse {
  demo: RelayProcess
  admin: Operator
  readonly phones: PhoneNetwork
  readonly agentId: string

  static async start(persona: Record<string, unknown> = {}, env: Env = {}, end?: CarrierEnd): Promise<PhoneHouse> {
    return PhoneHouse.of(await startDemo(env), persona, undefined, end)
  }

  /** A relay that rings the phones of a sandbox that is another process's. */
  static async of(
    demo: RelayProcess,
    persona: Record<string, unknown> = {},
    sandboxUrl = demo.sandboxUrl,
    end?: CarrierEnd,
  ): Promise<PhoneHouse> {
    const admin = await signIn(demo)
    const { status, body } = await admin.ask<{ agent: { id: string } }>('POST', '/api/agents', {
      name: 'Asha',
      greeting: 'Hello, this is the shop. How can I help you today?',
      disclosure: '',
      modes: ['talk', 'call-me'],
      callbackCountries: ['US'],
      limits: { callsPerVisitorPerHour: 1000, concurrentCalls: 100 },
      ...persona,
    })
    if (status !== 201) throw new Error(JSON.stringify(body))
    const limits = { number: PLENTY, visitor: PLENTY, address: PLENTY, agentVisitors: PLENTY, sandboxNumber: PLENTY }
    const ceiling = { perDay: 10_000, perMonth: 10_000 }
    const rules = { limits, ceilings: { number: ceiling, agent: ceiling, organisation: ceiling } }
    const set = await admin.ask('PATCH', '/api/calling-rules', rules)
    if (set.status !== 200) throw new Error(JSON.stringify(set.body))
    return new PhoneHouse(demo, admin, body.agent.id, sandboxUrl, end)
  }

  constructor(demo: RelayProcess, admin: Operator, agentId: string, sandboxUrl: string, end?: CarrierEnd) {
    this.demo = demo
    this.admin = admin
    this.agentId = agentId
    this.phones = new PhoneNetwork({ sandboxUrl }, end)
  }

  ring(phoneNumber: string, more: Partial<Wish> = {}, headers: Record<string, string> = {}): Promise<Callback> {
    return Callback.ask(this.demo, { agentId: this.agentId, phoneNumber, ...more }, headers)
  }

  async call(callId: string): Promise<CallOfBook> {
    return (await this.admin.ask<{ call: CallOfBook }>('GET', `/api/calls/${callId}`)).body.call
  }

  async events(callId: string): Promise<EventOfBook[]> {
    return (await this.admin.ask<{ events: EventOfBook[] }>('GET', `/api/calls/${callId}/events`)).body.events
  }

  async transcript(callId: string): Promise<{ role: string; text: string; interrupted?: boolean }[]> {
    const { body } = await this.admin.ask<{ entries: { role: string; text: string; interrupted?: boolean }[] }>(
      'GET',
      `/api/calls/${callId}/transcript`,
    )
    return body.entries
  }

  async live(): Promise<CallOfBook[]> {
    return (await this.admin.ask<{ calls: CallOfBook[] }>('GET', '/api/calls/active')).body.calls
  }

  /** The call is settled everywhere: page, book, log and phone say the same, once. Gives its events. */
  async settled(callId: string, number: string, ends: { status: string; endReason: string }): Promise<EventOfBook[]> {
    const call = await until(`call ${callId} is settled`, async () => {
      const found = await this.call(callId)
      return found.endReason !== undefined && found
    })
    expect(call).toMatchObject(ends)
    const events = await until('its last event', async () => {
      const all = await this.events(callId)
      return all.some(({ type }) => type === 'call.ended') && all
    })
    expect(events.filter(({ type }) => type === 'call.ended')).toHaveLength(1)
    expect((await this.admin.ask('GET', `/api/calls/${callId}/evidence`)).body).toMatchObject({ verified: true })
    expect((await this.live()).map(({ id }) => id)).not.toContain(callId)
    for (const phone of await this.phones.calls(number)) {
      await this.phones.phone(number, ({ id, state }) => id === phone.id && state === 'over')
    }
    return events
  }

  /** The relay is gone at once, and begins again over the same data. */
  async crash(): Promise<void> {
    await this.demo.kill()
    this.demo = await this.demo.restart()
    this.admin = await signIn(this.demo)
  }

  close(): Promise<void> {
    return this.demo[Symbol.asyncDispose]()
  }
}
