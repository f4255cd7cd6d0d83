/** Keys that mean something to the focused control are not ours. */
const OWN_OF_CONTROLS = new Set(['Enter', ' '])

const isField = (at: HTMLElement): boolean =>
  at.isContentEditable || at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement

/** Escape in a field leaves the field, and nothing more. */
export function leavesField(event: KeyboardEvent): boolean {
  const at = event.composedPath()[0]
  return event.key === 'Escape' && !event.defaultPrevented && at instanceof HTMLElement && isField(at) && !at.closest('dialog')
}

/** The key that was pressed, unless somebody types, chords, or uses the control in focus with it. */
export function keyOf(event: KeyboardEvent): string | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return undefined
  const path = event.composedPath()
  const at = path[0]
  if (at instanceof HTMLElement) {
    if (isField(at)) return undefined
    if (OWN_OF_CONTROLS.has(event.key) && at.closest('button, summary, [role=button]')) return undefined
    if (event.key === 'Enter' && at.closest('a')) return undefined
  }
  if (path.some((each) => each instanceof HTMLDialogElement && each.open)) return undefined
  return event.key
}
