import type { HouseNumber } from '../../../agents/house-number.ts'
import type { Call } from '../../../calls/live-calls.ts'
import type { LiveLine } from '../../../lines/line.ts'
import type { House, NumberSocket } from '../../house.ts'
import { Lingering } from '../lingering.ts'
import { e164Of } from '../numbers.ts'
import { createExotelStream } from '../stream.ts'
import { SAMPLE_RATES, type SampleRate, type StreamKeys, type StreamStart } from '../wire.ts'
import { hasBasic } from './proof.ts'

/** What a socket was let in by: the right to one call, or the number's own token or credentials; `start` binds it to a call. */
interface Admitted {
  number: HouseNumber
  right: string | undefined
}

/** A phone call's sound from Exotel, which signs nothing: the address is the proof. */
export function exotelStreams(
  house: House,
  o: { sampleRateHz: SampleRate; chunkBytes: number; leadMs: number; keys: StreamKeys },
): NumberSocket {
  const { lines, numbers } = house
  /** Calls whose sound is here: no second socket takes one over. */
  const streamed = new Set<string>()
  const lingering = new Lingering(house.clock)

  /** Whose sound it is. */
  async function callOf({ number, right }: Admitted, start: StreamStart): Promise<{ call: Call; line: LiveLine } | undefined> {
    // Taken here and not at the door: a handshake that breaks is tried once more, with the same right.
    if (right !== undefined) return lines.takeStream(right)
    const near = number.phoneNumber
    const received = await house.reception.receive(number, {
      carrierCallId: start.callSid,
      from: e164Of(start.from ?? '', near),
      to: e164Of(start.to ?? '', near),
    })
    return received.is === 'taken' ? received : undefined
  }

  return {
    async admit(number, { headers, parts }): Promise<Admitted | undefined> {
      const token = parts[1]
      if (token !== undefined) {
        if (await numbers.withStreamToken(number.id, token)) return { number, right: undefined }
        const right = lines.streamOf(token)
        if (right) return right.line.number.id === number.id ? { number, right: token } : undefined
      }
      return hasBasic(number, headers.authorization) ? { number, right: undefined } : undefined
    },
    accept(admitted, { query, ws }) {
      const socket = admitted as Admitted
      let held: string | undefined
      createExotelStream({
        ws,
        clock: house.clock,
        chunkBytes: o.chunkBytes,
        leadMs: o.leadMs,
        lingering,
        keys: o.keys,
        sampleRateHz: rateOf(query.get('sample-rate')) ?? o.sampleRateHz,
        async admit(start, leg) {
          const found = await callOf(socket, start)
          if (!found || ws.readyState !== ws.OPEN) return undefined
          const { call, line } = found
          line.name(start.callSid)
          // A flow's one address serves all numbers of its organisation.
          if (line.number.organisationId !== socket.number.organisationId || line.carrierCallId !== start.callSid || call.endReason)
            return undefined
          if (streamed.has(call.id)) return undefined
          held = call.id
          streamed.add(held)
          // Its in-progress says nothing; that the sound is here does.
          line.tell({ carrierCallId: start.callSid, status: 'connected', token: `${start.callSid} stream`, said: { event: 'stream' } })
          call.answers()
          house.bringSound(call, leg)
          return call.direction === 'inbound' ? 'visitor' : 'callee'
        },
        onGone() {
          if (held !== undefined) streamed.delete(held)
        },
        onFault: (error) => house.logger.error({ err: error, callId: held }, 'a frame of a phone call could not be taken'),
      })
    },
  }
}

const rateOf = (told: string | null): SampleRate | undefined => SAMPLE_RATES.find((rate) => String(rate) === told)
