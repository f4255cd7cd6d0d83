import { Problem } from '../../protocol/index.ts'
import type { Doors, House } from '../house.ts'
import { createNumberOf, ofItself } from '../speaks-for.ts'
import { JiocxConfig } from './config.ts'
import { type Deviations, dialectOf } from './dialect.ts'
import { readBody, readCallback } from './webhooks.ts'

/** JioCX is polled; an account that can also tell does so at the number’s own address, whose secret is the proof. */
export function jiocxDoors(house: House, deviations: Deviations): Doors {
  const { lines } = house
  const numberOf = createNumberOf(house)
  return {
    namesCall(words, number) {
      const config = JiocxConfig.safeParse(number?.config)
      return { carrierCallId: readCallback({ ...words }, dialectOf(deviations, config.success ? config.data : {}))?.carrierCallId }
    },
    async told(c, number) {
      const fields = readBody(c.req.header('content-type') ?? '', new Uint8Array(await c.req.arrayBuffer()))
      const config = JiocxConfig.safeParse(number.config)
      const event = fields && readCallback(fields, dialectOf(deviations, config.success ? config.data : {}))
      if (!event) throw new Problem('invalid_request', 'This is not what JioCX says of a call.')
      const hint = c.req.query('callId')
      const ours = hint !== undefined && lines.get(hint)?.number.id === number.id ? hint : undefined
      await house.afterwards(async () => {
        const callId =
          ours ??
          lines.named(number.provider, event.carrierCallId)?.callId ??
          (await house.book.named(number.provider, event.carrierCallId))
        // What one number’s secret proves is nothing about another number’s call, nor about one that is over.
        if (callId === undefined || !ofItself(number, (await numberOf(callId))?.number)) return
        if ((lines.get(callId)?.carrierCallId ?? event.carrierCallId) === event.carrierCallId) await lines.tell(callId, event)
      }, c)
      return c.body(null, 204)
    },
  }
}
