import { html, LitElement } from 'lit'
import { dialogStyles } from '../dialog-styles.ts'
import { look } from '../look.ts'
import { type Say, sayWith } from '../words.ts'

export interface Question {
  title: string
  text: string
  /** What the button that does it says: "Erase". */
  action: string
}

/** Asks before something that cannot be taken back. */
export class Confirm extends LitElement {
  static override styles = [...look, dialogStyles]
  static override properties = { t: { attribute: false }, question: { state: true } }
  declare t: Say
  declare private question: Question
  #answer: ((yes: boolean) => void) | undefined

  constructor() {
    super()
    this.t = sayWith({})
    this.question = { title: '', text: '', action: '' }
  }

  async ask(question: Question): Promise<boolean> {
    this.#answer?.(false)
    this.question = question
    await this.updateComplete
    const dialog = this.renderRoot.querySelector('dialog')
    if (!dialog) return false
    dialog.returnValue = ''
    dialog.showModal()
    return new Promise((answer) => {
      this.#answer = answer
    })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#settle(false)
  }

  #settle(yes: boolean): void {
    this.#answer?.(yes)
    this.#answer = undefined
  }

  #closed = (event: Event) => this.#settle((event.currentTarget as HTMLDialogElement).returnValue === 'yes')

  override render() {
    const { action, text, title } = this.question
    return html`<dialog aria-labelledby="title" aria-describedby="text" @close=${this.#closed}>
      <form method="dialog">
        <h2 id="title">${title}</h2>
        <p id="text">${text}</p>
        <div class="row"><button value="no" autofocus>${this.t('Cancel')}</button><button value="yes" class="danger">${action}</button></div>
      </form>
    </dialog>`
  }
}

if (!customElements.get('vc-confirm')) customElements.define('vc-confirm', Confirm)

/** Asks with the page's own `<vc-confirm>`. */
export function confirmIn(root: ParentNode, question: Question): Promise<boolean> {
  const found = root.querySelector('vc-confirm')
  if (!(found instanceof Confirm)) throw new Error('the page has no <vc-confirm>')
  return found.ask(question)
}
