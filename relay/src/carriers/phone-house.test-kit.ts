import type { Server } from 'node:http'
import { type Answer, ownPage, startTestRelay, type TestRelay } from '../relay.test-kit.ts'
import type { RelayExtras } from '../relay.ts'
import { startVendor, type Vendor } from './vendor.test-kit.ts'

/** The real relay beside a carrier's REST end, with an agent that talks and calls back. */

export interface CallView {
  readonly status: string
  readonly endReason?: string
  readonly direction: string
  readonly events: readonly { type: string; payload?: Record<string, unknown> }[]
  /** How often it ended. */
  readonly ends: number
}

export interface CarrierHouse extends TestRelay {
  readonly vendor: Vendor
  readonly admin: string
  readonly agentId: string
  /** The page of the relay itself asks for a call; `phoneNumber` is the callee's. */
  wish(json: { phoneNumber: string } & Record<string, unknown>, headers?: Record<string, string>): Promise<Response>
  view(callId: string): Promise<CallView>
}

export async function startCarrierHouse(o: {
  /** What makes the environment's number of this carrier, whose API is at `origin`. */
  env: (origin: string) => Record<string, string>
  persona?: Record<string, unknown> | undefined
  extras?: RelayExtras
  /** What else the carrier speaks at its address, from before the relay is there; answers how it is closed. */
  beside?: (server: Server) => () => Promise<void>
}): Promise<CarrierHouse> {
  const vendor = await startVendor()
  const closeBeside = o.beside?.(vendor.server)
  const relay = await startTestRelay({ env: o.env(vendor.origin), ...(o.extras ? { extras: o.extras } : {}) }).catch(
    async (error: unknown) => {
      await vendor.close()
      throw error
    },
  )
  const admin = await relay.token('admin')
  const agent = { name: 'Asha', modes: ['talk', 'call-me'], ...o.persona }
  const made = await relay.ask('/api/agents', { method: 'POST', token: admin, json: agent })
  const agentId = ((await made.json()) as Answer).agent.id
  const get = async (path: string) => (await relay.ask(path, { token: admin })).json() as Promise<never>

  return {
    ...relay,
    vendor,
    admin,
    agentId,
    wish: (json, headers = {}) =>
      relay.ask('/api/click-to-call', {
        method: 'POST',
        headers: { ...ownPage(relay.relay), ...headers },
        json: { agentId, consent: true, ...json },
      }),
    async view(callId) {
      const { call } = (await get(`/api/calls/${callId}`)) as { call: Omit<CallView, 'events' | 'ends'> }
      const { events } = (await get(`/api/calls/${callId}/events`)) as Pick<CallView, 'events'>
      return { ...call, events, ends: events.filter(({ type }) => type === 'call.ended').length }
    },
    async close() {
      await relay.close()
      await closeBeside?.()
      await vendor.close()
    },
  }
}
