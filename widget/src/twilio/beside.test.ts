import { expect } from '@esm-bundle/chai'
import type { FromRelay } from '@voice-agent/relay/protocol'
import { openBeside } from './beside.ts'

/** What goes beside Twilio's sound, with a relay, a browser's event streams and a time that the test steers. */

const URLS = { eventsUrl: '/events', messagesUrl: '/messages', accessTokenUrl: '/access-token' }
const CONNECTING = 0
const OPEN = 1
const CLOSED = 2

class Source extends EventTarget {
  readyState = OPEN
  close() {
    this.readyState = CLOSED
  }
  tell(message: FromRelay) {
    this.dispatchEvent(new MessageEvent(message.type, { data: JSON.stringify(message) }))
  }
  breaks(readyState: number) {
    this.readyState = readyState
    this.dispatchEvent(new Event('error'))
  }
}

/** Whatever was due has happened. */
const settled = () => new Promise((resolve) => setTimeout(resolve))
const line = (seq: number, text: string): FromRelay => ({
  type: 'transcript',
  seq,
  entry: { id: `e${seq}`, role: 'agent', text, final: true, startedAt: '' },
})

describe('what goes beside Twilio’s sound', () => {
  const real = { fetch: globalThis.fetch, EventSource: globalThis.EventSource }
  let sources: Source[]
  let posted: unknown[]
  let keys: (string | null)[]
  /** An error: the connection broke before it came. */
  let answers: (Response | Error)[]
  let told: FromRelay[]
  /** Ends every pause that is waited for, whether or not it still matters. */
  let pass: () => void
  let paused: PromiseWithResolvers<void>
  let beside: ReturnType<typeof openBeside>

  beforeEach(() => {
    sources = []
    posted = []
    answers = []
    keys = []
    told = []
    paused = Promise.withResolvers()
    globalThis.EventSource = class extends Source {
      constructor() {
        super()
        sources.push(this)
      }
    } as unknown as typeof EventSource
    globalThis.fetch = async (_url, init) => {
      posted.push(JSON.parse(String(init?.body)))
      keys.push(new Headers(init?.headers).get('Idempotency-Key'))
      const answer = answers.shift() ?? new Response(undefined, { status: 204 })
      if (answer instanceof Error) throw answer
      return answer
    }
    let pauses: (() => void)[] = []
    pass = () => {
      for (const end of pauses) end()
      pauses = []
    }
    const pause = () =>
      new Promise<void>((resolve) => {
        pauses.push(resolve)
        paused.resolve()
      })
    beside = openBeside(URLS, (message) => told.push(message), { nowMs: () => 0, pause })
  })
  afterEach(() => {
    beside.close()
    Object.assign(globalThis, real)
  })

  it('keeps nothing for a relay that was told to hang up', async () => {
    answers = [new Response(undefined, { status: 429 })]
    beside.send({ type: 'text', text: 'first' })
    beside.send({ type: 'text', text: 'second' })
    await paused.promise
    beside.send({ type: 'hangup' })
    pass()
    await settled()
    expect(posted).to.deep.equal([{ type: 'text', text: 'first' }, { type: 'hangup' }])
  })

  it('sends a message whose answer was lost again as the same one', async () => {
    answers = [new TypeError('Failed to fetch')]
    beside.send({ type: 'text', text: 'first' })
    beside.send({ type: 'text', text: 'second' })
    await paused.promise
    pass()
    await settled()
    expect(posted.map((message) => (message as { text: string }).text)).to.deep.equal(['first', 'first', 'second'])
    expect(keys).to.deep.equal(['1', '1', '2'])
  })

  it('opens the events again where the browser gave them up, and tells nothing twice', async () => {
    sources[0]?.tell(line(1, 'Hello.'))
    sources[0]?.breaks(CLOSED)
    await paused.promise
    expect(sources).to.have.length(1)
    pass()
    await settled()
    sources[1]?.tell(line(1, 'Hello.'))
    sources[1]?.tell(line(2, 'How can I help?'))
    expect(told).to.deep.equal([line(1, 'Hello.'), line(2, 'How can I help?')])
  })

  for (const [when, does] of Object.entries({
    'comes back by itself': () => sources[0]?.breaks(CONNECTING),
    'has told the end': () => {
      sources[0]?.tell({ type: 'ended', reason: 'agent' })
      sources[0]?.breaks(CLOSED)
    },
    'broke after the visitor hung up': () => {
      beside.send({ type: 'hangup' })
      sources[0]?.breaks(CLOSED)
    },
    'broke as the call went': () => {
      sources[0]?.breaks(CLOSED)
      beside.close()
    },
  })) {
    it(`leaves a stream alone that ${when}`, async () => {
      does()
      await settled()
      pass()
      await settled()
      expect(sources).to.have.length(1)
    })
  }
})
