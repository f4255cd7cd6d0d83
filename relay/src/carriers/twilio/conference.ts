import type { Call } from '../../calls/live-calls.ts'
import type { Clock, Permit } from '../../calls/ports.ts'
import type { LiveLine } from '../../lines/line.ts'
import type { Logger } from '../../logger.ts'
import { CarrierFault } from '../carrier.ts'
import type { ConferenceNews } from './conference-news.ts'
import type { ConferenceRest } from './conference-rest.ts'
import { type ConferenceEvent, type ConferenceState, deadlineOf, MOST_ASKED, MOVING, nextOf } from './conference-states.ts'
import { conferenceTwiml } from './twiml.ts'

/** One call's conference: its caller and an operator talk there, and nothing of it comes here. */
export interface Conference {
  /** Another way in for the operator; with a permit a phone is rung as soon as the caller is there. */
  invite(phone?: Permit): void
  /** What an operator's own call is told, by Twilio's name for it. */
  operatorAsks(carrierCallId: string): string
  /** The caller asks what to do: it has left the conference, whoever ended that. */
  callerAsks(): void
  told(news: ConferenceNews): void
  /** The call's words come here again. */
  words(): void
  /** Resolves when they do, or the call is over. @throws CarrierFault when it cannot be had back */
  back(): Promise<void>
  readonly isReturning: boolean
}

/** How long an operator's phone rings. */
const RING_MS = 30_000
/** An operator's leaving is told; where that was lost, it is asked for. */
const LOOK_MS = 15_000

/**
 * Begins at once: what is being said is heard to its end, then the caller goes over.
 * @param o.heard the agent's last words were heard, or are given up
 */
export function createConference(o: {
  call: Call
  line: LiveLine
  /** Whoever knows it may come in. */
  name: string
  rest: ConferenceRest
  clock: Clock
  logger: Logger
  urls: { status: string; answer: string }
  heard: Promise<unknown>
  /** Ends the session of words; what the call is told then is asked for when it asks. False when no session stands. */
  handOff: (next: () => string) => boolean
  /** What connects the call with its words again. */
  wordsTwiml: () => string
  note: (type: string, payload?: Record<string, unknown>) => void
  /** The operator is gone for good, or never came; the caller is on the way back. */
  onLost: (why: 'left' | 'never') => void
  onOver: () => void
}): Conference {
  const { call, clock, line, logger, note, rest, urls } = o
  let state: ConferenceState = MOVING
  let cancelDeadline: (() => void) | undefined
  let cancelLook: (() => void) | undefined
  let conferenceId: string | undefined
  let phone: Permit | undefined
  let phoneId: string | undefined
  let talked = false
  /** Calls of the operator that are in it: after a reload there may be two for a moment. */
  const operators = new Set<string>()
  const orders = new Map<string, number>()
  const returned = Promise.withResolvers<void>()
  // Whoever does not ask for it is told by the call's end.
  returned.promise.catch(() => undefined)
  const unlisten = call.feed.listen((event) => event.type === 'ended' && step({ type: 'call-over' }))
  const warn = (what: string) => (error: unknown) =>
    logger.warn({ callId: call.id, fault: error instanceof CarrierFault ? error.code : String(error) }, what)

  function step(event: ConferenceEvent) {
    const before = state
    state = nextOf(before, event)
    if (state === before) return
    cancelDeadline?.()
    const ms = deadlineOf(state)
    cancelDeadline = ms === undefined ? undefined : clock.after(ms, late)
    if (state.is === 'met' && state.operator === 'in') together()
    else {
      cancelLook?.()
      cancelLook = undefined
    }
    if (state.is === 'met' && before.is === 'moving') note('conference.caller-in')
    // What follows may take the next step itself.
    const now = state
    if (now.is === 'moving' && now.told === 'by-control' && (before.is !== 'moving' || before.told !== 'by-control')) take()
    else if (now.is === 'returning') returning(before, event)
    else if (now.is === 'over') over(now.how)
  }

  /** A session may stand that was not told of as such: the call itself knows. */
  const late = () => step({ type: state.is === 'returning' && call.stage === 'live' ? 'words' : 'time-up' })

  async function leave() {
    await o.heard.catch(() => undefined)
    if (state.is !== 'moving') return
    call.joined()
    step({ type: o.handOff(next) ? 'told' : 'no-session' })
  }

  /** Nobody asks what follows, so the call is told. */
  function take() {
    rest.redirect(line.carrierCallId ?? '', { twiml: room() }).then(
      () => step({ type: 'caller-in' }),
      (error: unknown) => {
        warn('a caller could not be moved')(error)
        step({ type: 'not-moved' })
      },
    )
  }

  const room = () => conferenceTwiml({ name: o.name, label: 'caller', status: urls.status, endsIt: true, afterwards: urls.answer })

  /** What the caller is told when the session has ended: meanwhile it may have been handed back. */
  function next(): string {
    if (state.is !== 'moving' && state.is !== 'met') return o.wordsTwiml()
    step({ type: 'caller-in' })
    return room()
  }

  function together() {
    if (!talked) note('conference.together')
    talked = true
    cancelLook ??= clock.after(LOOK_MS, () => void look().catch(warn('an operator could not be looked for')))
  }

  async function look() {
    cancelLook = undefined
    for (const id of [...operators]) {
      const stands = await line.account.status(id)
      if (!stands || stands.status === 'completed' || stands.status === 'failed') gone(id)
    }
    if (state.is === 'met' && state.operator === 'in') together()
  }

  function gone(carrierCallId: string) {
    operators.delete(carrierCallId)
    if (operators.size === 0) step({ type: 'operator-out' })
  }

  function ring() {
    const permit = phone
    if (!permit || conferenceId === undefined || state.is !== 'met') return
    phone = undefined
    rest
      .ring(permit, conferenceId, { from: line.number.phoneNumber, label: 'operator', status: urls.status, answerWithinMs: RING_MS })
      .then((id) => {
        phoneId = id
        note('conference.phone-rings')
        if (state.is !== 'met') return line.account.hangUp(id)
      })
      .catch((error: unknown) => {
        warn('an operator’s phone could not be rung')(error)
        const fault = error instanceof CarrierFault ? error.code : 'error'
        note('conference.phone-refused', { fault })
        // A phone may ring all the same: then its coming in is waited for.
        if (!(error instanceof CarrierFault && error.placed === 'unknown')) step({ type: 'operator-failed' })
      })
  }

  function returning(before: ConferenceState, event: ConferenceEvent) {
    if (before.is !== 'returning') {
      note('conference.returning', { why: event.type })
      if (event.type !== 'give-back') o.onLost(before.is === 'met' && talked ? 'left' : 'never')
    }
    if (before.is === 'moving' && before.told === 'not') return step({ type: 'words' })
    // Whoever asks gets the words: whose session was ended asks, and so does who left the conference.
    if (event.type === 'caller-out' || (before.is === 'moving' && before.told === 'by-session')) return
    ask().catch(warn('a caller could not be asked back'))
  }

  /** At last the conference is ended: who is left in it asks what to do. */
  async function ask() {
    const isLast = state.is === 'returning' && state.asked === MOST_ASKED
    if (isLast && conferenceId !== undefined) await rest.end(conferenceId)
    else await rest.redirect(line.carrierCallId ?? '', { url: urls.answer })
  }

  function over(how: 'back' | 'call' | 'failed') {
    cancelLook?.()
    unlisten()
    // Of two who talked nothing was heard here.
    if (talked) note('conference.unheard', { text: 'What was said in the conference was not written down.' })
    note('conference.over', { how })
    tidy().catch(warn('a conference was not tidied up'))
    o.onOver()
    if (how !== 'failed') return returned.resolve()
    returned.reject(new CarrierFault('unreachable', 'The caller could not be brought back from the conference.'))
    call.hangUp('connection')
  }

  /** Nobody is left alone in it. */
  async function tidy() {
    if (conferenceId !== undefined) await rest.end(conferenceId)
    for (const id of new Set([...operators, ...(phoneId === undefined ? [] : [phoneId])])) await line.account.hangUp(id)
  }

  cancelDeadline = clock.after(deadlineOf(state) ?? 0, late)
  note('conference.begun')
  leave().catch(warn('a caller could not be moved'))

  const NEWS: Record<ConferenceNews['what'], (id: string, isCaller: boolean) => void> = {
    joined(id, isCaller) {
      if (isCaller) return step({ type: 'caller-in' })
      operators.add(id)
      step({ type: 'operator-in' })
    },
    left(id, isCaller) {
      if (!isCaller) gone(id)
    },
    'phone-over'(id, isCaller) {
      if (isCaller) return
      const came = operators.has(id)
      gone(id)
      if (!came && (phoneId === undefined || id === phoneId)) step({ type: 'operator-failed' })
    },
    ended: () => undefined,
    other: () => undefined,
  }

  return {
    invite(permit) {
      phone = permit
      step({ type: 'invited' })
      ring()
    },
    operatorAsks(carrierCallId) {
      operators.add(carrierCallId)
      step({ type: 'operator-in' })
      return conferenceTwiml({ name: o.name, label: 'operator', status: urls.status, endsIt: false })
    },
    callerAsks: () => step({ type: 'caller-out' }),
    told(news) {
      conferenceId ??= news.conferenceId
      const { carrierCallId, order } = news
      if (carrierCallId !== undefined) {
        const before = orders.get(carrierCallId) ?? -1
        if (order !== undefined && order <= before) return
        if (order !== undefined) orders.set(carrierCallId, order)
        NEWS[news.what](carrierCallId, carrierCallId === line.carrierCallId)
      }
      ring()
    },
    words: () => step({ type: 'words' }),
    back() {
      step({ type: 'give-back' })
      return returned.promise
    },
    get isReturning() {
      return state.is === 'returning'
    },
  }
}
