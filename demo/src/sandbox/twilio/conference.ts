import { randomUUID } from 'node:crypto'
import { Telling } from '../carriers/telling.ts'
import type { Fault } from '../faults.ts'
import { FRAME } from '../phones/beat.ts'
import { FrameQueue } from '../phones/frames.ts'
import { TWILIO_ACCOUNT } from './account.ts'
import { rfc2822 } from './identity.ts'
import type { Leg, Tap } from './leg.ts'
import { newSid } from './sid.ts'

export interface ConferenceSubscription {
  url: string
  method: string
  events: readonly string[]
}

export interface Membership {
  label: string | undefined
  muted: boolean
  hold: boolean
  /** Heard by this call alone. */
  coaches: string | undefined
  startsIt: boolean
  endsIt: boolean
}

/** Somebody who is in it. */
export interface Participant extends Membership {
  readonly leg: Leg
  readonly since: Date
}

interface Inside extends Participant {
  /** What each of the others said, on its way to this one. */
  readonly hears: Map<Inside, FrameQueue>
  readonly tap: Tap
  readonly out: () => void
}

/** Between two of them no more sound waits than this, or they would drift apart. */
const MOST_WAITING = 5 * FRAME

/** Several calls that hear each other, from the first that comes to the last that goes. */
export class Conference {
  readonly sid = newSid('CF')
  readonly name: string
  readonly createdAt = new Date()
  status: 'init' | 'in-progress' | 'completed' = 'init'
  reasonEnded: string | undefined
  /** Who was in it, and is no more. */
  readonly past: Participant[] = []
  readonly #inside = new Map<Leg, Inside>()
  readonly #subscription: ConferenceSubscription | undefined
  readonly #telling: Telling
  readonly #deliver: (params: Record<string, string>, token: string) => void
  #sequence = 0

  constructor(o: {
    name: string
    /** The first who comes decides who is told. */
    subscription: ConferenceSubscription | undefined
    fault: Fault | undefined
    deliver: (params: Record<string, string>, token: string) => void
  }) {
    this.name = o.name
    this.#subscription = o.subscription
    this.#telling = new Telling(o.fault)
    this.#deliver = o.deliver
  }

  get participants(): Participant[] {
    return [...this.#inside.values()]
  }

  /** By its call, or the label that it was given. */
  find(who: string): Participant | undefined {
    return this.participants.find(({ label, leg }) => leg.sid === who || label === who)
  }

  /** Resolves when this one is out again, or it ended. Rejects when the signal comes first. */
  async join(leg: Leg, how: Membership, signal: AbortSignal): Promise<void> {
    const out = Promise.withResolvers<void>()
    const member: Inside = { ...how, leg, since: new Date(), hears: new Map(), tap: (said) => this.#say(member, said), out: out.resolve }
    for (const other of this.#inside.values()) {
      member.hears.set(other, new FrameQueue())
      other.hears.set(member, new FrameQueue())
    }
    this.#inside.set(leg, member)
    leg.mouth = { next: () => this.#mixFor(member) }
    leg.taps.add(member.tap)
    const leave = () => this.#leave(member)
    signal.addEventListener('abort', leave, { once: true })
    this.#tell('participant-join', member)
    if (this.status === 'init' && this.#inside.size > 1 && this.participants.some(({ startsIt }) => startsIt)) {
      this.status = 'in-progress'
      this.#tell('conference-start')
    }
    try {
      if (signal.aborted) leave()
      await out.promise
    } finally {
      signal.removeEventListener('abort', leave)
    }
    signal.throwIfAborted()
  }

  change(who: Participant, how: Partial<Membership>): void {
    Object.assign(who, how)
    if (how.muted !== undefined) this.#tell(how.muted ? 'participant-mute' : 'participant-unmute', who)
    if (how.hold !== undefined) this.#tell(how.hold ? 'participant-hold' : 'participant-unhold', who)
    if (how.endsIt !== undefined || how.coaches !== undefined) this.#tell('participant-modify', who)
  }

  /** Everybody goes on with what comes after it. */
  end(reason: string): void {
    if (this.status === 'completed') return
    this.status = 'completed'
    this.reasonEnded = reason
    for (const each of [...this.#inside.values()]) this.#leave(each)
    this.#tell('conference-end', undefined, { ReasonConferenceEnded: reason })
  }

  close(): void {
    this.#telling.close()
    this.status = 'completed'
    for (const each of this.#inside.values()) each.out()
  }

  #leave(member: Inside): void {
    if (!this.#inside.delete(member.leg)) return
    for (const other of this.#inside.values()) other.hears.delete(member)
    member.leg.taps.delete(member.tap)
    member.leg.mouth = undefined
    this.past.push(member)
    this.#tell('participant-leave', member)
    member.out()
    if (member.endsIt) this.end('participant-with-end-conference-on-exit-left')
    else if (this.#inside.size === 0) this.end('last-participant-left')
  }

  #say(member: Inside, said: Int16Array): void {
    if (this.status !== 'in-progress' || member.muted || member.hold) return
    for (const other of this.#inside.values()) {
      if (other === member || (member.coaches !== undefined && other.leg.sid !== member.coaches)) continue
      const queue = other.hears.get(member)
      queue?.push(said)
      queue?.shorten(MOST_WAITING)
    }
  }

  /** Everybody else at once. */
  #mixFor(member: Inside): Int16Array | undefined {
    const said = [...member.hears.values()].flatMap((queue) => queue.next() ?? [])
    if (member.hold || said.length === 0) return undefined
    const mixed = new Int16Array(FRAME)
    for (let n = 0; n < FRAME; n++) {
      const sum = said.reduce((all, frame) => all + (frame[n] ?? 0), 0)
      mixed[n] = Math.max(-32_768, Math.min(32_767, sum))
    }
    return mixed
  }

  #tell(event: string, who?: Participant, more: Record<string, string> = {}): void {
    const kind = event.replace(/^(participant|conference)-(un)?/, '')
    if (!this.#subscription?.events.includes(kind)) return
    const params: Record<string, string> = {
      ...more,
      AccountSid: TWILIO_ACCOUNT.accountSid,
      ConferenceSid: this.sid,
      FriendlyName: this.name,
      StatusCallbackEvent: event,
      SequenceNumber: String(++this.#sequence),
      Timestamp: rfc2822(new Date()),
      ...(who && aboutMember(who)),
    }
    this.#telling.tell((token) => this.#deliver(params, token || randomUUID()), { status: event, last: event === 'conference-end' })
  }
}

function aboutMember({ coaches, endsIt, hold, label, leg, muted, startsIt }: Participant): Record<string, string> {
  return {
    CallSid: leg.sid,
    ...(label !== undefined && { ParticipantLabel: label }),
    Muted: String(muted),
    Hold: String(hold),
    Coaching: String(coaches !== undefined),
    StartConferenceOnEnter: String(startsIt),
    EndConferenceOnExit: String(endsIt),
  }
}
