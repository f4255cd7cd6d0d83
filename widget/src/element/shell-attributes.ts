import type { Variables } from '@voice-agent/relay/protocol'
import { LitElement } from 'lit'
import type { Dictionary } from '../strings/index.ts'
import { flag, given, object, word } from './attributes.ts'
import type { ClientTools, TokenProvider } from './events.ts'

/** What a page may say of the element: as attributes, or as properties where words do not reach. */
export class ShellAttributes extends LitElement {
  static override properties = {
    agentId: word('agent-id'),
    relayUrl: word('relay-url'),
    mode: word('mode'),
    variant: word('variant'),
    placement: word('placement'),
    language: word('language'),
    theme: word('theme'),
    defaultOpen: flag('default-open'),
    dismissible: flag('dismissible'),
    textOnly: flag('text-only'),
    transport: word('transport'),
    dynamicVariables: object('dynamic-variables'),
    userId: word('user-id'),
    termsKey: word('terms-key'),
    startMuted: flag('start-muted'),
    preload: word('preload'),
    clientTools: given,
    strings: given,
    tokenProvider: given,
  }

  /** Which agent answers. */
  declare agentId: string | undefined
  /** The relay's address; unless given, where this script came from. */
  declare relayUrl: string | undefined
  /** `talk`, `call-me` or `both`; unless given, what the agent allows. */
  declare mode: 'talk' | 'call-me' | 'both' | undefined
  /** `floating` at the page's edge (default) or `inline` where the tag stands. */
  declare variant: 'floating' | 'inline' | undefined
  /** `bottom-right`, `bottom-left`, `bottom`, `top-right`, `top-left`, `top`; unless given, the bottom corner where lines end. */
  declare placement: string | undefined
  /** BCP 47; the agent's language and the words on screen. Unless given, the page's `lang`, then the browser's. */
  declare language: string | undefined
  /** `auto` (default), `light` or `dark`. */
  declare theme: 'auto' | 'light' | 'dark' | undefined
  /** The panel stands open from the start. */
  declare defaultOpen: boolean
  /** The visitor may hide the launcher until the page is loaded again. */
  declare dismissible: boolean
  /** Writing only: no sound, no microphone. */
  declare textOnly: boolean
  /** `relay` (default) or `twilio`. */
  declare transport: 'relay' | 'twilio' | undefined
  /** Values the agent may use as `{{name}}`. */
  declare dynamicVariables: Variables | undefined
  /** The visitor's id in the page's own books. It grants nothing by itself. */
  declare userId: string | undefined
  /** Under which name agreed terms are remembered; unless given, the agent's id. */
  declare termsKey: string | undefined
  /** Calls begin muted. */
  declare startMuted: boolean
  /** When the call code is fetched: `none` (on the click), `hover` (default) or `idle`. */
  declare preload: 'none' | 'hover' | 'idle' | undefined
  /** Functions of the page that the agent may call by name. */
  declare clientTools: ClientTools | undefined
  /** Own words, by key, over the built-in ones. */
  declare strings: Dictionary | undefined
  /** Asked before each call; resolves with a visitor token. */
  declare tokenProvider: TokenProvider | undefined
}
