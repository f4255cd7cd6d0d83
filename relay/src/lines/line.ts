import type { HouseNumber } from '../agents/house-number.ts'
import type { Call } from '../calls/call.ts'
import type { Clock, Line, Permit } from '../calls/ports.ts'
import { type CarrierAccount, CarrierFault, type LineEvent, type PlaceOrder } from '../carriers/carrier.ts'
import { isPermit, NoPermit } from '../gate/index.ts'
import type { Logger } from '../logger.ts'
import type { EndReason } from '../protocol/index.ts'
import { fold, isEnd, NOTHING_SAID } from './progress.ts'
import { createRipcord } from './ripcord.ts'

/** A placement without a clear answer may ring all the same: so long a word of the carrier is waited for. It is never placed again. */
const UNCLEAR_MS = 30_000
/** Beyond the longest that a call may ring and talk; whoever says so or not, it is over then. */
const SLACK_MS = 60_000
/** Of a call that we did not place: no carrier's calls last longer. */
const LONGEST_MS = 24 * 3_600_000
const HANG_UP_TRIES = 6
const HANG_UP_AGAIN_FROM_MS = 500

/** One call's line at its carrier, from the placement to the carrier's last word. */
export interface LiveLine extends Line {
  readonly callId: string
  readonly number: HouseNumber
  readonly account: CarrierAccount
  readonly carrierCallId: string | undefined
  /** The call it belongs to; told once, before anything else. */
  join(call: Call): void
  /**
   * Rings, once. Resolves when the carrier has answered, clearly or not; never rejects. When it clearly did not ring and `passes` says that another
   * carrier will be asked, this line is over and the call goes on.
   */
  place(permit: Permit, order: PlaceOrder, passes?: () => boolean): Promise<CarrierFault | undefined>
  /** What the carrier says, by callback or when asked. */
  tell(event: LineEvent): void
  /** The carrier's name for the call, from whoever learns it first. */
  name(carrierCallId: string): void
  /** Its phone rings, as a call shows that it brought to us; its carrier may never say so itself. */
  met(): void
  /** The relay leaves: nothing is asked any more. Resolves when the carrier has answered what it was asked to place and to hang up. */
  close(): Promise<void>
}

/**
 * - placing: asked, no answer yet; `met` when it rings all the same. unclear: no clear answer. nameless: it rings, and the carrier does not say what
 *   it calls it. up: the carrier knows the call. over: nothing rings any more, or never did.
 * An unwanted line is hung up as soon as it has a name; one that is nameless is over then.
 */
type State =
  | { is: 'placing'; unwanted: boolean; met: boolean }
  | { is: 'unclear' | 'up'; unwanted: boolean }
  | { is: 'nameless' }
  | { is: 'over' }

/** What fails before a carrier was asked rang nobody, whatever it says of itself. */
function clearly(error: unknown): never {
  const [code, message] =
    error instanceof CarrierFault ? [error.code, error.message] : (['unreachable', 'What this carrier needs could not be opened.'] as const)
  throw new CarrierFault(code, message, { placed: 'no', cause: error })
}

function faultOf(error: unknown): CarrierFault {
  if (error instanceof CarrierFault) return error
  if (error instanceof NoPermit) return new CarrierFault('refused', error.message, { placed: 'no', cause: error })
  return new CarrierFault('malformed', String(error), { placed: 'unknown', cause: error })
}

export function createLine(o: {
  callId: string
  number: HouseNumber
  account: CarrierAccount
  /** Opens what must be open before it is placed. @throws CarrierFault */
  ready: () => Promise<void>
  needsPolling: boolean
  pollMs: number
  clock: Clock
  logger: Logger
  /** Writes the carrier's name for the call down. */
  keepName: (carrierCallId: string) => Promise<void>
  onNote: (type: string, payload: Record<string, unknown>) => void
  /** The carrier's last word; `talkedMs` as far as the carrier tells, else by our clock. */
  onOver: (talkedMs: number, last: LineEvent | undefined) => void
}): LiveLine {
  const { account, clock } = o
  const logger = o.logger.child({ callId: o.callId, carrier: o.number.provider })
  let state: State = { is: 'placing', unwanted: false, met: false }
  let carrierCallId: string | undefined
  let progress = NOTHING_SAID
  let call: Call | undefined
  let answeredMs: number | undefined
  /** The carrier joins it with another phone by itself. */
  let bridged = false
  let cancelUnclear: (() => void) | undefined
  /** How long the carrier may keep it at most, and when that is over for one that nobody wants. */
  let mayLastMs = LONGEST_MS
  let goneAtMs = Number.POSITIVE_INFINITY
  const closing = Promise.withResolvers<'closing'>()
  let placing: Promise<unknown> = Promise.resolve()
  let hangingUp: Promise<unknown> = Promise.resolve()

  const ripcord = createRipcord({
    clock,
    everyMs: o.needsPolling ? o.pollMs : undefined,
    ask: () => (carrierCallId === undefined ? Promise.resolve(undefined) : account.status(carrierCallId)),
    soundComes: () => call?.stage === 'live' && call.passesSound,
    onAnswer: (event) => tell(event),
    onLost: () => {
      o.onNote('line.lost', {})
      over(undefined, 'error')
    },
    mayLive: () => clock.monotonicMs() < goneAtMs,
    onFault: (error) => logger.debug({ err: error }, 'the carrier could not be asked'),
  })

  /** Nothing rings here; the call is another line's from now on. */
  function letGo() {
    state = { is: 'over' }
    cancelUnclear?.()
    ripcord.stop()
  }

  function over(last: LineEvent | undefined, reason: EndReason) {
    if (state.is === 'over') return
    letGo()
    call?.hangUp(reason)
    const byClockMs = answeredMs === undefined ? 0 : clock.monotonicMs() - answeredMs
    o.onOver(last?.durationMs ?? byClockMs, last)
  }

  /** By whoever ends the call: the carrier is told as soon as it can be. */
  function unwant() {
    if (state.is === 'nameless') return over(undefined, call?.endReason ?? 'error')
    if (state.is === 'over' || state.unwanted) return
    state = { ...state, unwanted: true }
    goneAtMs = clock.monotonicMs() + mayLastMs
    if (state.is === 'up') hangUpNow()
  }

  function hangUpNow() {
    if (carrierCallId === undefined) return
    hangingUp = hangUp(carrierCallId).catch((error: unknown) => logger.error({ err: error }, 'a line could not be hung up'))
  }

  async function hangUp(known: string) {
    let next: 'again' | 'closing' = 'again'
    for (let tried = 1; state.is !== 'over'; tried++) {
      try {
        await account.hangUp(known)
        return
      } catch (error) {
        // Where a call ends with its sound there is nothing to ask for.
        if (error instanceof CarrierFault && error.code === 'unsupported') {
          if (bridged)
            logger.warn('the carrier cannot hang up two phones that it has joined: they talk on, and cost, until one of them hangs up')
          return
        }
        logger.warn({ err: error, tried }, 'the carrier did not hang up')
        if (next === 'closing' || tried >= HANG_UP_TRIES) {
          o.onNote('line.hang-up-failed', { fault: error instanceof CarrierFault ? error.code : 'error' })
          return
        }
        next = await againAfter(HANG_UP_AGAIN_FROM_MS * 2 ** (tried - 1))
      }
    }
  }

  /** Whoever leaves does not wait, and tries once more. */
  async function againAfter(ms: number): Promise<'again' | 'closing'> {
    const waited = Promise.withResolvers<'again'>()
    const cancel = clock.after(ms, () => waited.resolve('again'))
    return Promise.race([waited.promise, closing.promise]).finally(cancel)
  }

  function name(known: string) {
    if (carrierCallId !== undefined || state.is === 'over') return
    carrierCallId = known
    o.keepName(known).catch((error: unknown) => logger.warn({ err: error }, 'the carrier’s name of a call was not kept'))
    const unwanted = state.is !== 'nameless' && state.unwanted
    state = { is: 'up', unwanted }
    cancelUnclear?.()
    ripcord.start()
    if (unwanted) hangUpNow()
  }

  function met() {
    answeredMs ??= clock.monotonicMs()
    if (state.is === 'placing') state = { ...state, met: true }
    else if (state.is === 'unclear') nameless(state)
  }

  function nameless({ unwanted }: { unwanted: boolean }): undefined {
    cancelUnclear?.()
    state = { is: 'nameless' }
    if (unwanted) unwant()
  }

  function tell(event: LineEvent) {
    name(event.carrierCallId)
    // Whose number it is may have several calls: what is said of another one is not ours.
    if (event.carrierCallId !== carrierCallId) return
    ripcord.heard(event.status)
    const folded = fold(progress, event)
    progress = folded.progress
    if (!folded.news || state.is === 'over') return
    o.onNote('line.status', { status: event.status, ...(event.endReason ? { reason: event.endReason } : {}), ...event.said })
    if (event.status === 'connecting') call?.rings()
    // That somebody answered may be known by its end alone: whatever was told before is lost.
    const talked = event.status === 'completed' && (event.durationMs ?? 0) > 0
    if (event.status === 'connected' || (talked && answeredMs === undefined)) {
      answeredMs ??= clock.monotonicMs()
      call?.answers()
      if (bridged) call?.joined()
    }
    if (isEnd(event.status)) over(event, event.endReason ?? endOf(event))
  }

  /** A phone may still be rung for it. */
  const isWanted = () => state.is !== 'over' && state.is !== 'nameless' && !state.unwanted && call?.endReason === undefined

  /** Ended without a reason: somebody at the far end hung up, if anybody was there. */
  function endOf(event: LineEvent): EndReason {
    if (event.status === 'failed') return 'error'
    const talked = call?.status === 'connected' || (event.durationMs ?? 0) > 0
    if (!talked) return 'no-answer'
    return call?.direction === 'inbound' ? 'visitor' : 'callee'
  }

  return {
    carrier: o.number.provider,
    callId: o.callId,
    number: o.number,
    account,
    get carrierCallId() {
      return carrierCallId
    },
    join(joined) {
      call = joined
    },
    async place(permit, order, passes = () => false) {
      const answered = Promise.withResolvers<void>()
      placing = answered.promise
      try {
        if (!isPermit(permit)) throw new CarrierFault('refused', 'No permit of the gate.')
        bridged = order.bridgeTo !== undefined
        mayLastMs = order.answerWithinMs + order.maxDurationMs + SLACK_MS
        await o.ready().catch(clearly)
        if (!isWanted()) throw new CarrierFault('refused', 'Nobody wants this call any more.', { placed: 'no' })
        const placed = await account.place(permit, order)
        name(placed.carrierCallId)
        if (placed.status) tell({ carrierCallId: placed.carrierCallId, status: placed.status, said: {} })
        return undefined
      } catch (error) {
        const fault = faultOf(error)
        logger.warn({ fault: fault.code, carrierCode: fault.carrierCode, placed: fault.placed }, 'a call was not placed')
        o.onNote('line.refused', { fault: fault.code, placed: fault.placed, message: fault.message })
        // A callback may have come before the answer that failed.
        if (carrierCallId !== undefined) return undefined
        // So may the call itself.
        if (state.is === 'placing' && state.met) return nameless(state)
        if (fault.placed === 'no' && state.is === 'placing' && isWanted() && passes()) letGo()
        else if (fault.placed === 'no') over(undefined, 'error')
        else if (state.is === 'placing') {
          state = { is: 'unclear', unwanted: state.unwanted }
          cancelUnclear = clock.after(UNCLEAR_MS, () => over(undefined, 'error'))
        }
        return fault
      } finally {
        answered.resolve()
      }
    },
    tell,
    name,
    met,
    hangUp: unwant,
    async close() {
      closing.resolve('closing')
      ripcord.stop()
      // A placement's answer may bring the name to hang up by.
      await placing
      cancelUnclear?.()
      await hangingUp
    },
  }
}
