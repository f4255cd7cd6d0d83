import type { HouseNumber } from '../../agents/house-number.ts'
import type { Carrier, CarrierAccount } from '../carrier.ts'
import type { House } from '../house.ts'
import { createArrivals } from './arrivals.ts'
import type { Channel, Listener } from './channel.ts'
import { createClients } from './clients.ts'
import { type Access, allowedAccess, OptimaConfig } from './config.ts'
import { mediaOrigin } from './endpoints.ts'
import { optimaFault } from './faults.ts'
import { openNative } from './native.ts'
import { followCall, type OptimaCall } from './optima-call.ts'
import { createSocketClient } from './socket-client.ts'
import { switchboardOf } from './switchboard.ts'
import type { OptimaAudio } from './wire.ts'

/** Optima tells of a session at once; where that word is lost, its room is asked for all the same. */
const NEW_SESSION_MS = 1000

/**
 * How Optima's words and sound come in: over connections that we make. Calls of ours, and calls that come in with the token of a number, are followed;
 * any other session of a token is somebody else's and never touched.
 */
export const optimaDoors =
  (open: (number: HouseNumber, house: House) => CarrierAccount): NonNullable<Carrier['doors']> =>
  (house) => {
    const { clock, logger, settings } = house
    const { OPTIMA_AUDIO, OPTIMA_CHECKPOINT: checkPoint, OPTIMA_FRAME_MS: frameMs, OPTIMA_INBOUND, OPTIMA_MEDIA_HOSTS } = settings.optima
    const { OPTIMA_SOUND_ANSWERS: soundAnswers } = settings.optima
    const audio = OPTIMA_AUDIO as OptimaAudio
    const board = switchboardOf(settings)
    const followed = new Map<string, OptimaCall>()
    const onFault = (what: string, details: object) => logger.warn({ carrier: 'optima', ...details }, what)
    const accessTo = (number: HouseNumber): Access => allowedAccess(OptimaConfig.parse(number.config), settings)

    const clients = createClients((account) =>
      createSocketClient({
        ...account,
        acks: account.version === '1.0.3',
        audio,
        checkPoint,
        clock,
        onInbound: (sessionId) => void arrivals.take(account, sessionId),
        onFault,
      }),
    )
    const arrivals = createArrivals({
      house,
      inbound: OPTIMA_INBOUND,
      clients,
      accessTo,
      isOurs: (sessionId) => followed.has(sessionId),
      onTaken: (number, callId, sessionId) => follow(number, { callId, sessionId, direction: 'inbound' }),
    })

    /** The way of a call's sound. Undefined where Optima names a host that may not have the token. */
    function wayOf(access: Access, sessionId: string, told: string | undefined): ((listener: Listener) => Channel) | undefined {
      const origin = told === undefined ? access.origin : mediaOrigin(told, { own: access.origin, allowed: OPTIMA_MEDIA_HOSTS })
      if (origin === undefined) return undefined
      const { token, version } = access
      if (version === '1.0.5-ws') {
        const url = `${origin.replace(/^http/, 'ws')}/ws/${sessionId}`
        return (listener) => openNative({ url, token, checkPoint, clock, listener, onFault })
      }
      // Another host may have told of the session before we came.
      const waitMs = origin === access.origin ? NEW_SESSION_MS : 0
      return (listener) => clients.of({ origin, token, version }).open(sessionId, waitMs, listener)
    }

    function follow(number: HouseNumber, o: { callId: string; sessionId: string; direction: 'inbound' | 'outbound' }) {
      const { callId, sessionId } = o
      if (followed.has(sessionId)) return
      const access = accessTo(number)
      const placed = board.take(sessionId)
      const way = wayOf(access, sessionId, placed?.endpointUrl)
      if (!way) {
        onFault('Optima names a host for a call’s sound that is not on OPTIMA_MEDIA_HOSTS: the call is hung up', { callId })
        return house.calls.get(callId)?.hangUp('error')
      }
      const call = followCall(house, {
        ...o,
        version: access.version,
        ringMs: placed?.ringMs,
        account: open(number, house),
        audio,
        frameMs,
        soundAnswers,
        open: way,
        onOver: () => followed.delete(sessionId),
      })
      followed.set(sessionId, call)
    }

    board.pressBy(async (sessionId, digits) => {
      const call = followed.get(sessionId)
      if (!call) throw optimaFault('not_found')
      await call.press(digits)
    })

    return {
      async ready(number) {
        const access = accessTo(number)
        // A WebSocket of each call stands after it was placed.
        if (access.version !== '1.0.5-ws') await clients.of(access).ready()
      },
      named(callId) {
        const line = house.lines.get(callId)
        if (line?.carrierCallId === undefined) return
        // A call that comes in is followed from its session on.
        if (house.calls.get(callId)?.direction === 'inbound') return
        follow(line.number, { callId, sessionId: line.carrierCallId, direction: 'outbound' })
      },
      start: () => arrivals.start(),
      async close() {
        arrivals.close()
        for (const call of [...followed.values()]) call.close()
        clients.close()
      },
    }
  }
