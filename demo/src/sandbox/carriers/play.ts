import { FrameQueue } from '../phones/frames.ts'
import { unlessAborted } from './abortable.ts'
import type { SoundEnd } from './sound-end.ts'

/** The phone hears these samples (8 kHz), and nothing else meanwhile. Rejects when the signal comes first. */
export async function play(samples: Int16Array, end: Pick<SoundEnd, 'mouth'>, signal: AbortSignal): Promise<void> {
  const queue = new FrameQueue()
  queue.push(samples)
  end.mouth = queue
  try {
    await unlessAborted(signal, queue.drained())
  } finally {
    if (end.mouth === queue) end.mouth = undefined
  }
}
