import { type Country, countriesOf, dialled, e164, grouped, guessCountry, splitNumber } from './countries.ts'
import { numberStyles } from './number-styles.ts'

/** What the field says. The panel gives its own language's words; alone in a page it speaks English. */
export interface NumberWords {
  label: string
  country: string
  missing: string
  short: string
  elsewhere: string
}
const ENGLISH: NumberWords = {
  label: 'Your phone number',
  country: 'Country',
  missing: 'Enter your phone number.',
  short: 'This number is too short. Check it, please.',
  elsewhere: 'We cannot ring phones in that country.',
}

const sheet = new CSSStyleSheet()
sheet.replaceSync(numberStyles)

/**
 * A phone number with its country, as one field of a form: its value is E.164, or nothing while it is not a number yet. Attributes:
 * `name`, `required`, `countries` (ISO codes, all unless given), `country` (chosen at first), `language`.
 */
export class NumberField extends HTMLElement {
  static readonly formAssociated = true
  static readonly observedAttributes = ['countries', 'language', 'required']
  readonly #internals = this.attachInternals()
  readonly #label = document.createElement('label')
  readonly #field = document.createElement('div')
  readonly #country = document.createElement('span')
  readonly #code = document.createElement('span')
  readonly #select = document.createElement('select')
  readonly #input = document.createElement('input')
  readonly #said = document.createElement('p')
  #countries: Country[] = []
  #words = ENGLISH
  #before = ''
  /** Given from outside; stands until something is typed. */
  #refused = ''

  constructor() {
    super()
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true })
    root.adoptedStyleSheets = [sheet]
    Object.assign(this.#label, { htmlFor: 'number' })
    Object.assign(this.#input, { id: 'number', type: 'tel', autocomplete: 'tel', inputMode: 'tel', maxLength: 40 })
    this.#input.setAttribute('aria-describedby', 'said')
    Object.assign(this.#said, { id: 'said' })
    this.#said.setAttribute('role', 'alert')
    this.#country.className = 'country'
    this.#code.setAttribute('aria-hidden', 'true')
    this.#country.append(this.#code, chevron(), this.#select)
    this.#field.className = 'field'
    this.#field.part.add('number')
    this.#field.append(this.#country, this.#input)
    root.append(this.#label, this.#field, this.#said)
    this.#input.addEventListener('input', (event) => this.#typed(event as InputEvent))
    this.#input.addEventListener('change', () => this.#settled())
    this.#select.addEventListener('change', (event) => {
      event.stopPropagation()
      this.#refused = ''
      this.#write(dialled(this.#input.value))
      this.#changed()
      this.dispatchEvent(new Event('input', { bubbles: true, composed: true }))
      this.#settled()
    })
    this.#name()
  }

  connectedCallback(): void {
    if (this.#countries.length === 0) this.#offer()
  }
  attributeChangedCallback(): void {
    if (this.isConnected) this.#offer()
  }

  /** E.164, or nothing while there are too few digits. Setting it moves to its country, where that is offered. */
  get value(): string {
    const { code } = this.#chosen ?? {}
    // With a country that is not offered it stays as it was typed.
    return code && !this.#foreign ? e164(this.#input.value, code) : ''
  }
  set value(number: string) {
    this.#refused = ''
    this.#write(number)
    this.#changed()
  }
  /** The country chosen, as ISO 3166 alpha-2. */
  get country(): string {
    return this.#select.value
  }
  set country(id: string) {
    if (this.#countries.some((each) => each.id === id)) this.#select.value = id
    this.#write(dialled(this.#input.value))
    this.#changed()
  }
  get name(): string {
    return this.getAttribute('name') ?? ''
  }
  get required(): boolean {
    return this.hasAttribute('required')
  }
  get form(): HTMLFormElement | null {
    return this.#internals.form
  }
  get validity(): ValidityState {
    return this.#internals.validity
  }
  get validationMessage(): string {
    return this.#internals.validationMessage
  }
  get willValidate(): boolean {
    return this.#internals.willValidate
  }
  set words(words: NumberWords) {
    this.#words = words
    this.#name()
    this.#changed()
  }
  /** To where the number is typed, not to the country before it. */
  override focus(options?: FocusOptions): void {
    this.#input.focus(options)
  }
  checkValidity(): boolean {
    return this.#internals.checkValidity()
  }
  /** Says beneath the field what is wrong, instead of in a bubble. */
  reportValidity(): boolean {
    const valid = this.checkValidity()
    this.#say(this.validationMessage)
    if (!valid) this.#input.focus()
    return valid
  }
  /** What the relay had against this number. It stands until something else is typed. */
  refuse(words: string): void {
    this.#refused = words
    this.#changed()
    this.#say(words)
  }
  formResetCallback(): void {
    this.value = ''
    this.#say('')
  }
  formDisabledCallback(disabled: boolean): void {
    this.#input.disabled = this.#select.disabled = disabled
  }
  formStateRestoreCallback(state: string): void {
    this.value = state
  }

  get #foreign(): boolean {
    return /^(\+|00)/.test(dialled(this.#input.value))
  }
  get #chosen(): Country | undefined {
    return this.#countries.find(({ id }) => id === this.#select.value)
  }

  #name(): void {
    this.#label.textContent = this.#words.label
    this.#select.setAttribute('aria-label', this.#words.country)
  }

  #offer(): void {
    const language = this.getAttribute('language') || document.documentElement.lang || navigator.language
    const was = this.#select.value || this.getAttribute('country')
    this.#countries = countriesOf(
      this.getAttribute('countries')
        ?.split(/[\s,]+/)
        .filter(Boolean) ?? [],
      language,
    )
    const options = this.#countries.map(({ id, code, name }) => new Option(`${name} +${code}`, id))
    this.#select.replaceChildren(...options)
    const only = this.#countries.length < 2
    this.#country.classList.toggle('only', only)
    this.#select.hidden = only
    const first = this.#countries.some(({ id }) => id === was) ? was : guessCountry(this.#countries, language, navigator.languages)
    if (first) this.#select.value = first
    this.#changed()
  }

  /** Puts digits into the field, grouped; a number with its country moves to that country. */
  #write(text: string): void {
    const split = splitNumber(text, this.#countries, this.#select.value)
    if (split) this.#select.value = split.country
    const digits = split ? split.rest : dialled(text)
    const { code } = this.#chosen ?? {}
    this.#input.value = code && !digits.startsWith('+') ? grouped(digits, code) : digits
    this.#before = this.#input.value
  }

  #typed({ inputType }: InputEvent): void {
    const { value } = this.#input
    const at = this.#input.selectionStart ?? value.length
    let before = dialled(value.slice(0, at))
    const after = dialled(value.slice(at))
    // Only the space between two groups was rubbed out: the digit is meant.
    if (inputType === 'deleteContentBackward' && before + after === dialled(this.#before) && value !== this.#before)
      before = before.slice(0, -1)
    this.#refused = ''
    this.#write(before + after)
    this.#input.setSelectionRange(...caretAfter(this.#input.value, after))
    this.#changed()
    if (this.#internals.validity.valid) this.#say('')
  }

  /** Left: what is wrong with a number that is there may be said now. */
  #settled(): void {
    this.#say(this.#input.value ? this.validationMessage : '')
    this.dispatchEvent(new Event('change', { bubbles: true }))
  }

  #changed(): void {
    this.#code.textContent = this.#chosen ? `+${this.#chosen.code}` : ''
    const { value } = this
    this.#internals.setFormValue(value || null, value)
    const { missing, short, elsewhere } = this.#words
    const typed = dialled(this.#input.value)
    const flags: [ValidityStateFlags, string] = this.#refused
      ? [{ customError: true }, this.#refused]
      : this.#foreign && typed.length > 4
        ? [{ badInput: true }, elsewhere]
        : typed && !value
          ? [{ tooShort: true }, short]
          : !typed && this.required
            ? [{ valueMissing: true }, missing]
            : [{}, '']
    this.#internals.setValidity(flags[0], flags[1], this.#input)
  }

  #say(words: string): void {
    if (this.#said.textContent !== words) this.#said.textContent = words
    this.#field.classList.toggle('wrong', words !== '')
    if (words) this.#input.setAttribute('aria-invalid', 'true')
    else this.#input.removeAttribute('aria-invalid')
  }
}

/** Where the caret stands when so many digits follow it. */
function caretAfter(text: string, after: string): [number, number] {
  let at = text.length
  for (let left = after.length; left > 0 && at > 0; at -= 1) if (/\d/.test(text[at - 1] ?? '')) left -= 1
  return [at, at]
}

function chevron(): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  const draw = { viewBox: '0 0 12 12', width: '12', height: '12', fill: 'none', stroke: 'currentColor', 'stroke-width': '1.6' }
  for (const [name, value] of Object.entries({ ...draw, 'stroke-linecap': 'round', 'aria-hidden': 'true' })) svg.setAttribute(name, value)
  path.setAttribute('d', 'm3 4.5 3 3 3-3')
  svg.append(path)
  return svg
}

declare global {
  interface HTMLElementTagNameMap {
    'voice-agent-number': NumberField
  }
}

/** The tag may be there already: another copy of the script, say. */
export function defineNumberField(): void {
  if (!customElements.get('voice-agent-number')) customElements.define('voice-agent-number', NumberField)
}
