import { type Country, countriesOf, dialled, e164, grouped, guessCountry, splitNumber } from './countries.ts'
import { numberStyles } from './number-styles.ts'
import { callbackEn } from './words.ts'

type Say = (key: 'callme.number' | 'callme.country' | 'callme.missing' | 'callme.short' | 'callme.elsewhere') => string

const sheet = new CSSStyleSheet()
sheet.replaceSync(numberStyles)

const make = <Tag extends keyof HTMLElementTagNameMap>(tag: Tag, attributes: Record<string, string> = {}): HTMLElementTagNameMap[Tag] => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}

/**
 * A phone number with its country, as one field of a form: its value is E.164, or nothing while it is not a number yet. Attributes:
 * `name`, `required`, `countries` (ISO codes, all unless given), `country` (chosen at first), `language`.
 */
export class NumberField extends HTMLElement {
  static readonly formAssociated = true
  static readonly observedAttributes = ['countries', 'language', 'required']
  readonly #internals = this.attachInternals()
  readonly #label = make('label', { for: 'number' })
  readonly #field = make('div', { class: 'field', part: 'number' })
  readonly #country = make('span', { class: 'country' })
  readonly #code = make('span', { 'aria-hidden': 'true' })
  readonly #select = make('select')
  readonly #input = make('input', { id: 'number', type: 'tel', autocomplete: 'tel', maxlength: '40', 'aria-describedby': 'said' })
  readonly #said = make('p', { id: 'said', role: 'alert' })
  #countries: Country[] = []
  #say: Say = (key) => callbackEn[key]
  #before = ''
  /** Given from outside; stands until something is typed. */
  #refused = ''

  constructor() {
    super()
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true })
    root.adoptedStyleSheets = [sheet]
    this.#country.append(this.#code, this.#select)
    this.#field.append(this.#country, this.#input)
    root.append(this.#label, this.#field, this.#said)
    this.#input.oninput = (event) => this.#typed(event as InputEvent)
    this.#input.onchange = () => this.#settled()
    this.#select.onchange = () => {
      this.country = this.#select.value
      this.#settled()
    }
  }

  connectedCallback(): void {
    this.#offer()
  }
  attributeChangedCallback(): void {
    if (this.isConnected) this.#offer()
  }

  /** E.164, or nothing while there are too few digits. Setting it moves to its country, where that is offered. */
  get value(): string {
    const code = this.#chosen?.code
    // With a country that is not offered it stays as it was typed.
    return code && !this.#foreign ? e164(this.#input.value, code) : ''
  }
  set value(number: string) {
    this.#write(number)
  }
  /** The country chosen, as ISO 3166 alpha-2. */
  get country(): string {
    return this.#select.value
  }
  set country(id: string) {
    if (this.#countries.some((each) => each.id === id)) this.#select.value = id
    this.#write(this.#input.value)
  }
  get name(): string | null {
    return this.getAttribute('name')
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
  /** The panel's words; alone in a page the field speaks English. */
  set say(say: Say) {
    this.#say = say
    this.#offer()
  }
  /** What the relay had against this number. It stands until something else is typed. */
  set refused(words: string) {
    if (!words) return
    this.#refused = words
    this.#check()
    this.reportValidity()
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
    this.#tell(this.validationMessage)
    if (this.validationMessage) this.focus()
    return this.checkValidity()
  }
  formResetCallback(): void {
    this.value = ''
    this.#tell('')
  }
  formDisabledCallback(disabled: boolean): void {
    this.#input.disabled = this.#select.disabled = disabled
  }

  get #chosen(): Country | undefined {
    return this.#countries.find(({ id }) => id === this.#select.value)
  }
  get #foreign(): boolean {
    return /^(\+|00)/.test(dialled(this.#input.value))
  }

  #offer(): void {
    const language = this.getAttribute('language') || document.documentElement.lang || navigator.language
    const was = this.#select.value || this.getAttribute('country')
    this.#countries = countriesOf(this.getAttribute('countries')?.match(/[A-Z]{2}/g) ?? [], language)
    this.#label.textContent = this.#say('callme.number')
    this.#select.setAttribute('aria-label', this.#say('callme.country'))
    this.#select.replaceChildren(...this.#countries.map(({ id, code, name }) => new Option(`${name} +${code}`, id)))
    this.#select.hidden = this.#countries.length < 2
    const stays = this.#countries.some(({ id }) => id === was)
    this.#select.value = (stays ? was : guessCountry(this.#countries, language, navigator.languages)) ?? ''
    this.#write(this.#input.value)
  }

  /** Puts a number into the field, grouped; one with its country moves to that country. */
  #write(text: string): void {
    const split = splitNumber(text, this.#countries, this.#select.value)
    if (split) this.#select.value = split.country
    const digits = split ? split.rest : dialled(text)
    const code = this.#chosen?.code ?? ''
    this.#input.value = this.#before = code && !digits.startsWith('+') ? grouped(digits, code) : digits
    this.#refused = ''
    this.#code.textContent = code && `+${code}`
    this.#check()
  }

  #typed({ inputType }: InputEvent): void {
    const { value, selectionStart } = this.#input
    const at = selectionStart ?? value.length
    let before = dialled(value.slice(0, at))
    const after = dialled(value.slice(at))
    // Only the space between two groups was rubbed out: the digit is meant.
    if (inputType === 'deleteContentBackward' && before + after === dialled(this.#before)) before = before.slice(0, -1)
    this.#write(before + after)
    const caret = caretBefore(this.#input.value, after.length)
    this.#input.setSelectionRange(caret, caret)
    if (this.validity.valid) this.#tell('')
  }

  /** Left: what is wrong with a number that is there may be said now. */
  #settled(): void {
    this.#tell(this.#input.value && this.validationMessage)
  }

  #check(): void {
    const { value } = this
    const typed = this.#input.value
    this.#internals.setFormValue(value || null)
    const [flag, words]: [keyof ValidityStateFlags, string] = this.#refused
      ? ['customError', this.#refused]
      : this.#foreign && typed.length > 4
        ? ['badInput', this.#say('callme.elsewhere')]
        : typed
          ? ['tooShort', value ? '' : this.#say('callme.short')]
          : ['valueMissing', this.hasAttribute('required') ? this.#say('callme.missing') : '']
    this.#internals.setValidity({ [flag]: words !== '' }, words, this.#input)
  }

  #tell(words: string): void {
    if (this.#said.textContent !== words) this.#said.textContent = words
    this.#field.classList.toggle('wrong', words !== '')
    this.#input.ariaInvalid = words ? 'true' : null
  }
}

/** Where the caret stands when so many digits follow it. */
function caretBefore(text: string, digits: number): number {
  let at = text.length
  for (let left = digits; left > 0 && at > 0; at -= 1) if (text[at - 1] !== ' ') left -= 1
  return at
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
