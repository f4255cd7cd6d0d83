import { beforeEach, describe, expect, test } from 'vitest'
import { withSandbox } from '../sandbox.test-kit.ts'
import { QUICK, sessionsOf, turnComplete, Visitor } from './live.test-kit.ts'

/** Tools, as the vendor's own client sees them. */

const sandbox = withSandbox()
beforeEach(async () => void (await sandbox.post('gemini-live/settings', QUICK)))
const TOOLS = { tools: [{ functionDeclarations: [{ name: 'check_stock', description: 'looks' }, { name: 'end_call' }] }] }
const order = () => sandbox.order({ service: 'gemini-live', kind: 'tool', name: 'check_stock', arguments: { lamp: 'Monsoon' } })

describe('a tool call', () => {
  test('that was ordered waits for its result, and the turn goes on with it', async () => {
    await order()
    const visitor = await Visitor.connect(sandbox, { config: { ...TOOLS, sessionResumption: {} } })
    visitor.session.sendRealtimeInput({ text: 'Is it in stock?' })
    const { toolCall } = await visitor.until((each) => each.toolCall)
    const [call] = toolCall?.functionCalls ?? []
    expect(call).toEqual({ id: expect.any(String), name: 'check_stock', args: { lamp: 'Monsoon' } })
    // At such a point a session cannot be resumed.
    const update = await visitor.until((each) => each.sessionResumptionUpdate)
    expect(update.sessionResumptionUpdate?.newHandle).toBeUndefined()
    expect(visitor.messages.some(turnComplete)).toBe(false)
    visitor.session.sendToolResponse({ functionResponses: [{ id: call?.id ?? '', name: 'check_stock', response: { stock: 4 } }] })
    await visitor.until(turnComplete)
    expect(visitor.spoken()).toBe('I have used check stock: stock 4.')
    expect((await sessionsOf(sandbox))[0]?.toolResponses).toMatchObject([{ id: call?.id, response: { stock: 4 }, expected: true }])
  })

  test('is the model’s own wish at a farewell', async () => {
    const visitor = await Visitor.connect(sandbox, { config: TOOLS })
    visitor.session.sendRealtimeInput({ text: 'Thank you, goodbye' })
    const { toolCall } = await visitor.until((each) => each.toolCall)
    const [call] = toolCall?.functionCalls ?? []
    expect(call?.name).toBe('end_call')
    visitor.session.sendToolResponse({ functionResponses: [{ id: call?.id ?? '', name: 'end_call', response: { output: { ok: true } } }] })
    await visitor.until(turnComplete)
    expect(visitor.spoken()).toMatch(/^Goodbye/)
  })

  test('is taken back when the person goes on, and its late result changes nothing', async () => {
    await order()
    const visitor = await Visitor.connect(sandbox, { config: TOOLS })
    visitor.session.sendRealtimeInput({ text: 'Is it in stock?' })
    const id = (await visitor.until((each) => each.toolCall)).toolCall?.functionCalls?.[0]?.id ?? ''
    visitor.session.sendRealtimeInput({ text: 'What does the Monsoon lamp cost?' })
    const { toolCallCancellation } = await visitor.until((each) => each.toolCallCancellation)
    expect(toolCallCancellation).toEqual({ ids: [id] })
    visitor.session.sendToolResponse({ functionResponses: [{ id, name: 'check_stock', response: { stock: 4 } }] })
    await visitor.until((each) => each.serverContent?.generationComplete)
    expect(visitor.spoken()).toBe('The Monsoon lamp costs 2,450 rupees.')
    const [session] = await sessionsOf(sandbox)
    expect(session?.toolCalls).toMatchObject([{ id, cancelledMs: expect.any(Number) }])
    await expect.poll(async () => (await sessionsOf(sandbox))[0]?.toolResponses).toMatchObject([{ id, expected: false }])
  })
})
