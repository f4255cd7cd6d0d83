import { expect } from '@esm-bundle/chai'
import type { WebCall } from '@voice-agent/relay/protocol'
import type { ConversationListener } from '../call/conversation.ts'
import { relayUrl } from '../testing/fake-relay-client.test-kit.ts'
import type { talkOverTwilio } from './index.ts'

/** Twilio's own SDK, as it is built, with signalling that refuses. */

let refusal = 0

class Signalling extends EventTarget {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  readyState = 1
  constructor() {
    super()
    setTimeout(() => this.dispatchEvent(new Event('open')))
  }
  send(text: string): void {
    if (!text.startsWith('{"') || JSON.parse(text).type !== 'listen') return
    const refused = { type: 'error', payload: { error: { code: refusal, message: 'no' } }, version: '1.6' }
    setTimeout(() => this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(refused) })))
  }
  close(): void {
    this.readyState = 3
  }
}

describe('Twilio’s own SDK', () => {
  let door: { talkOverTwilio: typeof talkOverTwilio }
  const real = globalThis.WebSocket

  before(async () => {
    const sizes: Record<string, number> = await (await fetch('/built-sizes.json')).json()
    const file = Object.keys(sizes).find((each) => each.startsWith('assets/twilio-'))
    globalThis.WebSocket = Signalling as unknown as typeof WebSocket
    door = await import(`${await relayUrl}/${file}`)
  })
  after(() => {
    globalThis.WebSocket = real
  })

  for (const [code, ours] of [
    [20104, 'unauthorized'],
    [31202, 'unauthorized'],
    [31206, 'rate_limited'],
    [31404, 'provider_unavailable'],
    [31486, 'provider_unavailable'],
  ] as const) {
    it(`says what Twilio refused with: ${code}`, async () => {
      refusal = code
      const nobody = await relayUrl
      const opened = { callId: 'c', accessToken: 't', connectParams: {}, eventsUrl: `${nobody}/none`, messagesUrl: `${nobody}/none` }
      const on = {} as ConversationListener
      const talk = door.talkOverTwilio({
        opened: opened as unknown as WebCall,
        sound: undefined,
        newSound: () => undefined,
        volume: 1,
        device: undefined,
        on,
      })
      const fault = await talk.ready.catch((error: unknown) => error)
      expect((fault as { code: string }).code).to.equal(ours)
    })
  }
})
