import type { Clock, LegEvent, TextLeg } from '../../../calls/ports.ts'
import type { EndReason } from '../../../protocol/index.ts'
import type { FromRelaySession, ToRelaySession } from './wire.ts'
import { createRelayWords } from './words.ts'

/** A socket whose session is this call's. */
export interface RelayWire {
  readonly open: boolean
  say(message: ToRelaySession): void
  /** Says `end`, and leaves when the far end has, or after a little. */
  end(handoffData: string): void
  close(code: number, reason: string): void
}

/** A call's words over any number of sessions, each replacing the one before. */
export interface RelayLeg {
  readonly leg: TextLeg
  /** @param greeted what the far end says of itself when this session begins: said by us, it is not sent */
  use(wire: RelayWire, greeted?: string): void
  take(message: FromRelaySession): void
  /** The session's socket is gone; one that was replaced means nothing. */
  gone(wire: RelayWire, code: number): void
  /** Presses keys behind what is being said; false when no session is there. */
  sendDigits(digits: string): boolean
  /** Ends the session once what is being said was heard, and the call goes on with what its carrier is told next; false when no session is there. */
  handOff(data: string): boolean
}

/** Words that are being said are waited for at most so long before a hand-off. */
const HAND_OFF_MS = 10_000
const NORMAL = 1000

export function createRelayLeg(o: {
  clock: Clock
  name: string
  /** Who it was when the far end goes: 'callee' or 'visitor'. */
  farEnd: EndReason
  /** Its sessions are asked to tell what was played. */
  tells: boolean
  onNote: (type: string, payload: Record<string, unknown>) => void
}): RelayLeg {
  const { clock } = o
  let wire: RelayWire | undefined
  let isBack = false
  let listener: ((event: LegEvent) => void) | undefined
  let closed = false
  let visitorSpeaks = false
  let handOff: { data: string; cancel: () => void } | undefined
  const emit = (event: LegEvent) => listener?.(event)
  const words = createRelayWords({ clock, tells: o.tells, say: () => (wire?.open ? wire.say : undefined), emit, onQuiet: handOffNow })

  function handOffNow() {
    if (!handOff) return
    handOff.cancel()
    wire?.end(handOff.data)
    handOff = undefined
  }

  /** The session is gone. */
  function stand() {
    handOff?.cancel()
    handOff = undefined
    words.stand()
  }

  function visitor(speaks: boolean) {
    if (visitorSpeaks === speaks) return
    visitorSpeaks = speaks
    emit({ type: 'speaking', speaks })
  }

  const TAKE: { [Type in FromRelaySession['type']]?: (message: Extract<FromRelaySession, { type: Type }>) => void } = {
    prompt({ last, text }) {
      emit({ type: 'recognised', text, final: last })
      if (last) visitor(false)
    },
    interrupt: (message) => words.interrupted(message.heard),
    dtmf: (message) => emit({ type: 'digits', digits: message.digit }),
    played: (message) => words.played(message.text),
    speaking({ speaks, who }) {
      if (who === 'agent') words.agentSpeaks(speaks)
      else visitor(speaks)
    },
    error: (message) => o.onNote('relay.error', { code: message.code ?? null }),
  }

  const leg: TextLeg = {
    kind: 'text',
    name: o.name,
    speaks: true,
    listen(next) {
      listener = next
      return () => {
        if (listener === next) listener = undefined
      }
    },
    say(text, utterance, last) {
      if (!closed) words.say(text, utterance, last)
    },
    clear: (utterance) => Promise.resolve(words.clear(utterance)),
    close(reason) {
      if (closed) return
      closed = true
      words.close()
      handOff?.cancel()
      wire?.end(JSON.stringify({ reason }))
    },
  }

  return {
    leg,
    use(next, greeted) {
      const old = wire
      wire = next
      visitorSpeaks = false
      if (closed) return next.end(JSON.stringify({ reason: 'over' }))
      if (old) {
        stand()
        old.close(NORMAL, 'replaced')
        emit({ type: 'detached' })
      }
      words.begin(greeted)
      if (isBack) emit({ type: 'attached' })
      isBack = true
    },
    take: (message) => (TAKE[message.type] as ((message: FromRelaySession) => void) | undefined)?.(message),
    gone(old, code) {
      if (old !== wire || closed) return
      wire = undefined
      stand()
      // Twilio closes in good order when somebody hung up; a socket that broke gets another.
      emit(code === NORMAL ? { type: 'detached', leaving: o.farEnd } : { type: 'detached' })
    },
    sendDigits(digits) {
      if (!wire?.open) return false
      wire.say({ type: 'sendDigits', digits })
      return true
    },
    handOff(data) {
      if (!wire?.open || handOff) return false
      handOff = { data, cancel: clock.after(HAND_OFF_MS, handOffNow) }
      if (!words.waiting) handOffNow()
      return true
    },
  }
}
