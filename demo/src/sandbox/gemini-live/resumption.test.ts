import { beforeEach, describe, expect, test } from 'vitest'
import { withSandbox } from '../sandbox.test-kit.ts'
import { QUICK, sessionsOf, turnComplete, Visitor } from './live.test-kit.ts'

/** One conversation over several connections. */

const sandbox = withSandbox()
beforeEach(async () => void (await sandbox.post('gemini-live/settings', QUICK)))

async function named(): Promise<{ visitor: Visitor; handle: string }> {
  const visitor = await Visitor.connect(sandbox, { config: { sessionResumption: {} } })
  visitor.session.sendRealtimeInput({ text: 'My name is Asha' })
  const update = await visitor.until((each) => each.sessionResumptionUpdate)
  expect(update.sessionResumptionUpdate).toEqual({ newHandle: expect.any(String), resumable: true })
  return { visitor, handle: update.sessionResumptionUpdate?.newHandle ?? '' }
}
const again = (handle: string) => Visitor.connect(sandbox, { config: { sessionResumption: { handle } } })

describe('a resumed session', () => {
  test('remembers what was said before', async () => {
    const { visitor, handle } = await named()
    expect(visitor.messages.findIndex((each) => each.sessionResumptionUpdate)).toBeGreaterThan(visitor.messages.findIndex(turnComplete))
    const next = await again(handle)
    next.session.sendRealtimeInput({ text: 'What is my name?' })
    await next.until(turnComplete)
    expect(next.spoken()).toBe('Your name is Asha.')
    expect((await sessionsOf(sandbox))[1]?.resumed).toEqual({ handle, turns: 2 })
  })

  test('is refused for a handle nobody gave, and for one that is to be refused', async () => {
    await expect(again('no-such-handle')).rejects.toThrow('1007')
    const { handle } = await named()
    await sandbox.order({ service: 'gemini-live', kind: 'refuse-handle' })
    await (await Visitor.connect(sandbox)).session.close()
    await expect(again(handle)).rejects.toThrow('Invalid session resumption handle')
    await again(handle)
  })

  test('is not offered to those who did not ask', async () => {
    const visitor = await Visitor.connect(sandbox)
    visitor.session.sendRealtimeInput({ text: 'My name is Asha' })
    await visitor.until(turnComplete)
    visitor.session.sendRealtimeInput({ text: 'What is my name?' })
    await visitor.until(turnComplete, visitor.messages.findIndex(turnComplete) + 1)
    expect(visitor.messages.some((each) => each.sessionResumptionUpdate)).toBe(false)
  })
})

describe('goAway', () => {
  test('says how long is left, and keeps its word', async () => {
    await sandbox.order({ service: 'gemini-live', kind: 'go-away', timeLeftMs: 300 })
    const { visitor, handle } = await named()
    expect(visitor.messages.find((each) => each.goAway)?.goAway).toEqual({ timeLeft: '0.3s' })
    expect((await visitor.closed.promise).code).toBe(1001)
    await again(handle)
  })

  test('comes at once when told to, for one session or for all', async () => {
    const visitors = [await Visitor.connect(sandbox), await Visitor.connect(sandbox)]
    const [first] = await sessionsOf(sandbox)
    await sandbox.post('gemini-live/now', { do: 'go-away', session: first?.id })
    const message = await visitors[0]?.until((each) => each.goAway)
    expect(message?.goAway).toEqual({ timeLeft: '5s' })
    await sandbox.post('gemini-live/now', { do: 'go-away', timeLeftMs: 0 })
    for (const visitor of visitors) expect((await visitor.closed.promise).code).toBe(1001)
    expect(visitors[1]?.messages.filter((each) => each.goAway)).toHaveLength(1)
  })
})
