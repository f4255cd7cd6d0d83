import { css, html, LitElement, nothing, type PropertyValues } from 'lit'
import type { VoiceAgentElement } from '../../../element/voice-agent-element.ts'
import { look } from '../../look.ts'
import type { Desk } from '../../page.ts'
import { sentenceOf } from '../../problem.ts'

/** The product's own element, inline: an operator talks with the agent as a visitor would. */
export class Trial extends LitElement {
  static override styles = [
    ...look,
    css`
      .stage {
        min-height: 420px;
        border: 1px solid var(--_line);
        border-radius: 20px;
        overflow: hidden;
        background: var(--_bg);
      }
      voice-agent {
        display: block;
        --va-width: 100%;
      }
      .stage:empty {
        display: grid;
      }
    `,
  ]
  static override properties = { desk: { attribute: false }, agentId: { attribute: false }, fault: { state: true } }
  declare desk: Desk
  declare agentId: string
  declare private fault: string
  #tag: VoiceAgentElement | undefined

  constructor() {
    super()
    this.fault = ''
  }

  override updated(changed: PropertyValues): void {
    if (changed.has('agentId')) void this.#show()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    // Its call ends with it.
    this.#tag?.remove()
    this.#tag = undefined
  }

  async #show(): Promise<void> {
    const { desk, agentId } = this
    try {
      await import(/* @vite-ignore */ `${desk.relay}/voice-agent.js`)
    } catch {
      this.fault = desk.t('The agent’s script could not be loaded. Check the connection, then open this page again.')
      return
    }
    if (!this.isConnected || agentId !== this.agentId) return
    const tag = document.createElement('voice-agent')
    tag.setAttribute('agent-id', agentId)
    tag.setAttribute('relay-url', desk.relay)
    tag.setAttribute('variant', 'inline')
    tag.setAttribute('terms-key', `trial ${agentId}`)
    tag.tokenProvider = async () => {
      try {
        return (await desk.api.post<{ token: string }>(`/api/agents/${encodeURIComponent(agentId)}/visitor-tokens`, {})).token
      } catch (error) {
        this.fault = sentenceOf(error)
        throw error
      }
    }
    this.#tag?.remove()
    this.#tag = tag
    this.renderRoot.querySelector('.stage')?.replaceChildren(tag)
  }

  override render() {
    return html`<div class="stage"></div>${this.fault ? html`<p class="note bad" role="alert">${this.fault}</p>` : nothing}`
  }
}

if (!customElements.get('vc-trial')) customElements.define('vc-trial', Trial)
