import type { Clock, LegEvent, TextLeg } from '../../calls/ports.ts'
import type { EndReason } from '../../protocol/index.ts'
import { heardByNow, heardText, isWhole, leftMs, newUtterance, type RelayUtterance, wasInterrupted, wasPlayed } from './relay-queue.ts'
import type { FromRelaySession, ToRelaySession } from './relay-wire.ts'

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

/** The far end says that it fell silent between two sentences, too: then it speaks again within this. */
const PAUSE_MS = 1000
/** A far end that tells what was played is believed to have lost a word of it after so long; */
const TOLD_GRACE_MS = 15_000
/** one that never told anything is believed after this. */
const SILENT_GRACE_MS = 2000
/** Words that are being said are waited for at most so long before a hand-off. */
const HAND_OFF_MS = 10_000
const NORMAL = 1000
/** Utterances of which something may still be told. */
const KEPT = 4

/**
 * One utterance at a time is at the far end, so that what is told is told of that one. What comes behind waits until it was heard, or cut: its words
 * then silence what is left of the other, where the session allows it.
 */
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
  let greeted: string | undefined
  let listener: ((event: LegEvent) => void) | undefined
  let closed = false
  let visitorSpeaks = false
  let tellsPlayed = false
  let queue: RelayUtterance[] = []
  /** Cut by the far end, with what was heard of each, until somebody asks. */
  const cut = new Map<string, string>()
  let before: string[] = []
  /** Until then something that was cut may still be heard, where it cannot be silenced. */
  let busyUntilMs = 0
  let cancelEnd: (() => void) | undefined
  let handOff: { data: string; cancel: () => void } | undefined
  const emit = (event: LegEvent) => listener?.(event)

  function give() {
    const [one] = queue
    if (!one) handOffNow()
    if (!one || !wire?.open) return
    const begins = one.given === 0 && one.text !== ''
    if (begins && greeted === one.text) {
      one.given = one.text.length
      one.lastGiven = true
    }
    if (begins) {
      greeted = undefined
      one.sinceMs = clock.monotonicMs()
    }
    const token = one.text.slice(one.given)
    if (token === '' && (!one.last || one.lastGiven)) return expectEnd()
    if (!one.lastGiven) wire.say({ type: 'text', token, last: one.last })
    one.given = one.text.length
    one.lastGiven ||= one.last
    expectEnd()
  }

  /** Nobody has to say that it was heard to its end: the clock does, late. */
  function expectEnd() {
    const [one] = queue
    cancelEnd?.()
    cancelEnd = undefined
    if (!one?.last || one.given < one.text.length) return
    const graceMs = o.tells || tellsPlayed || one.sounds ? TOLD_GRACE_MS : SILENT_GRACE_MS
    const busyMs = one.place.heard === 0 ? Math.max(0, busyUntilMs - clock.monotonicMs()) : 0
    cancelEnd = clock.after(busyMs + leftMs(one) + graceMs, () => finish(one))
  }

  function handOffNow() {
    if (!handOff) return
    handOff.cancel()
    wire?.end(handOff.data)
    handOff = undefined
  }

  function finish(one: RelayUtterance) {
    if (queue[0] !== one) return
    remove(one)
    emit({ type: 'played', utterance: one.utterance, text: one.text, whole: true })
    give()
  }

  function remove(one: RelayUtterance) {
    if (queue[0] === one) {
      cancelEnd?.()
      cancelEnd = undefined
      // A cycle that was begun is closed, so that what follows is another one.
      if (one.given > 0 && !one.lastGiven) wire?.say({ type: 'text', token: '', last: true })
      if (one.given > 0) before = [one.text, ...before].slice(0, KEPT)
    }
    queue = queue.filter((each) => each !== one)
  }

  function begins(one: RelayUtterance) {
    if (!one.sounds) emit({ type: 'mark', utterance: one.utterance, name: 'start' })
    one.sounds = true
  }

  function played(told: string) {
    tellsPlayed = true
    const [one] = queue
    if (!one || one.given === 0 || !wasPlayed(one, told, { clock, before })) return
    begins(one)
    if (isWhole(one)) return finish(one)
    emit({ type: 'played', utterance: one.utterance, text: heardText(one), whole: false })
    expectEnd()
  }

  function interrupted(told: string) {
    const [one] = queue
    if (!one || one.given === 0 || !wasInterrupted(one, told)) return
    const all = queue
    for (const each of all) {
      keep(each.utterance, each === one ? (tellsPlayed || told !== '' ? heardText(each) : heardByNow(each, clock)) : '')
      remove(each)
    }
    for (const { utterance } of all) emit({ type: 'cut', utterance })
    give()
  }

  function agentSpeaks(speaks: boolean) {
    const [one] = queue
    if (!one || one.given === 0) return
    if (speaks) {
      begins(one)
      return expectEnd()
    }
    if (!one.last || !one.sounds) return
    if (!tellsPlayed) return finish(one)
    cancelEnd?.()
    cancelEnd = clock.after(PAUSE_MS, () => finish(one))
  }

  /** The session is gone, and with it what was on its way: it is said again once another one stands. */
  function stand() {
    busyUntilMs = 0
    cancelEnd?.()
    handOff?.cancel()
    handOff = undefined
    for (const one of queue) keep(one.utterance, one.given > 0 ? heardByNow(one, clock) : '')
    queue = []
    before = []
  }

  function keep(utterance: string, heard: string) {
    cut.set(utterance, heard)
    while (cut.size > KEPT) cut.delete(cut.keys().next().value ?? '')
  }

  function visitor(speaks: boolean) {
    if (visitorSpeaks === speaks) return
    visitorSpeaks = speaks
    emit({ type: 'speaking', speaks })
  }

  function take(message: FromRelaySession) {
    switch (message.type) {
      case 'prompt':
        emit({ type: 'recognised', text: message.text, final: message.last })
        return message.last && visitor(false)
      case 'interrupt':
        return interrupted(message.heard)
      case 'dtmf':
        return emit({ type: 'digits', digits: message.digit })
      case 'played':
        return played(message.text)
      case 'speaking':
        return message.who === 'agent' ? agentSpeaks(message.speaks) : visitor(message.speaks)
      case 'error':
        return o.onNote('relay.error', { code: message.code ?? null })
      default:
        return
    }
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
      if (closed) return
      let one = queue.find((each) => each.utterance === utterance)
      if (!one) {
        one = newUtterance(utterance)
        queue.push(one)
      }
      one.text += text
      one.last ||= last
      if (queue[0] === one) give()
    },
    clear(utterance) {
      const known = cut.get(utterance)
      cut.delete(utterance)
      const one = queue.find((each) => each.utterance === utterance)
      if (!one) return Promise.resolve(known)
      const heard = known ?? (one.given > 0 ? heardByNow(one, clock) : '')
      if (one.given > 0 && one === queue[0]) busyUntilMs = clock.monotonicMs() + leftMs(one)
      remove(one)
      give()
      return Promise.resolve(heard)
    },
    close(reason) {
      if (closed) return
      closed = true
      cancelEnd?.()
      handOff?.cancel()
      queue = []
      wire?.end(JSON.stringify({ reason }))
    },
  }

  return {
    leg,
    use(next, words) {
      const old = wire
      wire = next
      greeted = words
      visitorSpeaks = false
      if (closed) return next.end(JSON.stringify({ reason: 'over' }))
      if (old) {
        stand()
        old.close(NORMAL, 'replaced')
        emit({ type: 'detached' })
      }
      if (isBack) emit({ type: 'attached' })
      isBack = true
    },
    take,
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
      if (queue.length === 0) handOffNow()
      return true
    },
  }
}
