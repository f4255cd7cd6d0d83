import type { Clock } from '../calls/ports.ts'
import type { LineEvent } from '../carriers/carrier.ts'

/** How long nothing may be heard of a call that is being rung, and of one that talks, before its carrier is asked. */
const QUIET_RINGING_MS = 10_000
const QUIET_TALKING_MS = 60_000
/** A call whose sound comes talks: so many of these questions in a row are spared. */
const MOST_SPARED = 10
/** So often in a row the carrier may say that it knows no such call. */
const UNKNOWN_TIMES = 3
/** A carrier that tells nothing by itself is asked less and less often while nothing changes, and a carrier in trouble less still. */
const SLOWER = 1.5
const SLOWEST = 5
const SLOWEST_IN_TROUBLE = 30

/** Asks the carrier how a call stands when its callbacks stay away, or always, where it tells nothing by itself. */
export interface Ripcord {
  start(): void
  /** The carrier told something of itself. */
  heard(status: LineEvent['status']): void
  stop(): void
}

export function createRipcord(o: {
  clock: Clock
  /** Set: asked so often, at first and after each change. Unset: only after a while of quiet. */
  everyMs: number | undefined
  ask: () => Promise<LineEvent | undefined>
  /** Its sound comes here. */
  soundComes: () => boolean
  onAnswer: (event: LineEvent) => void
  /** The carrier knows the call no more. */
  onLost: () => void
  /** Whether anything can be left of the call at its carrier. */
  mayLive: () => boolean
  onFault: (error: unknown) => void
}): Ripcord {
  let quietMs = QUIET_RINGING_MS
  /** How many times `everyMs` the next question waits. */
  let pace = 1
  let last: LineEvent['status'] | undefined
  let unknown = 0
  let spared = 0
  let cancel: (() => void) | undefined
  let stopped = false

  function later() {
    cancel?.()
    if (!stopped) cancel = o.clock.after(o.everyMs === undefined ? quietMs : o.everyMs * pace, () => void ask())
  }

  async function ask() {
    if (o.everyMs === undefined && spared < MOST_SPARED && o.soundComes()) {
      spared += 1
      return later()
    }
    spared = 0
    try {
      const event = await o.ask()
      if (stopped) return
      unknown = event ? 0 : unknown + 1
      pace = Math.min(pace * SLOWER, SLOWEST)
      if (event) o.onAnswer(event)
      else if (unknown >= UNKNOWN_TIMES) o.onLost()
    } catch (error) {
      pace = Math.min(pace * 2, SLOWEST_IN_TROUBLE)
      o.onFault(error)
      // Who cannot be asked, and had to end it by now, is asked no more.
      if (!o.mayLive()) return o.onLost()
    }
    later()
  }

  return {
    start: later,
    heard(status) {
      quietMs = status === 'connected' ? QUIET_TALKING_MS : QUIET_RINGING_MS
      if (status !== last) pace = 1
      last = status
      if (o.everyMs === undefined && cancel) later()
    },
    stop() {
      stopped = true
      cancel?.()
    },
  }
}
