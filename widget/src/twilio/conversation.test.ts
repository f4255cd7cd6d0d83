import { expect } from '@esm-bundle/chai'
import type { CarriedWebCall, FromRelay, WebCall } from '@voice-agent/relay/protocol'
import type { ConversationListener } from '../call/conversation.ts'
import { type FakeDevice, fakeSdk } from '../testing/fake-sdk.test-kit.ts'
import { TwilioConversation } from './conversation.ts'

/** What the relay is asked and tells, in place of its addresses. */
class Wire {
  readonly posted: { url: string; message: unknown }[] = []
  /** The next answers to messages; then 204. */
  answers: (number | Response)[] = []
  /** What comes in place of the next tokens. */
  noTokens: (Response | Error)[] = []
  source: EventTarget | undefined
  #fetch = globalThis.fetch
  #EventSource = globalThis.EventSource
  #waiting: (() => void)[] = []

  constructor() {
    globalThis.fetch = async (url, init) => {
      const message: unknown = init?.body ? JSON.parse(String(init.body)) : undefined
      this.posted.push({ url: String(url), message })
      for (const look of this.#waiting) look()
      if (String(url).endsWith('/access-token')) {
        const noToken = this.noTokens.shift()
        if (noToken instanceof Error) throw noToken
        return noToken ?? Response.json({ accessToken: 'token-2', expiresAt: new Date().toISOString() })
      }
      const answer = this.answers.shift() ?? 204
      return typeof answer === 'number' ? new Response(undefined, { status: answer }) : answer
    }
    const opened = (source: EventTarget) => {
      this.source = source
    }
    class Source extends EventTarget {
      constructor() {
        super()
        opened(this)
      }
      close() {}
    }
    globalThis.EventSource = Source as unknown as typeof EventSource
  }
  tell(message: FromRelay): void {
    this.source?.dispatchEvent(new MessageEvent(message.type, { data: JSON.stringify(message) }))
  }
  messages(): unknown[] {
    return this.posted.flatMap(({ message }) => (message === undefined ? [] : [message]))
  }
  /** Until so many messages were posted. */
  async until(count: number): Promise<unknown[]> {
    while (this.messages().length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.messages()
  }
  restore(): void {
    globalThis.fetch = this.#fetch
    globalThis.EventSource = this.#EventSource
  }
}

const opened: Omit<CarriedWebCall, 'agent'> = {
  callId: 'c1',
  sessionId: 's1',
  accessToken: 'token-1',
  connectParams: { ticket: 't' },
  expiresAt: '',
  eventsUrl: '/events',
  messagesUrl: '/messages',
  accessTokenUrl: '/access-token',
}

describe('a call over Twilio', () => {
  let wire: Wire
  let told: unknown[][]
  let device: FakeDevice
  let tokens: string[]
  let call: TwilioConversation

  beforeEach(() => {
    wire = new Wire()
    told = []
    const hear =
      (name: string) =>
      (...what: unknown[]) =>
        void told.push([name, ...what])
    const names = ['state', 'entry', 'tool', 'speaker', 'fault', 'rebuilt', 'ended', 'level', 'sounding', 'blocked']
    const on = Object.fromEntries(names.map((name) => [name, hear(name)])) as unknown as ConversationListener
    const sdk = fakeSdk()
    ;({ device, tokens } = sdk)
    const o = { opened: opened as unknown as WebCall, sound: undefined, newSound: () => undefined, volume: 0.5, device: 'ears', on }
    call = new TwilioConversation(o, sdk.makeDevice)
  })
  afterEach(() => wire.restore())

  const accept = async () => {
    await device.params.promise
    await Promise.resolve()
    device.call.tell('accept')
    await call.ready
  }

  /** The next token that the SDK is handed. */
  const renewed = () =>
    new Promise<string>((resolve) => {
      device.updateToken = resolve
    })

  it('connects with its token and ticket, and is ready once Twilio has taken it', async () => {
    expect(await device.params.promise).to.deep.equal({ ticket: 't' })
    expect(tokens).to.deep.equal(['token-1'])
    let ready = false
    void call.ready.then(() => {
      ready = true
    })
    wire.tell({ type: 'state', state: 'speaking' })
    await Promise.resolve()
    expect(ready).to.equal(false)
    await accept()
    expect(device.did).to.deep.equal([['output', 'ears']])
    expect(told.map(([name]) => name)).to.deep.equal(['sounding'])
  })

  it('shows what is said, whose turn it is, and how loud it is', async () => {
    await accept()
    const entry = { id: 'e', role: 'agent', text: 'Hi', final: true, startedAt: '' } as const
    wire.tell({ type: 'transcript', seq: 1, entry })
    wire.tell({ type: 'state', state: 'speaking' })
    device.call.tell('volume', 0.1, 0.7)
    device.call.tell('reconnecting')
    device.call.tell('reconnected')
    expect(told.slice(1)).to.deep.equal([
      ['entry', entry],
      ['state', 'speaking'],
      ['level', 0.7],
      ['state', 'reconnecting'],
      ['state', 'speaking'],
    ])
  })

  it('mutes and presses keys at Twilio, and says the rest to the relay, in order', async () => {
    await accept()
    call.send({ type: 'mute', muted: true })
    call.send({ type: 'dtmf', digits: '1#' })
    call.send({ type: 'dtmf', digits: 'A' })
    call.send({ type: 'text', text: 'hello' })
    call.interrupt()
    expect(device.call.did).to.deep.equal([
      ['mute', true],
      ['digits', '1#'],
    ])
    expect(await wire.until(4)).to.deep.equal([
      { type: 'mute', muted: true },
      { type: 'dtmf', digits: 'A' },
      { type: 'text', text: 'hello' },
      { type: 'interrupt' },
    ])
  })

  it('keeps what was typed before Twilio’s sound has reached the relay', async () => {
    await accept()
    wire.answers = [409, 503]
    call.send({ type: 'text', text: 'first' })
    call.send({ type: 'text', text: 'second' })
    const texts = (await wire.until(4)) as { text: string }[]
    expect(texts.map(({ text }) => text)).to.deep.equal(['first', 'first', 'first', 'second'])
  })

  it('turns the sound up and down, and changes devices', async () => {
    await accept()
    const player = new Audio()
    device.call.tell('audio', player)
    expect(player.volume).to.equal(0.5)
    call.setVolume(0.25)
    expect(player.volume).to.equal(0.25)
    // With another device comes another player, and the first may be the one that goes on.
    const another = new Audio()
    device.call.tell('audio', another)
    call.setVolume(0.75)
    expect([player.volume, another.volume]).to.deep.equal([0.75, 0.75])
    await call.setDevice('others')
    const frame = new ArrayBuffer(640)
    call.sound(frame)
    call.sound(frame, 'desk')
    call.sound(frame, 'desk')
    expect(device.did.slice(1)).to.deep.equal([
      ['output', 'others'],
      ['input', 'desk'],
    ])
  })

  it('fetches the next token before the last one runs out', async () => {
    await accept()
    const next = renewed()
    device.tell('tokenWillExpire')
    expect(await next).to.equal('token-2')
  })

  it('keeps the device that was chosen while it connected', async () => {
    await device.params.promise
    await call.setDevice('others')
    await accept()
    expect(device.did).to.deep.equal([
      ['output', 'others'],
      ['output', 'others'],
    ])
  })

  it('says that trying again helps only where it does', async () => {
    await accept()
    device.tell('error', { code: 20104 })
    expect(told.at(-1)).to.deep.equal(['fault', 'unauthorized', '', false])
  })

  for (const [why, noToken] of Object.entries({
    'nobody answers': new Error('offline'),
    'the relay starts anew': new Response(undefined, { status: 503 }),
    'a proxy answers with a page of its own': new Response('<h1>Sign in</h1>'),
  })) {
    it(`asks again for its next token when ${why}`, async () => {
      await accept()
      wire.noTokens = [noToken]
      const next = renewed()
      device.tell('tokenWillExpire')
      expect(await next).to.equal('token-2')
    })
  }

  it('asks for no token after the visitor hung up', async () => {
    await accept()
    call.hangUp('visitor')
    device.tell('tokenWillExpire')
    await Promise.resolve()
    expect(wire.posted.map(({ url }) => url)).to.deep.equal(['/messages'])
  })

  it('outlives an SDK that takes no token any more', async () => {
    await accept()
    const unhandled: unknown[] = []
    const note = (event: PromiseRejectionEvent) => void unhandled.push(event.reason)
    addEventListener('unhandledrejection', note)
    device.updateToken = () => {
      throw new Error('Attempt to "updateToken" when device is in state "destroyed".')
    }
    device.tell('tokenWillExpire')
    while (!wire.posted.some(({ url }) => url === '/access-token')) await Promise.resolve()
    // Browsers tell of unhandled rejections after the tasks that made them.
    for (let task = 0; task < 5; task += 1) await new Promise((resolve) => setTimeout(resolve))
    removeEventListener('unhandledrejection', note)
    expect(unhandled).to.deep.equal([])
  })

  it('sends what came too quickly when the relay wants it, and in order', async () => {
    await accept()
    wire.answers = [Response.json({ code: 'rate_limited', detail: 'Wait.', retryAfterMs: 20 }, { status: 429 })]
    call.send({ type: 'text', text: 'first' })
    call.send({ type: 'text', text: 'second' })
    const texts = (await wire.until(3)) as { text: string }[]
    expect(texts.map(({ text }) => text)).to.deep.equal(['first', 'first', 'second'])
    expect(told.map(([name]) => name)).to.deep.equal(['sounding'])
  })

  it('tells what cannot be sent, and goes on with the next', async () => {
    await accept()
    wire.answers = [Response.json({ code: 'rate_limited', detail: 'Come back later.' }, { status: 429, headers: { 'Retry-After': '60' } })]
    call.send({ type: 'text', text: 'first' })
    call.send({ type: 'text', text: 'second' })
    await wire.until(2)
    expect(told.at(-1)).to.deep.equal(['fault', 'rate_limited', 'Come back later.', true])
  })

  it('tells when more waits than it can keep', async () => {
    await accept()
    for (let i = 0; i < 201; i += 1) call.send({ type: 'text', text: `${i}` })
    expect(told.at(-1)).to.deep.equal(['fault', 'rate_limited', '', true])
    call.hangUp('visitor')
  })

  it('ends as the relay says, once, and lets everything go', async () => {
    await accept()
    wire.tell({ type: 'ended', reason: 'agent' })
    device.call.tell('disconnect')
    wire.tell({ type: 'ended', reason: 'error' })
    expect(told.filter(([name]) => name === 'ended')).to.deep.equal([['ended', 'agent']])
    expect(device.call.did).to.deep.include(['disconnect'])
    expect(device.did).to.deep.include(['destroy'])
  })

  it('is hung up by the visitor at both ends', async () => {
    await accept()
    call.hangUp('visitor')
    call.hangUp('visitor')
    expect(told.filter(([name]) => name === 'ended')).to.deep.equal([['ended', 'visitor']])
    expect(device.call.did).to.deep.equal([['disconnect']])
    expect(wire.messages()).to.deep.equal([{ type: 'hangup' }])
    // Where the last words were cut is still told.
    const entry = { id: 'e', role: 'agent', text: 'cut', final: true, startedAt: '' } as const
    wire.tell({ type: 'transcript', seq: 2, entry })
    expect(told.at(-1)).to.deep.equal(['entry', entry])
  })

  it('connects nowhere, and asks for no microphone, when it was called off before it began', async () => {
    const sdk = fakeSdk()
    const on = { ended: () => {} } as unknown as ConversationListener
    const o = { opened: opened as unknown as WebCall, sound: undefined, newSound: () => undefined, volume: 1, device: undefined, on }
    const unwanted = new TwilioConversation(o, sdk.makeDevice)
    unwanted.hangUp('visitor')
    const fault = (await unwanted.ready.catch((error: unknown) => error)) as { code: string }
    await new Promise((resolve) => setTimeout(resolve))
    expect([fault.code, wire.messages(), sdk.tokens]).to.deep.equal(['canceled', [{ type: 'hangup' }], []])
  })

  it('does not begin when Twilio refuses, and says in our words why', async () => {
    await device.params.promise
    await Promise.resolve()
    device.tell('error', { code: 20104 })
    const fault = (await call.ready.catch((error: unknown) => error)) as { code: string }
    expect(fault.code).to.equal('unauthorized')
    expect(wire.messages()).to.deep.equal([{ type: 'hangup' }])
    expect(device.did).to.deep.include(['destroy'])
    expect(told).to.deep.equal([])
  })

  it('goes on after a fault amid the call, which is told', async () => {
    await accept()
    device.call.tell('error', { code: 53405 })
    expect(told.at(-1)).to.deep.equal(['fault', 'network', '', true])
    wire.tell({ type: 'state', state: 'listening' })
    expect(told.at(-1)).to.deep.equal(['state', 'listening'])
    call.hangUp('page-close')
    expect(wire.messages()).to.deep.equal([{ type: 'hangup', reason: 'page-close' }])
  })
})
