import { FRAME } from '../phones/beat.ts'
import { FrameQueue } from '../phones/frames.ts'
import { ringback } from '../phones/tones.ts'
import { unlessAborted } from './abortable.ts'
import type { Mouth, SoundEnd } from './sound-end.ts'

/** Between two phones no more sound waits than this, or they would drift apart. */
const MOST_WAITING = 5 * FRAME

/** What somebody hears while the other phone rings. */
export function ringingTone(): Mouth {
  const tone = ringback()
  const queue = new FrameQueue()
  return {
    next() {
      if (queue.samples === 0) queue.push(tone)
      return queue.next()
    },
  }
}

/** Each hears the other until the other goes. Rejects when the signal comes first. */
export async function joined(one: SoundEnd, other: SoundEnd, signal: AbortSignal): Promise<void> {
  const [toOne, toOther] = [new FrameQueue(), new FrameQueue()]
  one.mouth = toOne
  other.mouth = toOther
  const fromOne = (said: Int16Array) => pour(said, toOther)
  const fromOther = (said: Int16Array) => pour(said, toOne)
  one.taps.add(fromOne)
  other.taps.add(fromOther)
  const over = Promise.withResolvers<void>()
  other.over.addEventListener('abort', () => over.resolve(), { once: true })
  if (other.over.aborted) over.resolve()
  try {
    await unlessAborted(signal, over.promise)
  } finally {
    one.taps.delete(fromOne)
    other.taps.delete(fromOther)
  }
}

function pour(said: Int16Array, into: FrameQueue): void {
  into.push(said)
  into.shorten(MOST_WAITING)
}
