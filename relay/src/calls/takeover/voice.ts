import { createFramer, type Framer } from '../../audio/frames.ts'
import { createResampler, type Resampler } from '../../audio/resample.ts'
import type { Taps } from '../listening/taps.ts'
import type { Clock, Leg } from '../ports.ts'
import { createJitter } from './jitter.ts'

/** A timer that wakes a little early is not sent to sleep again. */
const SOON_MS = 1

/** The operator's voice on its way to the visitor: changed to the leg's rate once, evened out, sent a frame at a time. */
export interface OperatorVoice {
  /** PCM16LE mono at this rate, as it comes from their browser. */
  sound(bytes: Uint8Array, sampleRateHz: number): void
  /** Nothing more of it is sent. */
  stop(): void
}

export function createOperatorVoice(o: { leg: () => Leg | undefined; utterance: string; taps: Taps; clock: Clock }): OperatorVoice {
  const { clock, taps, utterance } = o
  const jitter = createJitter()
  let way: { fromHz: number; toHz: number; resampler: Resampler; framer: Framer } | undefined
  let cancel: (() => void) | undefined
  let stopped = false
  let begun = false

  function wayTo(fromHz: number, toHz: number, frameMs: number) {
    if (way?.fromHz === fromHz && way.toHz === toHz) return way
    way?.resampler.close()
    jitter.reset()
    way = { fromHz, toHz, resampler: createResampler(fromHz, toHz), framer: createFramer(toHz, frameMs) }
    return way
  }

  function sendLater() {
    if (jitter.dueMs === undefined) {
      cancel = undefined
      return
    }
    cancel = clock.after(Math.max(0, jitter.dueMs - clock.monotonicMs()), send)
  }

  function send() {
    const leg = o.leg()
    const now = clock.monotonicMs()
    while (jitter.dueMs !== undefined && jitter.dueMs <= now + SOON_MS) {
      const frame = jitter.take(now)
      // While the far end takes nothing the words of the moment are lost, and not said late.
      if (!frame || leg?.kind !== 'audio' || !leg.writable()) continue
      if (!begun) leg.mark(utterance, 'start')
      begun = true
      leg.send(frame, utterance)
      if (taps.operator !== undefined) taps.operator.sound(frame, leg.output.sampleRateHz)
    }
    sendLater()
  }

  return {
    sound(bytes, sampleRateHz) {
      const leg = o.leg()
      if (stopped || leg?.kind !== 'audio') return
      const { framer, resampler } = wayTo(sampleRateHz, leg.output.sampleRateHz, leg.output.frameMs)
      const now = clock.monotonicMs()
      for (const frame of framer.push(resampler.push(bytes))) jitter.push(frame, now)
      if (!cancel) sendLater()
    },
    stop() {
      if (stopped) return
      stopped = true
      cancel?.()
      jitter.reset()
      way?.resampler.close()
      const leg = o.leg()
      if (begun && leg?.kind === 'audio') leg.mark(utterance, 'end')
    },
  }
}
