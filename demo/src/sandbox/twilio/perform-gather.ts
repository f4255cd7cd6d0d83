import { setTimeout as wait } from 'node:timers/promises'
import { performSound } from './perform-sound.ts'
import type { Stage, Wish } from './stage.ts'
import type { GatherVerb } from './verb.ts'

/** Collects keys: a key ends the prompts; enough keys, the finishing key or a silence end the collecting. */
export async function performGather(verb: GatherVerb, stage: Stage): Promise<Wish> {
  const { leg, signal } = stage
  let digits = ''
  const complete = new AbortController()
  let pressed = new AbortController()
  const first = pressed.signal
  const key = (digit: string) => {
    pressed.abort()
    pressed = new AbortController()
    if (digit === verb.finishOnKey) return complete.abort()
    digits += digit
    if (digits.length === verb.numDigits) complete.abort()
  }
  leg.pressed.add(key)
  try {
    for (const prompt of verb.prompts) await whole(performSound(prompt, { ...stage, signal: AbortSignal.any([signal, first]) }), first)
    while (!complete.signal.aborted) {
      const next = pressed.signal
      await whole(wait(verb.timeout * 1000, undefined, { signal: AbortSignal.any([signal, next, complete.signal]) }), next, complete.signal)
      if (!next.aborted && !complete.signal.aborted) break
    }
  } finally {
    leg.pressed.delete(key)
  }
  if (digits === '' && verb.actionOnEmptyResult === 'false') return undefined
  const url = verb.action ?? (leg.order.instructions && 'url' in leg.order.instructions ? leg.order.instructions.url : undefined)
  if (url === undefined) return undefined
  return { go: { url: stage.resolve(url), method: verb.method }, fields: { Digits: digits } }
}

/** To its end, or until one of these signals, which is no error. */
async function whole(work: Promise<unknown>, ...fine: AbortSignal[]): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!fine.some(({ aborted }) => aborted)) throw error
  }
}
