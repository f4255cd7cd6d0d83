import { html, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import type { ChoiceField, ChoicesField, JsonField, LinesField, NumberField, SwitchField, TextField } from './field.ts'
import { linesIn, linesText } from './lines-text.ts'
import { below, boxed, describedBy, idOf, labelled, type Pen } from './pen.ts'
import { shownUnit } from './unit.ts'
import type { Path } from './values.ts'
import { humanName } from './words.ts'

/** Fields that are one control. */

type Typed = Event & { currentTarget: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement }
const typed = (then: (text: string) => void) => (event: Event) => then((event as Typed).currentTarget.value)

/** Attributes that every control carries. */
const wrong = (pen: Pen, path: Path) => (pen.fault(path) ? 'true' : nothing)

export function drawText(pen: Pen, field: TextField, path: Path): TemplateResult {
  const text = String(pen.value(path) ?? '')
  // Empty and not needed: as if it had never been given.
  const set = typed((next) => pen.set(path, next === '' && !field.required && typeof field.fallback !== 'string' ? undefined : next))
  const [described, invalid] = [describedBy(pen, field, path), wrong(pen, path)]
  if (field.lines) {
    const rows = Math.min(14, Math.max(2, Math.ceil(text.length / 90) + (text.split('\n').length - 1)))
    return labelled(
      pen,
      field,
      path,
      html`<textarea id=${idOf(path)} dir="auto" rows=${rows} .value=${live(text)} ?readonly=${pen.isReadOnly} ?required=${field.required} aria-describedby=${described} aria-invalid=${invalid} @input=${set}></textarea>`,
    )
  }
  const type = field.secret ? 'password' : field.format === 'uri' ? 'url' : field.format === 'email' ? 'email' : 'text'
  return labelled(
    pen,
    field,
    path,
    html`<input id=${idOf(path)} type=${type} dir="auto" autocomplete=${field.secret ? 'new-password' : 'off'} spellcheck=${field.secret ? 'false' : nothing} .value=${live(text)}
      ?readonly=${pen.isReadOnly} ?required=${field.required} aria-describedby=${described} aria-invalid=${invalid} @input=${set} />`,
  )
}

export function drawNumber(pen: Pen, field: NumberField, path: Path): TemplateResult {
  return labelled(pen, field, path, numberInput(pen, field, path))
}

/** The control alone: tables label it by their head and row. */
export function numberInput(pen: Pen, field: NumberField, path: Path, label?: string): TemplateResult {
  const unit = shownUnit(path.at(-1) ?? '', field.max)
  const value = pen.value(path)
  const set = typed((text) => pen.set(path, text.trim() === '' ? undefined : Math.round(Number(text) * unit.per * 1e6) / 1e6))
  const shown = typeof value === 'number' && Number.isFinite(value) ? String(value / unit.per) : ''
  const input = html`<input id=${idOf(path)} type="number" step=${field.whole && unit.per === 1 ? '1' : 'any'} inputmode="decimal"
    min=${field.min === undefined ? nothing : field.min / unit.per} max=${field.max === undefined ? nothing : field.max / unit.per}
    .value=${live(shown)} ?readonly=${pen.isReadOnly} aria-label=${label ?? nothing} aria-describedby=${describedBy(pen, field, path)} aria-invalid=${wrong(pen, path)} @input=${set} />`
  return unit.name ? html`<span class="with-unit">${input}<span class="unit">${unit.name}</span></span>` : input
}

export function drawSwitch(pen: Pen, field: SwitchField, path: Path): TemplateResult {
  return html`<div class="field">
    <label class="check"><input id=${idOf(path)} type="checkbox" .checked=${live(pen.value(path) === true)} ?disabled=${pen.isReadOnly}
      aria-describedby=${describedBy(pen, field, path)} aria-invalid=${wrong(pen, path)}
      @change=${(event: Event) => pen.set(path, (event.currentTarget as HTMLInputElement).checked)} />${pen.words(path).label}</label>
    ${below(pen, field, path)}
  </div>`
}

export function drawChoice(pen: Pen, field: ChoiceField, path: Path): TemplateResult {
  const value = pen.value(path)
  const { options = {} } = pen.words(path)
  const mayBeNone = !field.required && field.fallback === undefined
  const set = typed((next) => pen.set(path, next === '' ? undefined : next))
  return labelled(
    pen,
    field,
    path,
    html`<select id=${idOf(path)} ?disabled=${pen.isReadOnly} aria-describedby=${describedBy(pen, field, path)} aria-invalid=${wrong(pen, path)} @change=${set}>
      ${mayBeNone || value === undefined ? html`<option value="" .selected=${live(value === undefined || value === null)}>${pen.t('Not set')}</option>` : nothing}
      ${field.options.map((option) => html`<option value=${option} .selected=${live(option === value)}>${options[option] ?? humanName(option)}</option>`)}
    </select>`,
  )
}

export function drawChoices(pen: Pen, field: ChoicesField, path: Path): TemplateResult {
  const value = pen.value(path)
  const chosen = new Set(Array.isArray(value) ? value : [])
  const { options = {} } = pen.words(path)
  const toggle = (option: string) => (event: Event) => {
    const on = (event.currentTarget as HTMLInputElement).checked
    pen.set(
      path,
      field.options.filter((each) => (each === option ? on : chosen.has(each))),
    )
  }
  return boxed(
    pen,
    field,
    path,
    html`<div class="checks">${field.options.map(
      (option) =>
        html`<label class="check"><input type="checkbox" .checked=${live(chosen.has(option))} ?disabled=${pen.isReadOnly} @change=${toggle(option)} />${options[option] ?? humanName(option)}</label>`,
    )}</div>`,
  )
}

/** One text a line; blank lines count for nothing. */
export function drawLines(pen: Pen, field: LinesField, path: Path): TemplateResult {
  const value = pen.value(path)
  const lines = Array.isArray(value) ? value.map(String) : []
  const set = typed((text) => {
    const next = linesIn(text)
    pen.set(path, next.length === 0 && !field.required && field.fallback === undefined ? undefined : next)
  })
  const inner = lines.map((_, at) => pen.fault([...path, String(at)])).find(Boolean)
  return labelled(
    pen,
    field,
    path,
    html`<textarea id=${idOf(path)} dir="auto" class="lines" rows=${Math.min(8, Math.max(2, lines.length + 1))} .value=${linesText(lines)} ?readonly=${pen.isReadOnly}
      aria-describedby=${describedBy(pen, field, path)} aria-invalid=${inner || pen.fault(path) ? 'true' : nothing} @input=${set}></textarea>
      <span class="hint">${pen.t('One a line.')}</span>${inner ? html`<p class="fault">${inner}</p>` : nothing}`,
  )
}

export function drawJson(pen: Pen, field: JsonField, path: Path): TemplateResult {
  const value = pen.value(path)
  const text = field.asText ? String(value ?? '') : value === undefined ? '' : JSON.stringify(value, null, 2)
  const set = (event: Event) => {
    const area = event.currentTarget as HTMLTextAreaElement
    area.setCustomValidity('')
    if (area.value.trim() === '') return pen.set(path, undefined)
    try {
      const parsed: unknown = JSON.parse(area.value)
      pen.set(path, field.asText ? area.value : parsed)
    } catch {
      area.setCustomValidity(pen.t('This is not JSON.'))
      area.reportValidity()
    }
  }
  return labelled(
    pen,
    field,
    path,
    html`<textarea id=${idOf(path)} class="mono" dir="ltr" rows="4" spellcheck="false" .value=${text} ?readonly=${pen.isReadOnly}
      aria-describedby=${describedBy(pen, field, path)} aria-invalid=${wrong(pen, path)} @change=${set}></textarea><p class="hint">${pen.t('As JSON.')}</p>`,
  )
}
