import { sentenceOf } from '../problem.ts'
import type { Say } from '../words.ts'

/** Why the operator's ear and voice do not get into a call: a sentence of the console's own that says what to do next. */
export class CannotJoin extends Error {}

/** Anything thrown by a deed in a call → one sentence for people. */
export const saidOf = (error: unknown, t: Say): string => (error instanceof CannotJoin ? t(error.message) : sentenceOf(error))
