import { expect, it } from 'vitest'
import { numberAt, openGate } from '../gate/gate.test-kit.ts'
import { eachStore } from '../store/store.test-kit.ts'
import { CALLEE, phoneWorld } from './lines.test-kit.ts'

/** Phones that the agent's owner named are told apart from those that strangers name. */

const PERSON = '+12125550144'
const operator = { kind: 'operator', id: 'u1' } as const

it('the person and whom the menu leads to are named by the owner, however they are written, and nobody else', async () => {
  const menu = { items: [{ digit: '1', label: 'sales', person: '+4407911123456' }] }
  const { agent, asked, lines, order } = phoneWorld({ phone: { answeredBy: 'person', person: PERSON, menu } })
  const { call } = await lines.ring(order)
  for (const number of [PERSON, '+1 (212) 555-0144', '+447911123456', '+12125550155']) await lines.permitFor(call, agent, number, operator)
  expect(asked.map(({ namedByOwner, number }) => [number, namedByOwner])).toEqual([
    [CALLEE, undefined],
    [PERSON, true],
    ['+1 (212) 555-0144', true],
    ['+447911123456', true],
    ['+12125550155', undefined],
  ])
  await expect(lines.ring({ ...order, number: PERSON })).resolves.toBeDefined()
  expect(asked.at(-1)).not.toHaveProperty('namedByOwner')
})

eachStore('a person', (room) => {
  it('is joined with a sixth visitor in an hour, also where the five before did not answer', async () => {
    const world = phoneWorld({ phone: { answeredBy: 'person', person: PERSON } }, { bridgesAtOnce: true })
    world.gate.ask = openGate(room.store, { clock: world.clock }).ask
    for (let visitor = 0; visitor < 6; visitor++) {
      const { call } = await world.lines.ring({ ...world.order, number: numberAt(8000 + visitor) })
      await world.clock.advance(0)
      await world.lines.tell(call.id, world.said('failed', { endReason: 'no-answer' }))
      await world.clock.advance(60_000)
    }
    expect(world.account.placed.map(({ bridgeTo }) => bridgeTo)).toEqual(Array(6).fill(PERSON))
  })
})
