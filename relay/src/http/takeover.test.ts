import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestRelay, type TestRelay } from '../relay.test-kit.ts'
import { end, operatorOf, visit } from './takeover.test-kit.ts'

let house: TestRelay
let asha: ReturnType<typeof operatorOf>
beforeAll(async () => {
  house = await startTestRelay()
  asha = operatorOf(house, await house.token('operator'))
})
afterAll(() => house.close())

describe('taking a typed call over', () => {
  it('silences the agent, lets both write, and gives it back with what the operator leaves', async () => {
    const { callId, visitor } = await visit(house, { modality: 'text' })
    await visitor.until('transcript', ({ entry }) => entry.role === 'agent' && entry.final)
    const { body, status } = await asha.takeOver(callId, { reason: 'refund', notes: 'calm them' })
    expect(status).toBe(200)
    expect(body.call).toMatchObject({ ai: 'off', heldBy: { id: 'u_test', name: 'Operator' } })
    const operator = await end(body.mediaUrl)
    expect(await operator.until('ready')).toMatchObject({ callId, role: 'takeover', resumed: false })
    await visitor.until('speaker', ({ name, who }) => who === 'operator' && name === 'Operator')
    operator.tell({ type: 'text', text: 'I am a person.' })
    await visitor.until('transcript', ({ entry }) => entry.role === 'operator' && entry.text === 'I am a person.')
    visitor.tell({ type: 'text', text: 'What is your refund code?' })
    await operator.until('transcript', ({ entry }) => entry.role === 'visitor' && entry.text.startsWith('What is'))
    const back = await asha.handBack(callId, { briefing: 'The refund code is MANGO 42.' })
    expect(back.status).toBe(200)
    expect(back.body.call.ai).toBe('active')
    expect(back.body.call.heldBy).toBeUndefined()
    expect(await operator.closed).toBe(1000)
    await visitor.until('speaker', ({ who }) => who === 'agent', 5)
    const from = visitor.told.length
    visitor.tell({ type: 'text', text: 'What is the refund code?' })
    const answer = await visitor.until(
      'transcript',
      ({ entry }) => entry.role === 'agent' && entry.final && /MANGO 42/.test(entry.text),
      from,
    )
    expect(answer.entry.text).toContain('MANGO 42')
    expect((await asha.takeovers(callId)).body.takeovers).toMatchObject([
      { by: 'u_test', reason: 'refund', notes: 'calm them', endedBy: 'operator', briefing: 'The refund code is MANGO 42.' },
    ])
    visitor.ws.close()
  })
})
