import type { HttpContext } from '../../http/endpoint.ts'
import { Problem } from '../../protocol/index.ts'
import { CarrierFault } from '../carrier.ts'
import type { Doors, House } from '../house.ts'
import type { TincanConfig } from './config.ts'
import { createTincanStream } from './leg.ts'
import { Arrived, eventOf, Told } from './words.ts'

/** What the can does besides, as tests see it. */
export interface StringOfTheCan {
  /** Nothing can be placed over a slack string. */
  slack: boolean
  /** When it was opened and closed, tightened, and which calls got their names. */
  readonly did: string[]
}

/** How a tin can's words and sound come in: by the number's own addresses, or with its key. */
export function tincanDoors(house: House, string: StringOfTheCan): Doors {
  const { lines } = house
  const sound = (phoneId: string, token: string) => `${house.socketUrl()}/api/telephony/ws/${phoneId}/${token}`
  const bodyOf = async (c: HttpContext): Promise<unknown> => {
    try {
      return await c.req.json()
    } catch {
      throw new Problem('invalid_request', 'This is not what a tin can says.')
    }
  }
  return {
    urls({ callId, number: { id, secret }, streamToken }) {
      const status = `${house.url()}/api/telephony/status/${id}/${secret}?callId=${callId}`
      const token = streamToken()
      return { answer: status, status, recording: status, machine: status, ...(token ? { stream: sound(id, token) } : {}) }
    },
    proof: (c, number) => c.req.header('x-tincan') === (number.config as TincanConfig).key,
    async asked(c, number) {
      const arrived = Arrived.safeParse(await bodyOf(c))
      if (!arrived.success) throw new Problem('invalid_request', 'This is not what a tin can says.')
      const { call, from, to } = arrived.data
      const received = await house.reception.receive(number, { carrierCallId: call, from, to })
      const token = received.is === 'taken' ? lines.streamToken(received.call.id) : undefined
      return c.json(token ? { sound: sound(number.id, token) } : { nobody: received.is })
    },
    async told(c, number) {
      const told = Told.safeParse(await bodyOf(c))
      if (!told.success) throw new Problem('invalid_request', 'This is not what a tin can says.')
      const event = eventOf(told.data)
      const callId = c.req.query('callId') ?? lines.named(number.provider, event.carrierCallId)?.callId
      if (callId !== undefined && lines.get(callId)?.number.id === number.id) await lines.tell(callId, event)
      return c.body(null, 204)
    },
    sound: {
      async admit(number, { parts }) {
        const right = lines.takeStream(parts[1] ?? '')
        return right?.line.number.id === number.id ? right : undefined
      },
      accept(admitted, { ws }) {
        const { call, line } = admitted as NonNullable<ReturnType<typeof lines.takeStream>>
        createTincanStream({
          ws,
          clock: house.clock,
          async admit(name, leg) {
            line.name(name)
            if (line.carrierCallId !== name || call.endReason) return undefined
            call.answers()
            house.bringSound(call, leg)
            return call.direction === 'inbound' ? 'visitor' : 'callee'
          },
          onFault: (error) => house.logger.error({ err: error, callId: call.id }, 'a tin can failed'),
        })
      },
    },
    async ready() {
      string.did.push('tighten')
      if (string.slack) throw new CarrierFault('unreachable', 'The string hangs.')
    },
    named: (callId) => void string.did.push(`named ${callId}`),
    start: async () => void string.did.push('start'),
    close: async () => void string.did.push('close'),
    addresses: ({ id, streamToken }) => ({ websocketUrl: sound(id, streamToken) }),
  }
}
