import { setTimeout as wait } from 'node:timers/promises'
import { reachable } from '../carriers/loopback.ts'
import { play } from '../carriers/play.ts'
import { PHONE_HZ } from '../phones/beat.ts'
import { isKey, keyTone } from '../phones/tones.ts'
import { readWav } from '../phones/wav.ts'
import type { Stage, Wish } from './stage.ts'
import { TwimlError } from './twiml.ts'
import type { Verb } from './verb.ts'

type Playing = Pick<Stage, 'leg' | 'signal'>
type SoundVerb = Extract<Verb, { verb: 'Say' | 'Play' | 'Pause' }>

/** `loop="0"` is for as long as the call lasts; nobody needs more than this. */
const FOR_EVER = 1000

/** Speaks, plays or is silent until that is over. */
export async function performSound(verb: SoundVerb, stage: Stage): Promise<Wish> {
  if (verb.verb === 'Pause') {
    await wait(verb.length * 1000, undefined, { signal: stage.signal })
    return undefined
  }
  if (verb.verb === 'Play' && verb.digits !== undefined) return await playKeys(verb.digits, stage)
  const samples = verb.verb === 'Say' ? await stage.parts.network.speech.say(verb.text, 'kal', PHONE_HZ) : await soundAt(verb.url, stage)
  for (let n = 0; n < (verb.loop || FOR_EVER); n++) await play(samples, stage.leg, stage.signal)
  return undefined
}

/** Presses keys towards the phone: `w` waits half a second, `W` a whole one. */
export async function playKeys(digits: string, playing: Playing): Promise<undefined> {
  for (const digit of digits) {
    if (digit === 'w' || digit === 'W') await wait(digit === 'w' ? 500 : 1000, undefined, { signal: playing.signal })
    else if (isKey(digit)) {
      playing.leg.line?.keyFromCarrier(digit)
      await play(keyTone(digit), playing.leg, playing.signal)
    } else throw new TwimlError(13_520, `Invalid digits: ${digits}`)
  }
}

/** A recording of the customer's, at 8 kHz. @throws TwimlError 11200 */
export async function soundAt(url: string, stage: Stage): Promise<Int16Array> {
  const answer = await fetch(reachable(stage.resolve(url), stage.parts.settings().reach), { signal: stage.signal })
  if (!answer.ok) throw new TwimlError(11_200, `HTTP ${answer.status} from ${url}`)
  return readWav(Buffer.from(await answer.arrayBuffer()))
}
