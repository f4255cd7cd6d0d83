import { type CSSResultGroup, LitElement, type PropertyDeclarations } from 'lit'
import type { Api } from './api.ts'
import type { Hands } from './hands/hands.ts'
import type { Live } from './live.ts'
import { look } from './look.ts'
import type { Route } from './router.ts'
import type { Session } from './session.ts'
import type { Say } from './words.ts'

/** What every page is given. */
export interface Desk {
  api: Api
  live: Live
  session: Session
  /** The operator's own ear and voice in calls. */
  hands: Hands
  /** Shows another page: `go('calls', [id])`. With `replace` the back button does not return here. */
  go(page: string, rest?: readonly string[], o?: { replace?: boolean; query?: Record<string, string> }): void
  t: Say
  /** Says one sentence at the bottom of the console, politely; it goes by itself. Faults stay until they are read. */
  tell(sentence: string, kind?: 'done' | 'fault'): void
  /** The relay's own address, without a slash at its end. */
  relay: string
  /** BCP 47, for dates and numbers. */
  language: string
}

/** One key of a page, for the help that `?` shows. */
export interface KeyHelp {
  keys: readonly string[]
  does: string
}

/**
 * A page of the console: one custom element in a folder of its own, loaded when it is first shown. It is given `desk` before it is
 * connected, and `route` whenever the address changes. Its root is styled by `look`; add `static styles = [look, …]`.
 */
export abstract class ConsolePage extends LitElement {
  static override styles: CSSResultGroup = look
  static override properties: PropertyDeclarations = { desk: { attribute: false }, route: { attribute: false } }
  declare desk: Desk
  declare route: Route

  /** What `?` lists of this page. */
  keys(): readonly KeyHelp[] {
    return []
  }

  /** A key nobody was typing with. True: it was ours. */
  onKey(_event: KeyboardEvent): boolean {
    return false
  }
}
