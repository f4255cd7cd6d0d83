import type { Desk, Inside } from '../element/inside.ts'
import { en } from '../strings/en.ts'
import { CallDesk } from './desk.ts'
import { receiveLit } from './lit.ts'

/** The door of the call code, opened on first use. */
export function createDesk(inside: Inside): Desk {
  receiveLit(inside.lit)
  inside.addStrings('en', en)
  return new CallDesk(inside)
}
