import type { HouseNumber } from '../../agents/house-number.ts'
import type { Clock } from '../../calls/ports.ts'
import { createTwilioStream } from '../../carriers/twilio/stream.ts'
import type { Lines } from '../../lines/lines.ts'
import { bringSound } from '../../lines/phone-leg.ts'
import type { Logger } from '../../logger.ts'
import { CLOSE } from '../../protocol/index.ts'
import type { NumberSocket } from '../telephony.ts'
import { refuse } from '../upgrade.ts'
import type { TwilioProof } from './proof.ts'

/** A phone call's sound: signed by Twilio, under a right to one call that works once, and for the very call that it is of. */
export function twilioStreams(o: { proof: TwilioProof; lines: Lines; clock: Clock; logger: Logger }): NumberSocket {
  return {
    async admit(number, { headers, url }): Promise<HouseNumber | undefined> {
      const signature = headers['x-twilio-signature']
      return typeof signature === 'string' && o.proof.socket(number, url, signature) ? number : undefined
    },
    accept(admitted, { parts, ws }) {
      const number = admitted as HouseNumber
      const right = o.lines.takeStream(parts[1] ?? '')
      if (right?.line.number.id !== number.id) return refuse(ws, CLOSE.abuse, 'no call waits for this stream')
      const { call, line } = right
      createTwilioStream({
        ws,
        clock: o.clock,
        admit({ callSid }, leg) {
          line.name(callSid)
          if (callSid !== line.carrierCallId || call.endReason) return undefined
          call.answers()
          bringSound(call, leg)
          return call.direction === 'inbound' ? 'visitor' : 'callee'
        },
        onFault: (error) => o.logger.error({ err: error, callId: call.id }, 'a frame of a phone call could not be taken'),
      })
    },
  }
}
