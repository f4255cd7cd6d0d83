import { html, nothing, type TemplateResult } from 'lit'
import { drawChoice, drawChoices, drawJson, drawLines, drawNumber, drawSwitch, drawText, numberInput } from './draw-simple.ts'
import type { Field, GroupField, ListField, NumberField, TableField } from './field.ts'
import { boxed, idOf, type Pen } from './pen.ts'
import { blank, type Path } from './values.ts'

/** Any field, and those that hold others. */

function drawField(pen: Pen, field: Field, path: Path): TemplateResult {
  switch (field.is) {
    case 'text':
      return drawText(pen, field, path)
    case 'number':
      return drawNumber(pen, field, path)
    case 'switch':
      return drawSwitch(pen, field, path)
    case 'choice':
      return drawChoice(pen, field, path)
    case 'choices':
      return drawChoices(pen, field, path)
    case 'lines':
      return drawLines(pen, field, path)
    case 'json':
      return drawJson(pen, field, path)
    case 'group':
      return drawGroup(pen, field, path)
    case 'list':
      return drawList(pen, field, path)
    case 'table':
      return drawTable(pen, field, path)
  }
}

export const drawFields = (pen: Pen, fields: GroupField['fields'], path: Path): TemplateResult[] =>
  Object.entries(fields).map(([name, field]) => drawField(pen, field, [...path, name]))

function drawGroup(pen: Pen, field: GroupField, path: Path): TemplateResult {
  const columns = matrixOf(field)
  if (columns) return boxed(pen, field, path, drawMatrix(pen, { field, columns }, path))
  const mayBeNone = !field.required && field.fallback === undefined
  if (!mayBeNone) return boxed(pen, field, path, html`<div class="fields">${drawFields(pen, field.fields, path)}</div>`)
  const isThere = pen.value(path) !== undefined
  const toggle = (event: Event) => pen.set(path, (event.currentTarget as HTMLInputElement).checked ? blank(field) : undefined)
  return boxed(
    pen,
    field,
    path,
    html`<label class="check"><input type="checkbox" .checked=${isThere} ?disabled=${pen.isReadOnly} @change=${toggle} />${pen.t('Use this')}</label>
      ${isThere ? html`<div class="fields">${drawFields(pen, field.fields, path)}</div>` : nothing}`,
  )
}

/** Groups that all have the same numbers are rows of one table: the names of its columns. */
function matrixOf({ fields }: GroupField): Readonly<Record<string, NumberField>> | undefined {
  const rows = Object.values(fields)
  const [first] = rows
  if (rows.length < 2 || first?.is !== 'group') return undefined
  const names = Object.keys(first.fields)
  const fits = rows.every(
    (row) =>
      row.is === 'group' && Object.keys(row.fields).join() === names.join() && Object.values(row.fields).every(({ is }) => is === 'number'),
  )
  return fits ? (first.fields as Record<string, NumberField>) : undefined
}

function drawMatrix(pen: Pen, o: { field: GroupField; columns: Readonly<Record<string, NumberField>> }, path: Path): TemplateResult {
  const [rows, columns] = [Object.keys(o.field.fields), Object.entries(o.columns)]
  const head = (name: string) => pen.words([...path, rows[0] ?? '', name]).label
  return html`<div class="scroll" role="region" tabindex="0" aria-label=${pen.words(path).label}><table>
    <thead><tr><td></td>${columns.map(([name]) => html`<th scope="col">${head(name)}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => {
      const { label, hint } = pen.words([...path, row])
      return html`<tr><th scope="row">${label}${hint ? html`<span class="hint">${hint}</span>` : nothing}</th>${columns.map(
        ([name, column]) => {
          const at = [...path, row, name]
          const fault = pen.fault(at)
          return html`<td>${numberInput(pen, column, at, `${label}, ${head(name)}`)}${fault ? html`<p class="fault" id="${idOf(at)}-fault">${fault}</p>` : nothing}</td>`
        },
      )}</tr>`
    })}</tbody>
  </table></div>`
}

function drawList(pen: Pen, field: ListField, path: Path): TemplateResult {
  const value = pen.value(path)
  const items: unknown[] = Array.isArray(value) ? value : []
  const { label, item = pen.t('Item') } = pen.words(path)
  const mayAdd = !pen.isReadOnly && (field.maxItems === undefined || items.length < field.maxItems)
  const remove = (at: number) => () => pen.set(path, items.toSpliced(at, 1))
  const add = () => pen.set(path, [...items, blank(field.item)])
  return boxed(
    pen,
    field,
    path,
    html`<ol class="items">${items.map(
      (_, at) => html`<li class="item">
        <div class="item-head"><p class="item-name">${item} ${at + 1}</p>${
          pen.isReadOnly
            ? nothing
            : html`<button type="button" class="link" aria-label="${pen.t('Remove')} ${item} ${at + 1}" @click=${remove(at)}>${pen.t('Remove')}</button>`
        }</div>
        <div class="fields">${drawFields(pen, field.item.fields, [...path, String(at)])}</div>
      </li>`,
    )}</ol>
    ${mayAdd ? html`<button type="button" class="add" aria-label="${label}: ${pen.t('add')} ${item}" @click=${add}>${pen.t('Add')} ${item.toLowerCase()}</button>` : nothing}`,
  )
}

function drawTable(pen: Pen, field: TableField, path: Path): TemplateResult {
  const value = pen.value(path)
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const { item = pen.t('Name') } = pen.words(path)
  const rename = (before: string) => (event: Event) => {
    const input = event.currentTarget as HTMLInputElement
    const name = input.value.trim()
    const taken = name !== before && entries.some(([each]) => each === name)
    input.setCustomValidity(taken ? pen.t('This name is taken.') : '')
    if (taken) return input.reportValidity()
    return pen.set(path, Object.fromEntries(entries.map(([each, inner]) => [each === before ? name : each, inner])))
  }
  const remove = (name: string) => () => pen.set(path, Object.fromEntries(entries.filter(([each]) => each !== name)))
  const add = () => pen.set(path, { ...Object.fromEntries(entries), '': blank(field.item) })
  const hasBlank = entries.some(([name]) => name === '')
  const rows = entries.map(
    ([name], at): Row => ({
      name,
      path: [...path, name],
      input: (label) =>
        html`<input class="name" dir="ltr" id="${idOf(path)}-name-${at}" aria-label=${label ?? nothing} .value=${name} ?readonly=${pen.isReadOnly} @change=${rename(name)} />`,
      remove: pen.isReadOnly
        ? nothing
        : html`<button type="button" class="link" aria-label="${pen.t('Remove')} ${name || item}" @click=${remove(name)}>${pen.t('Remove')}</button>`,
    }),
  )
  return boxed(
    pen,
    field,
    path,
    html`${field.item.is === 'number' ? drawNumbers(pen, field.item, { item, rows, path }) : drawEntries(pen, field.item, { item, rows })}
    ${pen.isReadOnly || hasBlank ? nothing : html`<button type="button" class="add" @click=${add}>${pen.t('Add')} ${item.toLowerCase()}</button>`}`,
  )
}

/** One name that people chose, and what stands under it. */
interface Row {
  name: string
  path: Path
  input(label?: string): TemplateResult
  remove: TemplateResult | typeof nothing
}

function drawEntries(pen: Pen, field: Field, o: { item: string; rows: readonly Row[] }): TemplateResult {
  const inside = (path: Path) =>
    field.is === 'group' ? html`<div class="fields">${drawFields(pen, field.fields, path)}</div>` : drawField(pen, field, path)
  return html`<ol class="items">${o.rows.map(
    ({ input, name, path, remove }) =>
      html`<li class="item"><div class="item-head"><label>${o.item}${input()}</label>${remove}</div>${name === '' ? nothing : inside(path)}</li>`,
  )}</ol>`
}

/** Names with a number each: two columns. */
function drawNumbers(pen: Pen, field: NumberField, o: { item: string; rows: readonly Row[]; path: Path }): TemplateResult {
  const said = pen.words([...o.path, '*']).label
  if (o.rows.length === 0) return html``
  return html`<div class="scroll" role="region" tabindex="0" aria-label=${pen.words(o.path).label}><table class="narrow">
    <thead><tr><th scope="col">${o.item}</th><th scope="col">${said}</th><td></td></tr></thead>
    <tbody>${o.rows.map(({ input, name, path, remove }) => {
      const fault = pen.fault(path)
      return html`<tr><td>${input(o.item)}</td>
        <td>${name === '' ? nothing : numberInput(pen, field, path, `${said} ${name}`)}${fault ? html`<p class="fault" id="${idOf(path)}-fault">${fault}</p>` : nothing}</td><td>${remove}</td></tr>`
    })}</tbody>
  </table></div>`
}
