import type { Claim, Expectation } from './arrivals.ts'

/**
 * Which of those that are waited for an incoming call belongs to: the one whose visitor's number it shows; where it shows none of theirs, the one whose
 * carrier shows such a number in its place. `open`: in the order in which they were expected.
 */
export function choose<Waiting extends Pick<Expectation, 'callId' | 'unclear'>>(
  open: readonly Waiting[],
  { isShown, isVisitor }: { isVisitor: (each: Waiting) => boolean; isShown: (each: Waiting) => boolean },
): Claim {
  const exact = open.filter(isVisitor)
  const meant = exact.length > 0 ? exact : open.filter(isShown)
  const [first] = meant
  if (!first) return undefined
  if (meant.length > 1 && meant.some(({ unclear }) => unclear === 'refuse')) return { is: 'unclear' }
  return { is: 'ours', callId: first.callId }
}
