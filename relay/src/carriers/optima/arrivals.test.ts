import { describe, expect, it } from 'vitest'
import type { HouseNumber } from '../../agents/house-number.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { createLogger } from '../../logger.ts'
import { CarrierFault } from '../carrier.ts'
import { createArrivals } from './arrivals.ts'
import { type Account, accountName, createClients } from './clients.ts'

const at = (origin: string, token: string): Account => ({ origin, token, version: '1.0.3' })
const numbered = (id: string, account: Account | 'foreign') => ({ number: { id, phoneNumber: `+62${id}` } as HouseNumber, account })

function listening(given: ReturnType<typeof numbered>[]) {
  const clock = new TestClock()
  const made: string[] = []
  const closed: string[] = []
  const taken: string[] = []
  let numbers = given
  const become = (next: typeof given) => {
    numbers = next
  }
  const clients = createClients((account) => {
    const name = accountName(account)
    made.push(name)
    const client = { ready: async () => undefined, open: () => ({}) as never, size: 0, over: false, close: () => closed.push(name) }
    return client as never
  })
  const arrivals = createArrivals({
    house: {
      clock,
      logger: createLogger({ level: 'silent' }),
      numbers: { ofProvider: async () => numbers.map(({ number }) => number) } as never,
      reception: {
        receive: async (number: HouseNumber, { to }: { to: string }) => ({ is: 'taken', call: { id: `${number.id} ${to}` } }),
      } as never,
    },
    inbound: true,
    clients,
    accessTo(number) {
      const account = numbers.find((each) => each.number.id === number.id)?.account
      if (!account || account === 'foreign') throw new CarrierFault('refused', 'The token may not leave.')
      return account
    },
    isOurs: (sessionId) => sessionId === 'ours',
    onTaken: (_, callId, sessionId) => taken.push(`${sessionId} ${callId}`),
  })
  return { clock, made, closed, taken, arrivals, become }
}

const A = at('https://voice.optimaccs.com', 'a')
const B = at('https://voice.optimaccs.com', 'b')

describe('calls that come in at Optima', () => {
  it('are listened for once a token, and never with one that may not leave', async () => {
    const { arrivals, made } = listening([numbered('1', 'foreign'), numbered('2', A), numbered('3', A), numbered('4', B)])
    await arrivals.start()
    expect(made).toEqual([accountName(A), accountName(B)])
    arrivals.close()
  })

  it('go to the first number of the token, unless they are ours already', async () => {
    const { arrivals, taken } = listening([numbered('2', A), numbered('3', A)])
    await arrivals.start()
    for (const sessionId of ['s', 'ours']) await arrivals.take(A, sessionId)
    await arrivals.take(B, 'another')
    expect(taken).toEqual(['s 2 +622'])
    arrivals.close()
    await arrivals.take(A, 'late')
    expect(taken).toHaveLength(1)
  })

  it('are listened for anew when numbers come and go', async () => {
    const { arrivals, become, clock, closed, made } = listening([numbered('2', A)])
    await arrivals.start()
    become([numbered('4', B)])
    await clock.advance(60_000)
    await expect.poll(() => closed).toEqual([accountName(A)])
    expect(made).toEqual([accountName(A), accountName(B)])
    arrivals.close()
    become([numbered('2', A)])
    await clock.advance(120_000)
    expect(made).toHaveLength(2)
  })
})
