import type { Inside } from '../element/inside.ts'

/** Lit as the shell has it, so that it is loaded once. Set before anything is drawn. */
export let html: Inside['lit']['html']
export let nothing: Inside['lit']['nothing']

export function receiveLit(lit: Inside['lit']): void {
  html = lit.html
  nothing = lit.nothing
}
