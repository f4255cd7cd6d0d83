import type { WebSocket } from 'ws'
import type { AudioFormat, AudioLeg, Clock, LegEvent } from '../../calls/ports.ts'
import type { EndReason } from '../../protocol/index.ts'
import { createHearing } from '../hearing.ts'
import { createSoundBound, createStreamSocket, REFUSED } from '../stream-socket.ts'
import { createStreamWriter, type FromTwilio, readStreamMessage, type StreamStart, type StreamWriter, soundOf } from './wire.ts'

const TELEPHONE: AudioFormat = { encoding: 'pcm_s16le', sampleRateHz: 8000, frameMs: 20 }
const BYTES_PER_MS = 16
const FRAME_SAMPLES = 160
/** Twilio has a cushion of its own; this much keeps it filled while we are late. */
const LEAD_MS = 100
/** A second of sound as it is sent. */
const FULL_BYTES = 16 * 1024
/** Twilio says `start` right after the socket stands. */
const START_MS = 10_000

/**
 * A call's sound over a Media Streams socket that stands already, its signature proven by the caller.
 * - waiting: no `start` yet. on: admitted. over: refused, or gone.
 */
type State = { is: 'waiting' } | { is: 'on'; streamSid: string; writer: StreamWriter; gone: EndReason; stopped: boolean } | { is: 'over' }

/**
 * Waits for `start`, then asks `admit` whether this call's sound may come here. It attaches the leg and answers with the reason that the
 * call ends with when the far end goes and brings no other stream ('callee' or 'visitor'); undefined refuses, and the socket closes with 1008.
 */
export function createTwilioStream(o: {
  ws: WebSocket
  clock: Clock
  admit: (start: StreamStart, leg: AudioLeg) => EndReason | undefined
  onFault: (error: unknown) => void
}): void {
  const { clock } = o
  const hearing = createHearing(clock)
  const mayCome = createSoundBound(clock)
  let state: State = { is: 'waiting' }
  let listener: ((event: LegEvent) => void) | undefined
  const emit = (event: LegEvent) => listener?.(event)

  const socket = createStreamSocket({
    ws: o.ws,
    clock,
    read: readStreamMessage,
    fullBytes: FULL_BYTES,
    onMessage: take,
    onGone: over,
    onFault: o.onFault,
  })
  const cancelStart = clock.after(START_MS, () => refuse('no start'))

  function refuse(why: string) {
    if (state.is === 'waiting') socket.close(REFUSED, why)
  }

  /** The far end, or its socket, is gone. */
  function over() {
    const was = state
    state = { is: 'over' }
    cancelStart()
    if (was.is !== 'on') return
    // Twilio stops a stream also to press keys or to join another phone, and then brings a new one: the call waits a little before it takes it for a hang-up.
    emit(was.stopped ? { type: 'detached', leaving: was.gone } : { type: 'detached' })
  }

  const leg: AudioLeg = {
    kind: 'audio',
    name: 'twilio',
    input: TELEPHONE,
    output: TELEPHONE,
    leadMs: LEAD_MS,
    listen(next) {
      listener = next
      return () => {
        if (listener === next) listener = undefined
      }
    },
    writable: () => state.is === 'on' && socket.writable,
    send(frame, utterance) {
      if (state.is !== 'on') return
      const { before, after } = state.writer
      socket.sound(before, state.writer.coded(frame), after)
      hearing.sent(utterance, frame.length / BYTES_PER_MS)
    },
    mark(utterance, name) {
      if (state.is === 'on') socket.send(state.writer.mark(hearing.mark(utterance, name)))
    },
    clear(utterance) {
      if (state.is !== 'on') return Promise.resolve(undefined)
      socket.send(state.writer.clear)
      return Promise.resolve(hearing.cleared(utterance))
    },
    close(reason) {
      if (state.is === 'over') return
      state = { is: 'over' }
      socket.close(1000, reason)
    },
  }

  function start(told: StreamStart) {
    cancelStart()
    state = {
      is: 'on',
      streamSid: told.streamSid,
      writer: createStreamWriter(told.streamSid, FRAME_SAMPLES),
      gone: 'error',
      stopped: false,
    }
    const gone = o.admit(told, leg)
    // It may be over by now.
    if (state.is !== 'on') return
    if (gone !== undefined) state = { ...state, gone }
    else {
      state = { is: 'over' }
      socket.close(REFUSED, 'this stream is not expected')
    }
  }

  function take(message: FromTwilio): 'taken' | 'refused' {
    if (message.event === 'connected') return 'taken'
    if (state.is === 'waiting') {
      if (message.event !== 'start') return 'refused'
      start(message.start)
      return 'taken'
    }
    if (state.is !== 'on' || message.event === 'start' || message.streamSid !== state.streamSid) return 'refused'
    return ofThisStream(message)
  }

  function ofThisStream(message: Exclude<FromTwilio, { event: 'connected' | 'start' }>): 'taken' | 'refused' {
    switch (message.event) {
      case 'media': {
        // Our own sound comes back where both tracks are told.
        if (message.media.track !== undefined && message.media.track !== 'inbound') return 'taken'
        const bytes = soundOf(message.media.payload)
        if (!bytes || !mayCome(bytes.length / BYTES_PER_MS)) return 'refused'
        emit({ type: 'audio', bytes })
        return 'taken'
      }
      case 'dtmf':
        emit({ type: 'digits', digits: message.dtmf.digit })
        return 'taken'
      case 'mark': {
        const mark = hearing.played(message.mark.name)
        if (mark) emit({ type: 'mark', utterance: mark.utterance, name: mark.name })
        return 'taken'
      }
      case 'stop':
        if (state.is === 'on') state = { ...state, stopped: true }
        socket.close(1000, 'stopped')
        return 'taken'
    }
  }
}
