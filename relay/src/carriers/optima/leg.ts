import { decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from '../../audio/g711.ts'
import type { AudioFormat, AudioLeg, Clock, LegEvent } from '../../calls/ports.ts'
import { createHearing } from '../hearing.ts'
import { createSoundBound } from '../stream-socket.ts'
import type { Channel, ChannelEvent } from './channel.ts'
import type { OptimaAudio } from './wire.ts'

const HZ = 8000
const BYTES_PER_MS = 16
/** Beyond a frame's own length: keeps Optima's queue filled while we are late. */
const LEAD_MS = 100

export interface OptimaLeg {
  readonly leg: AudioLeg
  /** What comes of this call while somebody is connected. */
  take(event: ChannelEvent): void
}

/** A call's sound: PCM16 at 8 kHz for us, on the wire as set. It may be away and come back. */
export function createOptimaLeg(o: {
  clock: Clock
  channel: Channel
  frameMs: number
  /** What we send, and what comes where it does not say what it is. */
  audio: OptimaAudio
}): OptimaLeg {
  const { channel, clock } = o
  const hearing = createHearing(clock)
  const mayCome = createSoundBound(clock)
  const format: AudioFormat = { encoding: 'pcm_s16le', sampleRateHz: HZ, frameMs: o.frameMs }
  const write = ENCODERS[o.audio]
  let listener: ((event: LegEvent) => void) | undefined
  let closed = false
  let odd: number | undefined
  const emit = (event: LegEvent) => listener?.(event)

  /** Whole samples; a byte that is left over belongs to the next. */
  function samplesOf(bytes: Uint8Array, told: OptimaAudio): Uint8Array {
    if (told !== 'pcm16') {
      const pcm = new Uint8Array(bytes.length * 2)
      DECODERS[told](bytes, pcm)
      return pcm
    }
    if (odd === undefined && bytes.length % 2 === 0) return bytes
    const joined = odd === undefined ? bytes : Uint8Array.of(odd, ...bytes)
    const even = joined.length - (joined.length % 2)
    odd = joined[even]
    return joined.subarray(0, even)
  }

  const leg: AudioLeg = {
    kind: 'audio',
    name: 'optima',
    input: { ...format, frameMs: 20 },
    output: format,
    leadMs: o.frameMs + LEAD_MS,
    listen(next) {
      listener = next
      return () => {
        if (listener === next) listener = undefined
      }
    },
    writable: () => !closed && channel.writable,
    send(frame, utterance) {
      if (closed) return
      channel.audio(write(frame))
      hearing.sent(utterance, frame.length / BYTES_PER_MS)
    },
    mark(utterance, name) {
      if (!closed) channel.checkPoint(hearing.mark(utterance, name))
    },
    async clear(utterance) {
      if (!closed) channel.interruption()
      return hearing.cleared(utterance)
    },
    // What hangs up is the call's own end.
    close() {
      closed = true
      listener = undefined
    },
  }

  return {
    leg,
    take(event) {
      switch (event.event) {
        case 'audio': {
          const told = event.format ?? o.audio
          const ms = event.bytes.length / (told === 'pcm16' ? BYTES_PER_MS : BYTES_PER_MS / 2)
          if (!mayCome(ms)) return
          const bytes = samplesOf(event.bytes, told)
          if (bytes.length > 0) emit({ type: 'audio', bytes })
          return
        }
        case 'dtmf':
          return emit({ type: 'digits', digits: event.digit })
        case 'checkPoint': {
          const mark = hearing.played(event.name)
          if (mark) emit({ type: 'mark', utterance: mark.utterance, name: mark.name })
          return
        }
        case 'here':
          return emit({ type: 'attached' })
        case 'away':
        case 'lost':
          return emit({ type: 'detached' })
      }
    },
  }
}

const DECODERS = { ulaw: decodeMulaw, alaw: decodeAlaw }

const ENCODERS: Readonly<Record<OptimaAudio, (pcm: Uint8Array) => Uint8Array>> = {
  pcm16: (pcm) => pcm,
  ulaw: (pcm) => coded(pcm, encodeMulaw),
  alaw: (pcm) => coded(pcm, encodeAlaw),
}

function coded(pcm: Uint8Array, encode: typeof encodeMulaw): Uint8Array {
  const bytes = new Uint8Array(pcm.length >> 1)
  encode(pcm, bytes)
  return bytes
}
