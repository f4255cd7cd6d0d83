import type { CarrierAccount, LineEvent } from '../carrier.ts'
import { CarrierFault } from '../carrier.ts'
import type { House } from '../house.ts'
import type { Channel, ChannelEvent, Listener } from './channel.ts'
import type { OptimaVersion } from './config.ts'
import { formatsOf } from './formats.ts'
import { OptimaLeg } from './leg.ts'
import { OF_DIAL, UNANSWERED } from './statuses.ts'
import { SteadySound } from './steady-sound.ts'
import type { OptimaAudio } from './wire.ts'

/** After our own hang-up Optima's last word is waited for, hang-ups that are tried again included; then the call is over all the same. */
const LAST_WORD_MS = 30_000
/** Sound that stays away so long may mean that the call is over, and the word of it lost. */
const QUIET_MS = 15_000
/** A call may wait at Optima before it rings; so long it may do both where nobody says that it rings. */
const QUEUED_MS = 10_000
const KEY_MS = 200
const KEY_GAP_MS = 100
const WAIT_MS = 500

/**
 * - unheard: Optima has not said how it stands since we are there; what it said before nobody repeats. ringing: it says that nobody is connected yet.
 *   talking: somebody is. ending: the call is over for us, Optima's last word is not said. over.
 */
type State = 'unheard' | 'ringing' | 'talking' | 'ending' | 'over'

/** Nobody is connected, as far as we know. */
const WAITING: Readonly<Record<State, boolean>> = { unheard: true, ringing: true, talking: false, ending: false, over: false }

/** One of our calls at Optima, from its session to its last word. */
export interface OptimaCall {
  press(digits: string): Promise<void>
  /** The house closes. */
  close(): void
}

export interface CallOfOptima {
  readonly callId: string
  readonly sessionId: string
  readonly direction: 'inbound' | 'outbound'
  readonly version: OptimaVersion
  /** How long it may ring, where Optima was not told. */
  readonly ringMs: number | undefined
  readonly account: Pick<CarrierAccount, 'status'>
}

/** @param open its way to Optima */
export function followCall(
  house: Pick<House, 'calls' | 'lines' | 'afterwards' | 'bringSound' | 'clock' | 'logger'>,
  o: CallOfOptima & {
    /** What the house has set. */
    audio: OptimaAudio
    frameMs: number
    /** Sound of a call that may have been answered unheard answers it. */
    soundAnswers: boolean
    open: (listener: Listener) => Channel
    onOver: () => void
  },
): OptimaCall {
  const { callId, sessionId } = o
  const { clock } = house
  const logger = house.logger.child({ callId, carrier: 'optima' })
  const call = house.calls.get(callId)
  let state: State = 'unheard'
  const steady = new SteadySound(clock)
  let sound: OptimaLeg | undefined
  let cancelEnding: (() => void) | undefined
  let cancelRinging: (() => void) | undefined
  let ringTold = false
  let cancelWatch: (() => void) | undefined
  let unlisten: (() => void) | undefined

  /** Optima says it once. */
  const tell = (event: Omit<LineEvent, 'carrierCallId'>) =>
    void house
      .afterwards(() => house.lines.tell(callId, { carrierCallId: sessionId, ...event }))
      .catch((error: unknown) => logger.error({ err: error }, 'a status was lost'))

  const channel = o.open(take)
  // By whoever ends it.
  unlisten = call?.feed.listen((event) => event.type === 'ended' && end())
  if (!call || call.endReason) end()
  else if (o.direction === 'outbound') ring('untold')

  function take(event: ChannelEvent) {
    if (state === 'over') return
    switch (event.event) {
      case 'dialStatus': {
        const { endReason, status } = OF_DIAL[event.status]
        tell({ status, ...(endReason ? { endReason } : {}), said: { dialStatus: event.status } })
        if (status === 'initiated' || status === 'connecting') rings()
        if (status === 'connecting' && !ringTold) ring('told')
        if (status === 'connected') talk()
        if (status === 'failed') over()
        return
      }
      case 'cdr':
        if (event.record.carrierCallId !== sessionId) return
        tell(event.record)
        return over()
      case 'hangup':
        return void hungUp()
      case 'here':
        // Whoever calls us is connected as soon as we are there.
        if (o.direction === 'inbound' && WAITING[state]) return answer('here')
        missed()
        break
      case 'away':
        missed()
        break
      case 'audio':
        if (state === 'unheard' && o.soundAnswers && steady.heard()) answer('sound')
        break
      case 'dtmf':
        // Nobody presses keys on a phone that rings.
        if (WAITING[state]) answer('keys')
        break
      case 'lost':
        void lost()
        break
    }
    if (state === 'talking') sound?.take(event)
  }

  function rings() {
    if (state === 'unheard') state = 'ringing'
  }

  /** What Optima says while we are not there, it says to nobody. */
  function missed() {
    if (state === 'ringing') state = 'unheard'
    steady.restart()
  }

  function ring(how: 'told' | 'untold') {
    if (o.ringMs === undefined || !WAITING[state]) return
    ringTold = how === 'told'
    cancelRinging?.()
    cancelRinging = clock.after(ringTold ? o.ringMs : o.ringMs + QUEUED_MS, () => {
      if (WAITING[state]) call?.hangUp('no-answer')
    })
  }

  function answer(by: 'here' | 'keys' | 'sound') {
    tell({ status: 'connected', said: { event: by } })
    talk()
  }

  function talk() {
    if (!WAITING[state] || !call || call.endReason) return
    state = 'talking'
    cancelRinging?.()
    sound = new OptimaLeg({ clock, channel, frameMs: o.frameMs, formats: formatsOf(o, o.audio) })
    house.bringSound(call, sound)
    if (state !== 'talking') return
    channel.soundTo?.(sound)
    watch(sound)
  }

  /** From 1.0.5 on there is a record to look at. */
  function watch(heard: OptimaLeg) {
    if (o.version === '1.0.3') return
    cancelWatch = clock.after(QUIET_MS, async () => {
      const record = heard.heardSince() ? undefined : await recorded()
      if (state !== 'talking') return
      if (!record) return watch(heard)
      over()
      tell(record)
    })
  }

  /** Optima says that it is over, and not how: before anybody was connected its record may know. */
  async function hungUp() {
    const answered = state === 'talking' || call?.status === 'connected'
    const wasOurs = state === 'ending'
    over()
    if (answered || wasOurs) return tell({ status: 'completed', said: { event: 'hangup' } })
    const record = await recorded()
    tell(record ?? { ...UNANSWERED, said: { event: 'hangup' } })
  }

  /** Its room cannot be entered, or not again: it may be over, which its record knows. */
  async function lost() {
    logger.warn({ was: state }, 'Optima is out of reach: a call of it is given up')
    const record = await recorded()
    if (!record) return call?.hangUp('connection')
    over()
    tell(record)
  }

  async function recorded(): Promise<LineEvent | undefined> {
    if (o.version === '1.0.3') return undefined
    try {
      return await o.account.status(sessionId)
    } catch (error) {
      logger.debug({ fault: error instanceof CarrierFault ? error.code : 'error' }, 'a call’s record could not be read')
      return undefined
    }
  }

  /** The call is over for us: REST hangs up, and so does the socket, whichever is quicker. */
  function end() {
    if (state === 'ending' || state === 'over') return
    state = 'ending'
    channel.soundTo?.(undefined)
    channel.hangup()
    cancelEnding = clock.after(LAST_WORD_MS, () => {
      over()
      tell({ status: 'completed', said: { event: 'silence' } })
    })
  }

  function over() {
    if (state === 'over') return
    state = 'over'
    cancelEnding?.()
    cancelRinging?.()
    cancelWatch?.()
    unlisten?.()
    channel.leave()
    o.onOver()
  }

  return {
    async press(digits) {
      if (state !== 'talking') throw new CarrierFault('refused', 'Nobody is connected to hear keys.')
      for (const digit of digits) {
        if (state !== 'talking') return
        if (/[wW]/.test(digit)) await passed(WAIT_MS)
        else {
          channel.dtmf(digit, KEY_MS)
          await passed(KEY_MS + KEY_GAP_MS)
        }
      }
    },
    close: over,
  }

  function passed(ms: number): Promise<void> {
    return new Promise((resolve) => clock.after(ms, resolve))
  }
}
