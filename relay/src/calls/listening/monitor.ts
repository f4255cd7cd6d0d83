import type { Beat } from '../beat.ts'
import type { Clock } from '../ports.ts'
import { Side } from './side.ts'
import type { Tap, Taps } from './taps.ts'

const MONITOR_HZ = 24_000
const FRAME_MS = 20
const SAMPLES = (MONITOR_HZ * FRAME_MS) / 1000
/** A beat that is late by more frames than this is not made up for. */
const MOST_AT_ONCE = 5
/** Levels are told every so many frames: ten times a second. */
const FRAMES_A_LEVEL = 5
const CUSHION_MS = 20
/** Of sound that comes in real time. */
const MOST_MS = 200
/** Of sound that is sent ahead of it. */
const MOST_AHEAD_MS = 5000

export interface Levels {
  visitor: number
  agent: number
}

/** Who listens to a call. */
export interface Listener {
  /** The operator who holds the call does not hear themselves. */
  readonly hearsOperator: boolean
  /** 20 ms of both sides, PCM16LE mono at 24 kHz; good until the call returns. */
  frame(bytes: Uint8Array): void
  /** How loud each side is, 0 to 1; `agent` is whoever speaks for the house. */
  levels(levels: Levels): void
}

/** Both sides of one call as one sound, for any number of listeners. Without one it holds nothing, and nothing passes by it. */
export interface Monitor {
  /** The returned function leaves. */
  add(listener: Listener): () => void
  readonly size: number
  close(): void
}

/** @param o.taps its taps are there while somebody listens */
export function createMonitor(o: { taps: Taps; beat: Beat; clock: Clock }): Monitor {
  const { clock, taps } = o
  const listeners = new Set<Listener>()
  /** How many of them hear all three, and how many all but the operator. */
  const hearing = { all: 0, others: 0 }
  let mixer: { close: () => void } | undefined

  function begin() {
    const visitor = new Side({ hz: MONITOR_HZ, cushionMs: CUSHION_MS, mostMs: MOST_MS })
    const operator = new Side({ hz: MONITOR_HZ, cushionMs: CUSHION_MS, mostMs: MOST_MS })
    const agent = new Side({ hz: MONITOR_HZ, cushionMs: 0, mostMs: MOST_AHEAD_MS })
    const sum = new Int32Array(SAMPLES)
    const out = new Int16Array(SAMPLES)
    const bytes = new Uint8Array(out.buffer)
    const loudest = { visitor: 0, agent: 0 }
    let origin = clock.monotonicMs()
    let sent = 0

    const give = (hearsOperator: boolean) => {
      if (hearing[hearsOperator ? 'all' : 'others'] === 0) return
      for (let at = 0; at < SAMPLES; at++) {
        out[at] = Math.max(-32_768, Math.min(32_767, sum[at] as number))
      }
      for (const listener of listeners) if (listener.hearsOperator === hearsOperator) listener.frame(bytes)
    }
    function mix() {
      sum.fill(0)
      loudest.visitor = Math.max(loudest.visitor, visitor.addTo(sum))
      loudest.agent = Math.max(loudest.agent, agent.addTo(sum))
      // What the holder hears is what everybody hears, but for their own voice.
      give(false)
      loudest.agent = Math.max(loudest.agent, operator.addTo(sum))
      give(true)
      sent += 1
      if (sent % FRAMES_A_LEVEL !== 0) return
      for (const listener of listeners) listener.levels({ ...loudest })
      loudest.visitor = 0
      loudest.agent = 0
    }
    const leaveBeat = o.beat.join(() => {
      const due = Math.floor((clock.monotonicMs() - origin) / FRAME_MS)
      if (due - sent > MOST_AT_ONCE) {
        origin = clock.monotonicMs()
        sent = 0
        mix()
      } else while (sent < due) mix()
    })
    taps.visitor = tapOf(visitor)
    taps.agent = tapOf(agent)
    taps.operator = tapOf(operator)
    mixer = {
      close() {
        leaveBeat()
        taps.visitor = undefined
        taps.agent = undefined
        taps.operator = undefined
        for (const side of [visitor, agent, operator]) side.close()
      },
    }
  }
  function end() {
    mixer?.close()
    mixer = undefined
  }

  return {
    add(listener) {
      const own: Listener = { hearsOperator: listener.hearsOperator, frame: (b) => listener.frame(b), levels: (l) => listener.levels(l) }
      const kind = own.hearsOperator ? 'all' : 'others'
      listeners.add(own)
      hearing[kind] += 1
      if (!mixer) begin()
      return () => {
        if (!listeners.delete(own)) return
        hearing[kind] -= 1
        if (listeners.size === 0) end()
      }
    },
    get size() {
      return listeners.size
    },
    close() {
      listeners.clear()
      end()
    },
  }
}

const tapOf = (side: Side): Tap => ({ sound: (bytes, hz) => side.push(bytes, hz), dropped: () => side.drop() })
