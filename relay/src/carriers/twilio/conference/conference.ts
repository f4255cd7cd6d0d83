import type { Call } from '../../../calls/live-calls.ts'
import type { Clock, Permit } from '../../../calls/ports.ts'
import type { LiveLine } from '../../../lines/line.ts'
import type { Logger } from '../../../logger.ts'
import { CarrierFault } from '../../carrier.ts'
import { conferenceTwiml } from '../twiml.ts'
import type { ConferenceNews } from './news.ts'
import { createOperatorPhone } from './phone.ts'
import type { ConferenceRest } from './rest.ts'
import { type ConferenceEvent, type ConferenceState, deadlineOf, MOST_ASKED, MOVING, nextOf } from './states.ts'

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

  const phone = createOperatorPhone({
    ...{ callId: call.id, name: o.name, rest, clock, note, from: line.number.phoneNumber, status: urls.status },
    onRefused: () => step({ type: 'operator-failed' }),
    onUnwanted: (id) => void line.account.hangUp(id).catch(warn('an operator’s phone was not hung up')),
    onFault: warn('an operator’s phone could not be rung'),
  })

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
    if (state.is === 'met' && before.is === 'moving') {
      note('conference.caller-in')
      phone.open()
    }
    if (state.is !== 'met' && before.is === 'met') phone.close()
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

  /** Asked as long as they talk, also when Twilio did not answer. */
  async function look() {
    cancelLook = undefined
    try {
      for (const id of [...operators]) {
        const status = (await line.account.status(id))?.status
        if (status === 'completed' || status === 'failed') gone(id)
      }
    } finally {
      if (state.is === 'met' && state.operator === 'in') together()
    }
  }

  function gone(carrierCallId: string) {
    operators.delete(carrierCallId)
    if (operators.size === 0) step({ type: 'operator-out' })
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
    if (isLast && phone.conferenceId !== undefined) await rest.end(phone.conferenceId)
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
    const { carrierCallId, conferenceId } = phone
    if (conferenceId !== undefined) await rest.end(conferenceId)
    for (const id of new Set([...operators, ...(carrierCallId === undefined ? [] : [carrierCallId])])) await line.account.hangUp(id)
  }

  cancelDeadline = clock.after(deadlineOf(state) ?? 0, late)
  note('conference.begun')
  leave().catch(warn('a caller could not be moved'))

  function came(id: string, isCaller: boolean) {
    if (isCaller) return step({ type: 'caller-in' })
    operators.add(id)
    step({ type: 'operator-in' })
  }

  const NEWS: Record<ConferenceNews['what'], (id: string, isCaller: boolean) => void> = {
    joined: came,
    // A phone that was taken up is in it.
    'phone-up': came,
    left(id, isCaller) {
      if (!isCaller) gone(id)
    },
    'phone-over'(id, isCaller) {
      if (isCaller) return
      const wasIn = operators.has(id)
      gone(id)
      if (!wasIn && (phone.carrierCallId ?? id) === id) step({ type: 'operator-failed' })
    },
    ended: () => undefined,
    other: () => undefined,
  }

  return {
    invite(permit) {
      step({ type: 'invited' })
      phone.want(permit)
    },
    operatorAsks(carrierCallId) {
      operators.add(carrierCallId)
      step({ type: 'operator-in' })
      return conferenceTwiml({ name: o.name, label: 'operator', status: urls.status, endsIt: false })
    },
    callerAsks: () => step({ type: 'caller-out' }),
    told(news) {
      const { carrierCallId, order } = news
      if (carrierCallId !== undefined) {
        const before = orders.get(carrierCallId) ?? -1
        if (order !== undefined && order <= before) return
        if (order !== undefined) orders.set(carrierCallId, order)
        NEWS[news.what](carrierCallId, carrierCallId === line.carrierCallId)
      }
      if (news.conferenceId !== undefined) phone.named(news.conferenceId)
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
