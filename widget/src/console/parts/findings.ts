import { html, type TemplateResult } from 'lit'
import type { Desk } from '../page.ts'

/** A line of the doctor. */
export interface Finding {
  state: 'ok' | 'note' | 'broken'
  about: string
  text: string
}

/** Those that matter come first. */
const ORDER: Record<Finding['state'], number> = { broken: 0, note: 1, ok: 2 }
const LOOKS = { ok: 'good', note: '', broken: 'bad' } as const
const WORDS = { ok: 'fine', note: 'worth knowing', broken: 'broken' } as const

export function findingList({ t }: Pick<Desk, 't'>, findings: readonly Finding[]): TemplateResult {
  const sorted = findings.toSorted((one, other) => ORDER[one.state] - ORDER[other.state])
  return html`<ul class="findings">${sorted.map(
    ({ about, state, text }) =>
      html`<li><span class="tag ${LOOKS[state]}">${t(WORDS[state])}</span> <strong>${about}</strong> <span>${text}</span></li>`,
  )}</ul>`
}
