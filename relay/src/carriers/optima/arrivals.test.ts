import { describe, expect, it } from 'vitest'
import { createKeyring } from '../../access/encryption.ts'
import { createIdempotency } from '../../access/idempotency.ts'
import type { HouseNumber } from '../../agents/house-number.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { systemClock } from '../../clock.ts'
import { createOneTaker, type OneTaker } from '../../lines/one-taker.ts'
import { createLogger } from '../../logger.ts'
import { onPostgres } from '../../store/store.test-kit.ts'
import { CarrierFault } from '../carrier.ts'
import { createArrivals } from './arrivals.ts'
import { type Account, accountName, createClients } from './clients.ts'

const at = (origin: string, token: string): Account => ({ origin, token, version: '1.0.3' })
const numbered = (id: string, account: Account | 'foreign') => ({ number: { id, phoneNumber: `+62${id}` } as HouseNumber, account })
const logger = createLogger({ level: 'silent' })
/** A relay that is alone. */
const alone: OneTaker = { of: async (_, __, take) => void (await take()) }

function listening(given: ReturnType<typeof numbered>[], o: { oneTaker?: OneTaker; is?: () => 'taken' | 'busy' } = {}) {
  const clock = new TestClock()
  const asked: string[] = []
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
      logger,
      numbers: { ofProvider: async () => numbers.map(({ number }) => number) } as never,
      oneTaker: o.oneTaker ?? alone,
      reception: {
        async receive(number: HouseNumber, { carrierCallId, to }: { carrierCallId: string; to: string }) {
          asked.push(carrierCallId)
          return { is: o.is?.() ?? 'taken', call: { id: `${number.id} ${to}` } }
        },
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
  return { clock, made, closed, asked, taken, arrivals, become }
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

  it('go to the number as it is now, and to nobody once it is switched off', async () => {
    const { arrivals, become, taken } = listening([numbered('2', A)])
    await arrivals.start()
    become([numbered('7', A)])
    await arrivals.take(A, 'relinked')
    become([])
    await arrivals.take(A, 'off')
    expect(taken).toEqual(['relinked 7 +627'])
    arrivals.close()
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

onPostgres('a call that comes in at Optima, heard of by several relays', (room) => {
  const keyring = createKeyring({ current: Buffer.alloc(32, 5).toString('base64'), old: [] })
  const oneTaker = (owner: string) => createOneTaker(createIdempotency({ store: room.store, keyring, clock: systemClock, owner, logger }))
  const numbers = [numbered('2', A)]

  it('is taken by one of them, however often it is told', async () => {
    const relays = ['relay_1', 'relay_2', 'relay_3'].map((owner) => listening(numbers, { oneTaker: oneTaker(owner) }))
    const sessions = Array.from({ length: 10 }, (_, n) => `s${n}`)
    await Promise.all(
      sessions.flatMap((session) => relays.flatMap(({ arrivals }) => [arrivals.take(A, session), arrivals.take(A, session)])),
    )
    // Told once more when it is long taken.
    for (const { arrivals } of relays) await arrivals.take(A, 's0')
    expect(relays.flatMap(({ asked }) => asked).sort()).toEqual(sessions)
    expect(relays.flatMap(({ taken }) => taken).sort()).toEqual(sessions.map((session) => `${session} 2 +622`))
  })

  it('is taken by the next where one has no room', async () => {
    const full = listening(numbers, { oneTaker: oneTaker('relay_1'), is: () => 'busy' })
    const free = listening(numbers, { oneTaker: oneTaker('relay_2') })
    await full.arrivals.take(A, 'full')
    await free.arrivals.take(A, 'full')
    await full.arrivals.take(A, 'full')
    expect([full.asked, full.taken, free.taken]).toEqual([['full'], [], ['full 2 +622']])
  })
})
