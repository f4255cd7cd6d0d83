import type { Agent } from '../../../agents/agents.ts'
import type { HouseNumber } from '../../../agents/house-number.ts'
import type { Call } from '../../../calls/live-calls.ts'
import type { HttpContext } from '../../../http/endpoint.ts'
import type { SocketRoute } from '../../../http/upgrade.ts'
import type { LiveLine } from '../../../lines/line.ts'
import { CLOSE, Problem } from '../../../protocol/index.ts'
import type { CarrierRoute, House } from '../../house.ts'
import type { TwilioConfig } from '../config.ts'
import { readSessionEnd } from '../conversation-relay/action.ts'
import { TWILIO_RELAY } from '../conversation-relay/dialect.ts'
import { createRelayLeg, type RelayLeg } from '../conversation-relay/leg.ts'
import { keepSession } from '../conversation-relay/sessions.ts'
import { createRelaySocket } from '../conversation-relay/socket.ts'
import { greetsItself, sessionTwiml } from '../conversation-relay/twiml.ts'
import { hangUpTwiml, redirectTwiml } from '../twiml.ts'
import { EVENT_TOKEN, type TwilioProof } from './proof.ts'
import type { SpokenFor } from './spoken-for.ts'
import type { TwilioUrls } from './urls.ts'

/** ConversationRelay: Twilio hears and speaks, and a call's words come over sessions, one after the other where a socket breaks. */

/** A call whose socket breaks gets so many others. */
const MOST_RECOVERIES = 3
/** More errors that Twilio reports of one call are like those before. */
const MOST_NOTES = 20

export interface TwilioRelay {
  /** The next session of this call; its first says the greeting, unless the owner wants that said by us. */
  twiml(o: { call: Call; agent: Agent; line: LiveLine }): string
  /** The same for a call that has had sessions, also while the database is away; hangs up one that had none. */
  again(call: Call, line: LiveLine): string
  /** Its words come over sessions. */
  carries(call: Call): boolean
  /** Hears of every session that stands, by its call. */
  onSession(listener: (callId: string) => void): void
  readonly routes: readonly CarrierRoute[]
  readonly sockets: readonly SocketRoute[]
}

/** What is known of one call's sessions. */
interface Sessions {
  leg?: RelayLeg
  /** Whose words they are: a session that follows is told the same, also while the database is away. */
  agent?: Agent
  /** Said by Twilio when the session that was asked for begins. */
  greeting?: string | undefined
  /** How many stood. */
  begun: number
  /** How many broke, and were followed by another. */
  breaks: number
  /** Ends that were told, by their names: how many sessions had begun by then. The same name again is the same end. */
  readonly ends: Map<string, number>
  /** What the call goes on with once the session has ended as we asked: asked for when Twilio asks, and again when our answer was lost. */
  next?: (() => string) | undefined
}

export function twilioRelay(
  house: House,
  { proof, spokenFor, urls }: { proof: TwilioProof; spokenFor: SpokenFor; urls: TwilioUrls },
): TwilioRelay {
  const { lines, log, logger } = house
  const known = new WeakMap<Call, Sessions>()
  const of = (call: Call): Sessions => {
    const sessions = known.get(call) ?? { begun: 0, breaks: 0, ends: new Map<string, number>() }
    known.set(call, sessions)
    return sessions
  }
  const listeners: ((callId: string) => void)[] = []
  const farEnd = (call: Call) => (call.direction === 'inbound' ? 'visitor' : 'callee')

  function twiml({ agent, call, line }: { call: Call; agent: Agent; line: LiveLine }): string {
    const token = lines.streamToken(call.id)
    if (token === undefined) {
      call.hangUp('error')
      return hangUpTwiml()
    }
    call.wordsOnly()
    const sessions = of(call)
    sessions.agent = agent
    const { relay: ofNumber } = line.number.config as TwilioConfig
    const settings = [...(ofNumber ? [ofNumber] : []), agent.persona.phone.relay]
    // What is said to a machine comes in place of the greeting, which could not be silenced any more.
    const mayBeMachine = call.direction === 'outbound' && agent.persona.phone.voicemail !== undefined
    sessions.greeting = sessions.leg === undefined && greetsItself(settings) && !mayBeMachine ? call.opening() : undefined
    return sessionTwiml({
      dialect: TWILIO_RELAY,
      url: urls.relaySocket(token),
      action: urls.relayAction(call.id),
      turns: agent.persona.turns,
      language: call.language,
      settings,
      greeting: sessions.greeting,
      parameters: { callId: call.id, sessionId: call.sessionId },
    })
  }

  const socket: SocketRoute = {
    path: '/api/calls/websocket/{token}',
    pattern: /^\/api\/calls\/websocket\/([A-Za-z0-9_-]{1,128})\/?$/,
    access: 'carrier',
    callOf: ({ parts }) => lines.claimedBy(parts[0] ?? ''),
    // The right is looked at, and used only by a socket that stands.
    async admit({ headers, parts, url }): Promise<HouseNumber | undefined> {
      const number = lines.streamOf(parts[0] ?? '')?.line.number
      const signature = headers['x-twilio-signature']
      return number && typeof signature === 'string' && proof.socket(number, url, signature) ? number : undefined
    },
    accept({ admitted, parts, ws }) {
      const right = lines.takeStream(parts[0] ?? '')
      if (right?.line.number.id !== (admitted as HouseNumber).id) return house.refuse(ws, CLOSE.abuse, 'no call waits for this session')
      const { call, line } = right
      let letGo: (() => void) | undefined
      createRelaySocket({
        ws,
        clock: house.clock,
        admit({ callSid, sessionId }, wire) {
          line.name(callSid)
          if (callSid !== line.carrierCallId || call.endReason) return undefined
          call.answers()
          log.event(call.id, 'relay.setup', { sessionId })
          const sessions = of(call)
          sessions.next = undefined
          sessions.begun += 1
          const isFirst = sessions.leg === undefined
          const relay = sessions.leg ?? legFor(call)
          sessions.leg = relay
          relay.use(wire, sessions.greeting)
          if (isFirst) house.bringTextLeg(call, relay.leg)
          letGo = keepSession(callSid, {
            sendDigits: relay.sendDigits,
            handOff(next) {
              if (!relay.handOff(JSON.stringify({ callId: call.id, reason: 'transfer' }))) return false
              sessions.next = next
              return true
            },
          })
          for (const listener of listeners) listener(call.id)
          return {
            take: relay.take,
            gone(gone, code) {
              letGo?.()
              relay.gone(gone, code)
            },
          }
        },
        onFault: (error) => logger.error({ err: error, callId: call.id }, 'words of a phone call could not be taken'),
      })
    },
  }

  function legFor(call: Call): RelayLeg {
    let notes = 0
    return createRelayLeg({
      clock: house.clock,
      name: 'twilio-relay',
      farEnd: farEnd(call),
      tells: TWILIO_RELAY.events.includes('tokens-played'),
      onNote(type, payload) {
        notes += 1
        if (notes > MOST_NOTES) return
        logger.warn({ callId: call.id, ...payload }, 'ConversationRelay reports an error')
        log.event(call.id, type, payload)
      },
    })
  }

  /** A session is over: the call goes on only where it has something to go on with. */
  async function after(c: HttpContext): Promise<string> {
    const given = c.req.param('callId')
    const signed = await proof.webhook(c, given === undefined ? {} : { callId: given })
    const told = readSessionEnd(signed.form)
    if (!told) throw new Problem('invalid_request', 'This is not what Twilio says of a session that ended.')
    const live = spokenFor.live(c, signed, told.carrierCallId)
    if (live?.line.carrierCallId !== told.carrierCallId) return hangUpTwiml()
    const { call, line } = live
    const { durationMs, errorCode, sessionId, status } = told
    const sessions = of(call)
    // Whatever has no name of its own counts each time, so that no far end is told to come again without end.
    const name = sessionId || c.req.header(EVENT_TOKEN)
    const begunBy = name === undefined ? undefined : sessions.ends.get(name)
    // Told again after another session began: that one goes on, and whoever asks all the same comes to it.
    if (begunBy !== undefined && begunBy < sessions.begun) return redirectTwiml(urls.answer(call.id))
    if (begunBy === undefined) {
      if (name !== undefined) sessions.ends.set(name, sessions.begun)
      log.event(call.id, 'relay.over', {
        status,
        ...(errorCode === undefined ? {} : { error: errorCode }),
        ...(durationMs === undefined ? {} : { durationMs }),
      })
    }
    // A socket that broke amid a hand-off goes on with what the other end would have.
    if (told.live && sessions.next !== undefined && (status === 'ended' || errorCode === TWILIO_RELAY.socketLost)) return sessions.next()
    const { agent } = sessions
    if (agent && told.live && errorCode === TWILIO_RELAY.socketLost && !call.endReason) {
      if (begunBy === undefined) sessions.breaks += 1
      if (sessions.breaks <= MOST_RECOVERIES) return twiml({ agent, call, line })
    }
    const isLost = errorCode === TWILIO_RELAY.socketLost || errorCode === TWILIO_RELAY.soundLost
    call.hangUp(told.live ? (isLost ? 'connection' : 'error') : farEnd(call))
    return hangUpTwiml()
  }

  function again(call: Call, line: LiveLine): string {
    const { agent } = of(call)
    return agent && !call.endReason ? twiml({ agent, call, line }) : hangUpTwiml()
  }

  const answer = async (c: HttpContext) => c.body(await after(c), 200, { 'Content-Type': 'text/xml; charset=utf-8' })
  return {
    twiml,
    again,
    carries: (call) => known.get(call)?.leg !== undefined,
    onSession: (listener) => void listeners.push(listener),
    routes: [
      { method: 'post', path: '/api/calls/relay-action', answer },
      { method: 'post', path: '/api/calls/relay-action/{callId}', answer },
    ],
    sockets: [socket],
  }
}
