import { createFramer, durationMs, isSilent } from '../audio/frames.ts'
import { createResampler } from '../audio/resample.ts'
import type { Ledger } from './playback.ts'
import type { Track } from './playout.ts'
import type { AudioFormat } from './ports.ts'

/** An engine that speaks itself: PCM16LE mono at this rate. */
export interface OwnSound {
  ownHz: number
}

/** An engine's own sound, cut into the leg's frames onto a track; its words go to the ledger beside the sound they belong to. */
export function createOwnSound(o: OwnSound & { format: AudioFormat; ledger: Ledger; track: Track }) {
  const { format, ledger, track } = o
  const framer = createFramer(format.sampleRateHz, format.frameMs)
  // Equal rates pass: this is every frame of a spoken answer.
  const resampler = o.ownHz === format.sampleRateHz ? undefined : createResampler(o.ownHz, format.sampleRateHz)
  const frameMs = durationMs(framer.frameBytes, format.sampleRateHz)
  let open = true

  const send = (frame: Uint8Array) => {
    ledger.made(frameMs, isSilent(frame))
    track.push(frame)
  }
  const leave = () => {
    open = false
    resampler?.close()
  }
  return {
    write(text: string) {
      if (open) ledger.words(text)
    },
    sound(bytes: Uint8Array) {
      if (!open) return
      const sound = resampler ? resampler.push(bytes) : bytes
      if (framer.waiting > 0 || sound.length % framer.frameBytes !== 0) for (const frame of framer.push(sound)) send(frame)
      // Whole frames, as most pieces are, need no copy.
      else for (let at = 0; at < sound.length; at += framer.frameBytes) send(sound.subarray(at, at + framer.frameBytes))
    },
    end() {
      if (!open) return
      if (resampler) for (const frame of framer.push(resampler.flush())) send(frame)
      const last = framer.flush()
      if (last) send(last)
      ledger.wordsMade()
      leave()
      track.end()
    },
    stop() {
      if (open) leave()
    },
  }
}
