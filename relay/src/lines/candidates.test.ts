import { expect, it } from 'vitest'
import type { Agent } from '../agents/agents.ts'
import { Persona } from '../agents/persona.ts'
import { twilio } from '../carriers/twilio/index.ts'
import { createCandidates } from './candidates.ts'
import { NUMBER } from './lines.test-kit.ts'

/** A call back begins at the number that was rung, and goes on like any other. */

const RUNG = { ...NUMBER, id: 'pn_rung', provider: 'exotel', carriers: ['jiocx'] }
const NUMBERS = [{ ...NUMBER, id: 'pn_newest', provider: 'exotel' }, RUNG, NUMBER, { ...NUMBER, id: 'pn_jiocx', provider: 'jiocx' }]

async function order(phone: object, wanted: Parameters<ReturnType<typeof createCandidates>['of']>[1]) {
  const { of } = createCandidates({
    carriers: { abilities: () => twilio.abilities },
    numbers: {
      find: async () => undefined,
      withSecret: async () => undefined,
      forCall: async ({ carrier, phoneNumberId }) =>
        NUMBERS.find(
          ({ id, provider }) => (phoneNumberId === undefined || id === phoneNumberId) && (carrier === undefined || provider === carrier),
        ),
      forAnswer: async () => undefined,
    },
  })
  const persona = Persona.parse({ name: 'Mira', phone })
  const agent: Agent = { id: 'demo', organisationId: 'org', persona, createdAt: new Date(0), updatedAt: new Date(0) }
  return (await of(agent, wanted)).candidates.map(({ number }) => number.id)
}
const first = { firstNumberId: 'pn_rung' }

it('goes on over the agent’s carriers, each once', async () => {
  expect(await order({ carriers: ['exotel', 'twilio'] }, first)).toEqual(['pn_rung', 'pn_1'])
  expect(await order({ carriers: ['twilio', 'exotel'] }, first)).toEqual(['pn_rung', 'pn_1'])
})

it('goes on over the number’s carriers where the agent names none', async () => {
  expect(await order({}, first)).toEqual(['pn_rung', 'pn_jiocx'])
  expect(await order({ carrier: 'twilio' }, first)).toEqual(['pn_rung', 'pn_1', 'pn_jiocx'])
})

it('is only the one that was named, where one was', async () => {
  expect(await order({ carriers: ['exotel', 'twilio'] }, { ...first, phoneNumberId: 'pn_jiocx' })).toEqual(['pn_jiocx'])
  expect(await order({ carriers: ['exotel', 'jiocx'] }, { ...first, carrier: 'twilio' })).toEqual(['pn_1'])
})

it('is as for any call where that number is gone', async () => {
  expect(await order({ carriers: ['exotel', 'twilio'] }, { firstNumberId: 'pn_gone' })).toEqual(['pn_newest', 'pn_1'])
})
