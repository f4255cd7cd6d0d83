/** Keys that mean something to the focused control are not ours. */
const OWN_OF_CONTROLS = new Set(['Enter', ' '])

/** The key that was pressed, unless somebody types, chords, or uses the control in focus with it. */
export function keyOf(event: KeyboardEvent): string | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return undefined
  const path = event.composedPath()
  const at = path[0]
  if (at instanceof HTMLElement) {
    if (at.isContentEditable || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement)
      return event.key === 'Escape' ? 'Escape' : undefined
    if (at instanceof HTMLInputElement) return event.key === 'Escape' ? 'Escape' : undefined
    if (OWN_OF_CONTROLS.has(event.key) && at.closest('button, summary, [role=button]')) return undefined
    if (event.key === 'Enter' && at.closest('a')) return undefined
  }
  if (path.some((each) => each instanceof HTMLDialogElement && each.open)) return undefined
  return event.key
}
