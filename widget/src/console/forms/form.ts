import { LitElement, type TemplateResult } from 'lit'
import { look } from '../look.ts'
import { type Say, sayWith } from '../words.ts'
import type { Fault } from './check-value.ts'
import { drawFields } from './draw-nested.ts'
import type { GroupField } from './field.ts'
import { formStyles } from './form-styles.ts'
import type { Pen } from './pen.ts'
import { type Path, valueAt, withValue } from './values.ts'
import { type WordTable, wordsOf } from './words.ts'

/**
 * A form that a schema draws. It holds no value of its own: `value` goes in, `vc-change` {value} comes out; whoever owns it saves.
 * `only` draws some of the fields, in that order. Faults stand at their fields, by the relay's own paths.
 */
export class SchemaForm extends LitElement {
  static override styles = [look, formStyles]
  static override properties = {
    field: { attribute: false },
    value: { attribute: false },
    faults: { attribute: false },
    words: { attribute: false },
    only: { attribute: false },
    readOnly: { attribute: false },
    t: { attribute: false },
  }
  declare field: GroupField
  declare value: unknown
  declare faults: readonly Fault[]
  declare words: WordTable
  declare only: readonly string[] | undefined
  declare readOnly: boolean
  declare t: Say

  constructor() {
    super()
    this.field = { is: 'group', required: true, fields: {} }
    this.value = {}
    this.faults = []
    this.words = {}
    this.readOnly = false
    this.t = sayWith({})
    this.addEventListener('keydown', (event) => this.#onKey(event))
  }

  /** Moves the focus to the first field that is wrong. */
  async focusFault(): Promise<void> {
    await this.updateComplete
    const at = this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"], fieldset:has(> .fault)')
    at?.focus()
  }

  override render(): TemplateResult[] {
    const { fields } = this.field
    const shown = this.only ? Object.fromEntries(this.only.flatMap((name) => (fields[name] ? [[name, fields[name]]] : []))) : fields
    return drawFields(this.#pen(), shown, [])
  }

  #pen(): Pen {
    return {
      t: this.t,
      isReadOnly: this.readOnly,
      value: (path) => valueAt(this.value, path),
      set: (path, next) => this.#set(path, next),
      fault: (path) => this.faults.find((fault) => fault.path === path.join('.'))?.message,
      words: (path) => wordsOf(this.words, path, this.t),
    }
  }

  /** Enter in a line of text sends the form around us, as in any form. */
  #onKey(event: KeyboardEvent): void {
    const [at] = event.composedPath()
    if (event.key !== 'Enter' || event.isComposing || !(at instanceof HTMLInputElement) || at.type === 'checkbox') return
    event.preventDefault()
    this.closest('form')?.requestSubmit()
  }

  #set(path: Path, next: unknown): void {
    this.value = withValue(this.value, path, next)
    this.faults = this.faults.filter((fault) => fault.path !== path.join('.'))
    this.dispatchEvent(new CustomEvent('vc-change', { detail: { value: this.value } }))
  }
}

if (!customElements.get('vc-form')) customElements.define('vc-form', SchemaForm)
