import { FRAME } from './beat.ts'
import type { LineEnd, Phone, PhoneCall } from './call.ts'
import type { CallEvent } from './call-states.ts'
import { FrameQueue } from './frames.ts'

/** Between two lines no more sound waits than this, or they would drift apart. */
const MOST_WAITING = 5 * FRAME

/** A carrier calls a number that another carrier serves: there it comes in as a call from a phone. Neither learns more of the other. */
export function trunk(dialOn: (phone: Phone) => PhoneCall): Phone {
  const [toServed, toCaller] = [new FrameQueue(), new FrameQueue()]
  let caller: PhoneCall | undefined
  let served: PhoneCall | undefined

  /** The far end as the serving carrier sees it. */
  const farEnd: Phone = {
    rung: () => undefined,
    changed(call) {
      if (!caller) return
      if (call.state === 'ringing') caller.happens('ring', 'network')
      if (call.state === 'talking') caller.happens('answer', 'phone')
      if (call.state !== 'over') return
      if (caller.state === 'talking') caller.hangUp('phone')
      else caller.happens(refusalOf(call), 'network')
    },
    hears(_, frame) {
      toCaller.push(frame)
      toCaller.shorten(MOST_WAITING)
    },
    says: () => toServed.next(),
    key: (_, digit) => void caller?.press(digit),
  }
  return {
    rung(call) {
      caller = call
      served = dialOn(farEnd)
    },
    changed(call: PhoneCall) {
      if (call.state === 'over') served?.hangUp('phone')
    },
    hears(_: PhoneCall, frame: Int16Array) {
      toServed.push(frame)
      toServed.shorten(MOST_WAITING)
    },
    says: () => toCaller.next(),
    // Keys of the caller's own phone pass as they do over any trunk: told, and heard.
    key: (_: PhoneCall, digit: string) => void served?.press(digit),
  } satisfies Phone & LineEnd
}

function refusalOf({ end }: PhoneCall): CallEvent {
  if (end === 'busy') return 'busy'
  if (end === 'declined') return 'decline'
  return end === 'no-answer' ? 'give-up' : 'fail'
}
