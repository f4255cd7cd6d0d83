import { and, eq, isNull, lt } from 'drizzle-orm'
import type { Keyring } from '../../access/encryption.ts'
import { openHouseKeys } from '../../access/house-keys.ts'
import type { Logger } from '../../logger.ts'
import type { Store } from '../../store/open.ts'
import { callKeys, calls } from '../../store/schema.ts'
import type { Clock } from '../ports.ts'
import { lastEvent, nextEvent, told, writeEnd, writeEvents } from './call-record.ts'
import { origin } from './chain.ts'

export interface SettledCall {
  id: string
  organisationId: string
}

export interface Sweeper {
  /**
   * At start, before the first call: ends what an earlier run of this relay left open. On the embedded store that is every open call,
   * for nobody else can hold any. Resolves with how many. @throws UnknownKey when the store was sealed with another ENCRYPTION_KEY
   */
  settleOwn(): Promise<number>
  /** Ends what a relay left open that is known to be gone. Resolves with the calls that were ended here, each by one relay only. */
  settleOf(owner: string): Promise<SettledCall[]>
  /**
   * Looks once, and ends calls whose lease was found run out now and at the look before: when the database was away, a living owner gets the
   * time between two looks to renew it. Resolves with how many.
   */
  sweep(): Promise<number>
  /** Looks every `everyMs` from now on. */
  start(): void
  stop(): Promise<void>
}

interface OpenCall extends SettledCall {
  leaseMs: number
}

/** Ends calls whose relay is gone: failed, `error`, one terminal event, the chain sealed. */
export function createSweeper(o: {
  store: Store
  keyring: Keyring
  /** Calls whose books are open here live, however late their lease is after an outage. */
  log: { holds(callId: string): boolean }
  clock: Clock
  owner: string
  logger: Logger
  everyMs: number
}): Sweeper {
  const { clock, store } = o
  /** Calls whose lease had run out at the last look, with that lease. */
  let suspects = new Map<string, number>()
  let cancel: (() => void) | undefined
  let sweeping: Promise<unknown> = Promise.resolve()
  let stopped = false

  async function sweep(): Promise<number> {
    const expired = (await openCalls(lt(calls.leaseUntil, new Date(clock.nowMs())))).filter(({ id }) => !o.log.holds(id))
    const known = suspects
    suspects = new Map(expired.map(({ id, leaseMs }) => [id, leaseMs]))
    return (await settle(expired.filter(({ id, leaseMs }) => known.get(id) === leaseMs))).length
  }

  async function openCalls(which: ReturnType<typeof eq> | undefined): Promise<OpenCall[]> {
    const rows = await store.db
      .select({ id: calls.id, organisationId: calls.organisationId, leaseUntil: calls.leaseUntil })
      .from(calls)
      .where(and(isNull(calls.endedAt), which))
    return rows.map(({ leaseUntil, ...call }) => ({ ...call, leaseMs: leaseUntil.getTime() }))
  }

  /** One call that cannot be settled stops no other. */
  async function settle(orphans: OpenCall[]): Promise<SettledCall[]> {
    const settled: SettledCall[] = []
    for (const { id, organisationId, leaseMs } of orphans) {
      try {
        if (await settleOne(id, leaseMs)) settled.push({ id, organisationId })
      } catch (error) {
        o.logger.warn({ err: error, callId: id }, 'a call whose relay is gone could not be ended yet')
      }
    }
    return settled
  }

  async function settleOne(id: string, leaseMs: number): Promise<boolean> {
    const house = await openHouseKeys(store, o.keyring)
    return store.db.transaction(async (tx) => {
      const [row] = await tx.select().from(calls).where(eq(calls.id, id)).for('update')
      if (!row || row.endedAt || row.leaseUntil.getTime() !== leaseMs) return false
      const atMs = Math.floor(clock.nowMs())
      const [wrapped] = await tx.select().from(callKeys).where(eq(callKeys.callId, id))
      let last = (await lastEvent(tx, id)) ?? { seq: 0, hash: origin(id) }
      if (wrapped) {
        const key = o.keyring.openCallKey(id, wrapped)
        const event = nextEvent(id, key, last, told(atMs, 'call.ended', { status: 'failed', reason: 'error', settled: true }))
        await writeEvents(tx, [event])
        last = { seq: event.seq, hash: event.hash }
      }
      return writeEnd(tx, house, { callId: id, status: 'failed', endReason: 'error', atMs, last })
    })
  }

  function later() {
    cancel = clock.after(o.everyMs, () => {
      sweeping = sweep()
        .then((settled) => settled > 0 && o.logger.warn({ settled }, 'ended calls whose relay is gone'))
        .catch((error: unknown) => o.logger.warn({ err: error }, 'could not look for calls whose relay is gone'))
        .finally(() => {
          if (!stopped) later()
        })
    })
  }

  return {
    async settleOwn() {
      await openHouseKeys(store, o.keyring)
      return (await settle(await openCalls(store.kind === 'pglite' ? undefined : eq(calls.owner, o.owner)))).length
    },
    settleOf: async (owner) => settle(await openCalls(eq(calls.owner, owner))),
    sweep,
    start: later,
    async stop() {
      stopped = true
      cancel?.()
      await sweeping
    },
  }
}
