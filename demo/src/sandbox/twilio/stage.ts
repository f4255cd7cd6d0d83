import type { Leg, Parts } from './leg.ts'
import type { Instructions } from './order.ts'

/** What a verb needs: the call, the world, the signal that it was replaced or is over, and where its addresses begin. */
export interface Stage {
  readonly leg: Leg
  readonly parts: Parts
  readonly signal: AbortSignal
  /** An address in the document as a whole one. @throws TwimlError 11100 */
  resolve(url: string): string
}

/** What a verb may want: other instructions, or the end. Nothing: the next verb. */
export type Wish = { go: Instructions; fields?: Record<string, string> } | 'hang-up' | undefined
