import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ExotelHouse, startExotelHouse } from './exotel.test-kit.ts'

/** A visitor and a person whom Exotel joins: no sound of theirs is here. */

let house: ExotelHouse
beforeAll(async () => {
  house = await startExotelHouse({ persona: { phone: { answeredBy: 'person', person: '+919000000002' } } })
})
afterAll(() => house.close())

it('cannot be hung up, so an operator is told instead of being shown an end that is none', async () => {
  const { callId } = await house.wish()
  const shown = async () => {
    const answer = await house.ask(`/api/calls/${callId}`, { token: house.admin })
    return ((await answer.json()) as { call: { kind: string; capabilities: string[]; endReason?: string } }).call
  }
  expect(await shown()).toMatchObject({ kind: 'bridge', capabilities: [] })
  const answer = await house.ask(`/api/calls/${callId}/hangup`, { method: 'POST', token: house.admin })
  expect([answer.status, await answer.json()]).toEqual([409, expect.objectContaining({ detail: expect.stringContaining('hangs up') })])
  expect(await shown()).not.toHaveProperty('endReason')
})
