import type { WebSocket } from 'ws'
import type { AudioFormat, AudioLeg, Clock, LegEvent } from '../../calls/ports.ts'
import type { EndReason } from '../../protocol/index.ts'
import { createHearing } from '../hearing.ts'
import { SoundBound } from '../sound-bound.ts'
import { createStreamSocket, REFUSED } from '../stream-socket.ts'
import { type Line, readLine } from './words.ts'

const STRING: AudioFormat = { encoding: 'pcm_s16le', sampleRateHz: 8000, frameMs: 20 }
const BYTES_PER_MS = 16
const START_MS = 10_000

/** A call's sound over a string: the first line says which call it is. `admit` attaches the leg, or refuses with undefined. */
export function createTincanStream(o: {
  ws: WebSocket
  clock: Clock
  admit: (call: string, leg: AudioLeg) => Promise<EndReason | undefined>
  onFault: (error: unknown) => void
}): void {
  const hearing = createHearing(o.clock)
  const bound = new SoundBound(o.clock)
  let listener: ((event: LegEvent) => void) | undefined
  let leaving: EndReason | undefined
  let asked = false
  const socket = createStreamSocket<Line | { word: 'sound'; bytes: Buffer }>({
    ws: o.ws,
    clock: o.clock,
    read: readLine,
    readBinary: (bytes) => (bytes.length % 2 === 0 ? { word: 'sound', bytes } : undefined),
    fullBytes: 16 * 1024,
    onMessage: take,
    onGone() {
      cancelStart()
      listener?.(leaving ? { type: 'detached', leaving } : { type: 'detached' })
    },
    onFault: o.onFault,
  })
  const cancelStart = o.clock.after(START_MS, () => socket.close(REFUSED, 'no call was named'))
  const line = (text: string) => socket.send(text)

  const leg: AudioLeg = {
    kind: 'audio',
    name: 'tincan',
    input: STRING,
    output: STRING,
    leadMs: 100,
    listen(next) {
      listener = next
      return () => {
        if (listener === next) listener = undefined
      }
    },
    writable: () => socket.writable,
    send(frame, utterance) {
      socket.sendBinary(frame)
      hearing.sent(utterance, frame.length / BYTES_PER_MS)
    },
    mark: (utterance, name) => line(`mark ${hearing.mark(utterance, name)}`),
    clear(utterance) {
      line('clear')
      return Promise.resolve(hearing.cleared(utterance))
    },
    close: (reason) => socket.close(1000, reason),
  }

  async function begin(call: string): Promise<void> {
    cancelStart()
    leaving = await o.admit(call, leg)
    if (leaving === undefined) socket.close(REFUSED, 'this call is not expected')
  }

  function take(message: Line | { word: 'sound'; bytes: Buffer }): 'taken' | 'refused' {
    if (!asked) {
      if (message.word !== 'call') return 'refused'
      asked = true
      begin(message.value).catch(o.onFault)
      return 'taken'
    }
    switch (message.word) {
      case 'call':
        return 'refused'
      case 'key':
        listener?.({ type: 'digits', digits: message.value })
        return 'taken'
      case 'mark': {
        const mark = hearing.played(message.value)
        if (mark) listener?.({ type: 'mark', utterance: mark.utterance, name: mark.name })
        return 'taken'
      }
      case 'sound':
        if (!bound.mayCome(message.bytes.length / BYTES_PER_MS)) return 'refused'
        listener?.({ type: 'audio', bytes: message.bytes })
        return 'taken'
    }
  }
}
