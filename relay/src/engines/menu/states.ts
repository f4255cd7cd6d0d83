/** A spoken menu as a table. What is not in it changes nothing. */
export type MenuState =
  /** A key is waited for. `wrong`: what was pressed or said in vain; `led`: where nobody could be reached. */
  | { readonly is: 'asking'; readonly wrong: number; readonly led: number }
  | { readonly is: 'leading'; readonly digit: string; readonly wrong: number; readonly led: number }
  | { readonly is: 'over' }

export type MenuEvent =
  | { readonly type: 'key'; readonly digit: string }
  /** Words, or several keys: no choice. */
  | { readonly type: 'no-choice' }
  /** Whoever was chosen has the call. */
  | { readonly type: 'reached' }
  | { readonly type: 'not-reached' }

/** What is to be done: lead there, read the menu again (and why), or say goodbye. */
export type MenuAct =
  | { do: 'lead'; digit: string }
  | { do: 'read'; because: 'no-such-key' | 'not-reached' }
  | { do: 'end' }
  | { do: 'nothing' }

export interface MenuBounds {
  readonly digits: readonly string[]
  readonly tries: number
  /** So often somebody is tried to be reached: each may ring a phone. */
  readonly leads: number
}

export const ASKING: MenuState = { is: 'asking', wrong: 0, led: 0 }
const OVER: MenuState = { is: 'over' }
const NOTHING: MenuAct = { do: 'nothing' }

export function nextMenu(state: MenuState, event: MenuEvent, { digits, leads, tries }: MenuBounds): { state: MenuState; act: MenuAct } {
  if (state.is === 'over') return { state, act: NOTHING }
  if (state.is === 'leading') {
    if (event.type === 'reached') return { state: OVER, act: NOTHING }
    if (event.type !== 'not-reached') return { state, act: NOTHING }
    const led = state.led + 1
    if (led >= leads) return { state: OVER, act: { do: 'end' } }
    return { state: { is: 'asking', wrong: state.wrong, led }, act: { do: 'read', because: 'not-reached' } }
  }
  if (event.type === 'key' && digits.includes(event.digit)) {
    return { state: { ...state, is: 'leading', digit: event.digit }, act: { do: 'lead', digit: event.digit } }
  }
  if (event.type !== 'key' && event.type !== 'no-choice') return { state, act: NOTHING }
  const wrong = state.wrong + 1
  if (wrong >= tries) return { state: OVER, act: { do: 'end' } }
  return { state: { ...state, wrong }, act: { do: 'read', because: 'no-such-key' } }
}
