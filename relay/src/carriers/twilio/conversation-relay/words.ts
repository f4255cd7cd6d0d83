import type { Clock, LegEvent } from '../../../calls/ports.ts'
import { heardByNow, heardText, isWhole, leftMs, newUtterance, type RelayUtterance, wasInterrupted, wasPlayed } from './utterance.ts'
import type { ToRelaySession } from './wire.ts'

/** What is said over a call's sessions, and how much of it was heard. */
export interface RelayWords {
  say(text: string, utterance: string, last: boolean): void
  /** What was heard of it, where that is known; it is forgotten then, and what comes behind is said. */
  clear(utterance: string): string | undefined
  /** A session stands. @param greeted what the far end says of itself when it begins: said by us, it is not sent */
  begin(greeted: string | undefined): void
  /** The session is gone, and with it what was on its way: it is said again once another one stands. */
  stand(): void
  /** The far end says: this was played, */
  played(told: string): void
  /** somebody spoke or pressed over the words after this, */
  interrupted(told: string): void
  /** it speaks, or fell silent. */
  agentSpeaks(speaks: boolean): void
  /** Something is still to be heard. */
  readonly waiting: boolean
  close(): void
}

/** The far end says that it fell silent between two sentences, too: then it speaks again within this. */
const PAUSE_MS = 1000
/** A far end that tells what was played is believed to have lost a word of it after so long; */
const TOLD_GRACE_MS = 15_000
/** one that never told anything is believed after this. */
const SILENT_GRACE_MS = 2000
/** Utterances of which something may still be told. */
const KEPT = 4

/**
 * One utterance at a time is at the far end, so that what is told is told of that one. What comes behind waits until it was heard, or cut: its words
 * then silence what is left of the other, where the session allows it.
 */
export function createRelayWords(o: {
  clock: Clock
  /** The sessions are asked to tell what was played. */
  tells: boolean
  /** Undefined while no session stands. */
  say: () => ((message: ToRelaySession) => void) | undefined
  emit: (event: LegEvent) => void
  /** Nothing is left to be heard. */
  onQuiet: () => void
}): RelayWords {
  const { clock, emit } = o
  let greeted: string | undefined
  let tellsPlayed = false
  let queue: RelayUtterance[] = []
  /** Cut by the far end or with its session, with what was heard of each, until somebody asks. */
  const cut = new Map<string, string>()
  let before: string[] = []
  /** Until then something that was cut may still be heard, where it cannot be silenced. */
  let busyUntilMs = 0
  let cancelEnd: (() => void) | undefined

  function give() {
    const [one] = queue
    if (!one) return o.onQuiet()
    const say = o.say()
    if (!say) return
    if (one.given === 0 && one.text !== '') {
      one.sinceMs = clock.monotonicMs()
      if (greeted === one.text) {
        one.given = one.text.length
        one.lastGiven = true
      }
      greeted = undefined
    }
    const token = one.text.slice(one.given)
    const owesLast = one.last && !one.lastGiven
    if (!one.lastGiven && (token !== '' || owesLast)) say({ type: 'text', token, last: one.last })
    one.given = one.text.length
    one.lastGiven ||= one.last
    expectEnd()
  }

  /** Nobody has to say that it was heard to its end: the clock does, late. */
  function expectEnd() {
    const [one] = queue
    forgetEnd()
    if (!one?.last || one.given < one.text.length) return
    const graceMs = o.tells || tellsPlayed || one.sounds ? TOLD_GRACE_MS : SILENT_GRACE_MS
    const busyMs = one.place.heard === 0 ? Math.max(0, busyUntilMs - clock.monotonicMs()) : 0
    cancelEnd = clock.after(busyMs + leftMs(one) + graceMs, () => finish(one))
  }

  function forgetEnd() {
    cancelEnd?.()
    cancelEnd = undefined
  }

  function finish(one: RelayUtterance) {
    if (queue[0] !== one) return
    remove(one)
    emit({ type: 'played', utterance: one.utterance, text: one.text, whole: true })
    give()
  }

  function remove(one: RelayUtterance) {
    if (queue[0] === one) {
      forgetEnd()
      // A cycle that was begun is closed, so that what follows is another one.
      if (one.given > 0 && !one.lastGiven) o.say()?.({ type: 'text', token: '', last: true })
      if (one.given > 0) before = [one.text, ...before].slice(0, KEPT)
    }
    queue = queue.filter((each) => each !== one)
  }

  /** What is at the far end, if anything is. */
  const current = () => (queue[0] && queue[0].given > 0 ? queue[0] : undefined)

  function sounds(one: RelayUtterance) {
    if (one.sounds) return
    one.sounds = true
    if (one.place.heard === 0) one.sinceMs = clock.monotonicMs()
    emit({ type: 'mark', utterance: one.utterance, name: 'start' })
  }

  function keep(utterance: string, heard: string) {
    cut.set(utterance, heard)
    while (cut.size > KEPT) cut.delete(cut.keys().next().value ?? '')
  }

  return {
    say(text, utterance, last) {
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
      if (!one) return known
      const heard = known ?? heardByNow(one, clock)
      if (one === current()) busyUntilMs = clock.monotonicMs() + leftMs(one)
      remove(one)
      give()
      return heard
    },
    begin(words) {
      greeted = words
    },
    stand() {
      busyUntilMs = 0
      forgetEnd()
      for (const one of queue) keep(one.utterance, heardByNow(one, clock))
      queue = []
      before = []
    },
    played(told) {
      tellsPlayed = true
      const one = current()
      if (!one || !wasPlayed(one, told, { clock, before })) return
      sounds(one)
      if (isWhole(one)) return finish(one)
      emit({ type: 'played', utterance: one.utterance, text: heardText(one), whole: false })
      expectEnd()
    },
    interrupted(told) {
      const one = current()
      if (!one || !wasInterrupted(one, told)) return
      // Its word of what we cleared, when the next is on its way already but was not begun.
      if (told === '' && !one.sounds && one.place.heard === 0 && clock.monotonicMs() < busyUntilMs) {
        busyUntilMs = 0
        return expectEnd()
      }
      const all = queue
      // Who told what was played has told all of it by now.
      const isTold = tellsPlayed || told !== ''
      for (const each of all) {
        keep(each.utterance, isTold ? heardText(each) : heardByNow(each, clock))
        remove(each)
      }
      for (const { utterance } of all) emit({ type: 'cut', utterance })
      give()
    },
    agentSpeaks(speaks) {
      const one = current()
      if (!one) return
      if (speaks) {
        sounds(one)
        return expectEnd()
      }
      if (!one.last || !one.sounds) return
      if (!tellsPlayed) return finish(one)
      forgetEnd()
      cancelEnd = clock.after(PAUSE_MS, () => finish(one))
    },
    get waiting() {
      return queue.length > 0
    },
    close() {
      forgetEnd()
      queue = []
    },
  }
}
