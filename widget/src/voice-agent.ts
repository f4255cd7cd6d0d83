import { VoiceAgentElement } from './element/voice-agent-element.ts'

declare global {
  interface HTMLElementTagNameMap {
    'voice-agent': VoiceAgentElement
  }
}

// A page may carry the script twice.
if (!customElements.get('voice-agent')) customElements.define('voice-agent', VoiceAgentElement)
