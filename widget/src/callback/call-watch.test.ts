import { expect } from '@esm-bundle/chai'
import type { CallbackAccepted } from '@voice-agent/relay/protocol'
import { until } from '../testing/element-kit.test-kit.ts'
import { phone, phones, relayUrl } from '../testing/fake-relay-client.test-kit.ts'
import { CallWatch } from './call-watch.ts'

let open: CallWatch[] = []

async function ring(before?: (callId: string) => Promise<void>) {
  const response = await fetch(`${await relayUrl}/api/click-to-call`, {
    method: 'POST',
    body: JSON.stringify({ agentId: 'both-1', phoneNumber: '+12025550101', consent: true }),
  })
  const accepted = (await response.json()) as CallbackAccepted
  await before?.(accepted.callId)
  const told: string[] = []
  const watch = new CallWatch({
    ...accepted,
    on: {
      status: (status, endReason) => told.push(endReason ? `${status} ${endReason}` : status),
      over: (reason) => told.push(`over ${reason}`),
    },
  })
  open.push(watch)
  watch.start()
  return { told, callId: accepted.callId, seen: async () => (await phones(accepted.callId))[0] }
}
const over = (told: string[]) => until(() => told.some((each) => each.startsWith('over')))

describe('a ringing phone is watched', () => {
  afterEach(() => {
    for (const watch of open) watch.stop()
    open = []
  })

  it('by the relay’s events, to one end', async () => {
    const { told, callId } = await ring()
    await phone(callId, { status: 'connecting' }, { status: 'connected' }, { status: 'completed', endReason: 'callee' })
    await over(told)
    expect(told).to.deep.equal(['initiated', 'connecting', 'connected', 'completed callee', 'over callee'])
  })

  it('through a stream that breaks: nothing is lost or told twice', async () => {
    const { told, callId, seen } = await ring()
    await phone(callId, { status: 'connecting' })
    await until(() => told.includes('connecting'))
    await phone(callId, { dropStream: true }, { status: 'failed', endReason: 'busy' })
    await over(told)
    expect(told).to.deep.equal(['initiated', 'connecting', 'failed busy', 'over busy'])
    expect((await seen())?.lastEventIds).to.deep.equal([null, '2'])
  })

  it('by asking, where no stream can be had', async () => {
    const { told, callId, seen } = await ring((id) => phone(id, { refusesStreams: 500 }))
    await until(() => told.includes('initiated'))
    await phone(callId, { status: 'connected' })
    await until(() => told.includes('connected'))
    await phone(callId, { status: 'failed', endReason: 'no-answer' })
    await over(told)
    expect(told).to.deep.equal(['initiated', 'connected', 'failed no-answer', 'over no-answer'])
    expect((await seen())?.polls).to.be.above(2)
  })

  it('and never goes backwards', async () => {
    const { told, callId } = await ring()
    await phone(callId, { status: 'connected' }, { status: 'connecting' }, { status: 'initiated' })
    await phone(callId, { status: 'completed' }, { status: 'failed', endReason: 'agent' })
    await over(told)
    expect(told).to.deep.equal(['initiated', 'connected', 'completed', 'over agent'])
  })

  it('and ends without a reason, if none comes', async () => {
    const { told, callId } = await ring()
    await phone(callId, { status: 'failed' })
    await over(told)
    expect(told).to.deep.equal(['initiated', 'failed', 'over error'])
  })

  it('says nothing once it is stopped', async () => {
    const { told, callId } = await ring()
    await until(() => told.length > 0)
    for (const watch of open) watch.stop()
    await phone(callId, { status: 'connecting' })
    expect(told).to.deep.equal(['initiated'])
  })
})
