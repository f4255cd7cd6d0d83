import type { HouseNumber } from '../../../agents/house-number.ts'
import { CLOSE } from '../../../protocol/index.ts'
import type { House, NumberSocket } from '../../house.ts'
import { createTwilioStream } from '../stream.ts'
import type { TwilioProof } from './proof.ts'

/** A phone call's sound: signed by Twilio, under a right to one call that works once, and for the very call that it is of. */
export function twilioStreams(house: House, proof: TwilioProof): NumberSocket {
  return {
    async admit(number, { headers, url }): Promise<HouseNumber | undefined> {
      const signature = headers['x-twilio-signature']
      return typeof signature === 'string' && proof.socket(number, url, signature) ? number : undefined
    },
    accept(admitted, { parts, ws }) {
      const number = admitted as HouseNumber
      const right = house.lines.takeStream(parts[1] ?? '')
      if (right?.line.number.id !== number.id) return house.refuse(ws, CLOSE.abuse, 'no call waits for this stream')
      const { call, line } = right
      createTwilioStream({
        ws,
        clock: house.clock,
        admit({ callSid }, leg) {
          line.name(callSid)
          if (callSid !== line.carrierCallId || call.endReason) return undefined
          call.answers()
          house.bringSound(call, leg)
          return call.direction === 'inbound' ? 'visitor' : 'callee'
        },
        onFault: (error) => house.logger.error({ err: error, callId: call.id }, 'a frame of a phone call could not be taken'),
      })
    },
  }
}
