import type { Clock } from './ports.ts'

export interface BeatMember {
  beat(): void
}

/** One timer for everything that moves with the sound: runs its members every `everyMs` on one monotonic origin, and rests when there are none. */
export interface Beat {
  /** The returned function leaves. A task that throws is reported and leaves; the others go on. */
  join(task: () => void): () => void
  /** As `join`, for who comes and goes with single frames: nothing is made for it. */
  enter(member: BeatMember): void
  leave(member: BeatMember): void
  readonly members: number
}

export function createBeat(o: { clock: Clock; everyMs: number; onFault: (error: unknown) => void }): Beat {
  return new SharedBeat(o)
}

class SharedBeat implements Beat {
  readonly #clock: Clock
  readonly #everyMs: number
  readonly #onFault: (error: unknown) => void
  readonly #members = new Set<BeatMember>()
  readonly #run = () => this.#runAll()
  #originMs = 0
  #beats = 0
  #cancel: (() => void) | undefined = undefined

  constructor(o: { clock: Clock; everyMs: number; onFault: (error: unknown) => void }) {
    this.#clock = o.clock
    this.#everyMs = o.everyMs
    this.#onFault = o.onFault
  }

  get members(): number {
    return this.#members.size
  }

  join(task: () => void): () => void {
    const member = { beat: task }
    this.enter(member)
    return () => this.leave(member)
  }

  enter(member: BeatMember): void {
    this.#members.add(member)
    if (this.#cancel || this.#members.size > 1) return
    this.#originMs = this.#clock.monotonicMs()
    this.#beats = 0
    this.#later()
  }

  leave(member: BeatMember): void {
    this.#members.delete(member)
    if (this.#members.size > 0) return
    this.#cancel?.()
    this.#cancel = undefined
  }

  #later(): void {
    const now = this.#clock.monotonicMs()
    // Beats that were missed are not made up for: members know by the clock what is due.
    this.#beats = Math.max(this.#beats + 1, Math.ceil((now - this.#originMs) / this.#everyMs))
    this.#cancel = this.#clock.after(this.#originMs + this.#beats * this.#everyMs - now, this.#run)
  }

  #runAll(): void {
    for (const member of this.#members) {
      try {
        member.beat()
      } catch (error) {
        this.#members.delete(member)
        this.#onFault(error)
      }
    }
    // Who left and came again meanwhile, alone, has begun anew already.
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#members.size > 0) this.#later()
  }
}
