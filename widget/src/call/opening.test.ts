import { expect } from '@esm-bundle/chai'
import type { CarriedWebCall, PublicAgent } from '@voice-agent/relay/protocol'
import type { Inside } from '../element/inside.ts'
import { openWithRelay } from './opening.ts'

/** The opening of a call over Twilio, with what stands in for the shell and for Twilio's kit. */

const CARRIED = { callId: 'c1', sessionId: 's1', messagesUrl: 'https://relay.example/messages' } as CarriedWebCall

async function open(loadKit: () => Promise<unknown>, isCalledOff = false) {
  const posted: [url: string, body: string][] = []
  const visitor = new AbortController()
  const inside = {
    element: { transport: 'twilio' },
    relay: () => 'https://relay.example',
    language: () => 'en',
    emit: () => true,
    setState: () => {},
    ask: async (url: string, init: RequestInit) => {
      if (init.signal?.aborted) return { ok: false, code: 'canceled' }
      posted.push([url, String(init.body)])
      return { ok: true, body: CARRIED }
    },
  } as unknown as Inside
  const how = { modality: 'voice', sessionId: undefined, signal: visitor.signal, openSound: () => {} } as const
  // Called off while the kit is waited for: the call is open by then.
  const loading = () => loadKit().finally(() => isCalledOff && visitor.abort())
  const opening = openWithRelay(inside, { id: 'a1' } as PublicAgent, how, loading as Parameters<typeof openWithRelay>[3])
  const code = await opening.then(
    () => '',
    (error: { code: string }) => error.code,
  )
  return { code, posted: posted.slice(1) }
}

const HUNG_UP = [[CARRIED.messagesUrl, '{"type":"hangup"}']]
const kit = async () => ({ talkOverTwilio: () => undefined })

describe('opening a call over Twilio', () => {
  it('keeps the call whose kit is there', async () => {
    expect(await open(kit)).to.deep.equal({ code: '', posted: [] })
  })

  it('hangs up at the relay when the kit does not load, and says that it did not', async () => {
    const broken = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'))
    expect(await open(broken)).to.deep.equal({ code: 'load_failed', posted: HUNG_UP })
  })

  it('hangs up also for a visitor who called it off meanwhile', async () => {
    const broken = () => new Promise((_, reject) => setTimeout(reject))
    expect((await open(broken, true)).posted).to.deep.equal(HUNG_UP)
  })
})
