import { html, nothing, type TemplateResult } from 'lit'
import type { Say } from '../words.ts'
import type { Field } from './field.ts'
import type { Path } from './values.ts'
import type { FieldWords } from './words.ts'

/** What drawing a field needs of its form. */
export interface Pen {
  t: Say
  isReadOnly: boolean
  value(path: Path): unknown
  set(path: Path, value: unknown): void
  fault(path: Path): string | undefined
  words(path: Path): FieldWords
}

export const idOf = (path: Path): string =>
  `f-${path.map((part) => part.replaceAll(/[^\w-]/g, (sign) => `_${sign.codePointAt(0)}_`)).join('.')}`

/** Which lines beside a control tell of it. */
export function describedBy(pen: Pen, field: Field, path: Path): string | typeof nothing {
  const id = idOf(path)
  const about = [hintOf(pen, field, path) ? `${id}-hint` : '', pen.fault(path) ? `${id}-fault` : ''].filter(Boolean)
  return about.length > 0 ? about.join(' ') : nothing
}

const hintOf = (pen: Pen, field: Field, path: Path): string =>
  [pen.words(path).hint, field.hint && pen.t(field.hint)].filter(Boolean).join(' ')

/** Hint and fault below a control. */
export function below(pen: Pen, field: Field, path: Path): TemplateResult {
  const [hint, fault, id] = [hintOf(pen, field, path), pen.fault(path), idOf(path)]
  return html`${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : nothing}${fault ? html`<p class="fault" id="${id}-fault">${fault}</p>` : nothing}`
}

/** A control with its label above and what is to be said of it below. */
export function labelled(pen: Pen, field: Field, path: Path, control: TemplateResult): TemplateResult {
  // A choice says by itself that it may be left alone.
  const optional =
    field.required || field.fallback !== undefined || field.is === 'choice'
      ? nothing
      : html` <span class="optional">${pen.t('optional')}</span>`
  return html`<div class="field"><label for=${idOf(path)}>${pen.words(path).label}${optional}</label>${control}${below(pen, field, path)}</div>`
}

/** Several controls that belong together. */
export function boxed(pen: Pen, field: Field, path: Path, inside: unknown): TemplateResult {
  return html`<fieldset class=${field.is === 'choices' ? 'plain' : 'framed'} id=${idOf(path)} tabindex="-1" aria-describedby=${describedBy(pen, field, path)}>
    <legend>${pen.words(path).label}</legend>
    ${below(pen, field, path)}${inside}
  </fieldset>`
}
