import { setTimeout as wait } from 'node:timers/promises'
import { unlessAborted } from '../carriers/abortable.ts'
import { joined, ringingTone } from '../carriers/joined.ts'
import { reachable } from '../carriers/loopback.ts'
import type { SoundEnd } from '../carriers/sound-end.ts'
import { PHONE_HZ } from '../phones/beat.ts'
import { FrameQueue } from '../phones/frames.ts'
import { readWav } from '../phones/wav.ts'
import type { ExotelCall } from './call.ts'

/** Rings these numbers one after another, joins the first that answers, and waits until it goes. False: nobody answered. */
export async function performConnect(call: ExotelCall, numbers: readonly string[]): Promise<boolean> {
  const { first } = call
  first.mouth = await waitingSound(call)
  for (const number of numbers) {
    const leg = call.ringSecond(number)
    if (!(await unlessAborted(first.over, leg.answered))) continue
    call.conversed = true
    await joined(first, leg, first.over)
    return true
  }
  first.mouth = undefined
  return false
}

/** What is heard meanwhile: the customer's own WAV, or ringing. */
async function waitingSound(call: ExotelCall): Promise<SoundEnd['mouth']> {
  const { waitUrl } = call.order
  if (waitUrl === undefined) return ringingTone()
  const samples = await Promise.race([fetched(waitUrl, call), wait(2000, undefined)]).catch(() => undefined)
  if (!samples || samples.length === 0) return ringingTone()
  const queue = new FrameQueue()
  return {
    next() {
      if (queue.samples < PHONE_HZ) queue.push(samples)
      return queue.next()
    },
  }
}

async function fetched(url: string, call: ExotelCall): Promise<Int16Array> {
  const answer = await fetch(reachable(url, call.parts.settings().reach), { signal: call.first.over })
  return readWav(Buffer.from(await answer.arrayBuffer()))
}
