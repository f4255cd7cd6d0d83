import type { HouseNumber } from '../../agents/house-number.ts'
import type { House } from '../house.ts'
import { type Account, accountName, type Clients } from './clients.ts'

/** Numbers come and go: whose calls are taken is looked up again so often. */
const LOOK_MS = 60_000

/** Calls that come in: Optima tells every connection of a token about them. */
export interface Arrivals {
  /** Listens with the token of every number that is in use, from now on, and closes connections that nobody needs any more. */
  start(): Promise<void>
  /** A session that comes in with this account's token. Never rejects. */
  take(account: Account, sessionId: string): Promise<void>
  close(): void
}

export function createArrivals(o: {
  house: Pick<House, 'numbers' | 'reception' | 'oneTaker' | 'clock' | 'logger'>
  /** Whether calls that come in are answered at all. */
  inbound: boolean
  clients: Clients
  /** @throws CarrierFault where its token may not go */
  accessTo: (number: HouseNumber) => Account
  /** Followed already. */
  isOurs: (sessionId: string) => boolean
  onTaken: (number: HouseNumber, callId: string, sessionId: string) => void
}): Arrivals {
  const { clients } = o
  const { clock, logger, numbers, oneTaker, reception } = o.house
  let cancelLook: (() => void) | undefined
  let closed = false

  /** Undefined where its token may not go: one number does not stand in the way of the others. */
  function accountOf(number: HouseNumber): Account | undefined {
    try {
      return o.accessTo(number)
    } catch (error) {
      logger.warn({ err: error, phoneNumberId: number.id }, 'nobody listens for calls of this number at Optima')
      return undefined
    }
  }

  /** By its account: of several numbers with one token the first, for Optima does not tell which was called. */
  async function answering(): Promise<Map<string, { number: HouseNumber; account: Account }>> {
    const found = new Map<string, { number: HouseNumber; account: Account }>()
    for (const number of await numbers.ofProvider('optima')) {
      const account = accountOf(number)
      if (account && !found.has(accountName(account))) found.set(accountName(account), { number, account })
    }
    return found
  }

  async function look(): Promise<void> {
    try {
      const found = await answering()
      if (closed) return
      if (o.inbound) for (const { account } of found.values()) clients.of(account)
      clients.tidy((account) => found.has(accountName(account)))
    } catch (error) {
      logger.warn({ err: error }, 'it could not be looked up whose calls are taken at Optima')
    }
  }

  function again() {
    cancelLook = clock.after(LOOK_MS, () => void look().then(() => !closed && again()))
  }

  async function take(account: Account, sessionId: string): Promise<void> {
    if (closed || !o.inbound || o.isOurs(sessionId)) return
    try {
      // As it is linked now.
      const number = (await answering()).get(accountName(account))?.number
      // Every relay of the house has a connection of this token, and hears of it too.
      if (number) await oneTaker.of('optima', sessionId, () => receive(number, sessionId))
    } catch (error) {
      logger.error({ err: error }, 'a call that came in was lost')
    }
  }

  async function receive(number: HouseNumber, sessionId: string): Promise<'done' | 'no-room'> {
    if (closed) return 'no-room'
    const received = await reception.receive(number, { carrierCallId: sessionId, from: '', to: number.phoneNumber })
    if (received.is === 'taken' && !closed) o.onTaken(number, received.call.id, sessionId)
    return received.is === 'busy' ? 'no-room' : 'done'
  }

  return {
    async start() {
      await look()
      if (!closed) again()
    },
    take,
    close() {
      closed = true
      cancelLook?.()
    },
  }
}
