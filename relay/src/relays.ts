import { createRelayProof, type RelayProof } from './access/relay-proof.ts'
import type { LiveCalls } from './calls/live-calls.ts'
import type { Sweeper } from './calls/log/sweeper.ts'
import type { Clock } from './calls/ports.ts'
import { feedSocket } from './http/feed-socket.ts'
import { createElsewhere, type Elsewhere } from './http/forward.ts'
import type { OtherRelays, SocketRoute } from './http/upgrade.ts'
import type { Closers } from './lifetime.ts'
import { findOrphans, type Orphan } from './lines/orphans.ts'
import { createPeers, type Peers } from './live/peers.ts'
import type { SharedRedis } from './live/redis.ts'
import type { Changed } from './live/teller.ts'
import type { Logger } from './logger.ts'
import type { Settings } from './settings.ts'
import type { Store } from './store/open.ts'

/** The part of the composition that makes one house of several relays. Without REDIS_URL there is none of it, and nothing of Redis is loaded. */

export interface Relays {
  readonly redis: SharedRedis
  readonly peers: Peers
  readonly proof: RelayProof
  readonly elsewhere: Elsewhere
  /** For the door of sockets. */
  readonly others: OtherRelays
  readonly sockets: readonly SocketRoute[]
  /** Once this relay listens, and the calls of one that is gone can be ended. */
  join(o: { settle: (orphans: readonly Orphan[]) => Promise<void>; changed: Changed }): Promise<void>
}

/** @throws SettingsError when REDIS_URL cannot be used now */
export async function openSharedRedis(o: {
  settings: Pick<Settings, 'storage'>
  authSecret: string
  logger: Logger
  closers: Closers
}): Promise<SharedRedis | undefined> {
  const url = o.settings.storage.REDIS_URL
  if (url === undefined) return undefined
  const { openRedis } = await import('./live/redis.ts')
  const redis = await openRedis({ url, authSecret: o.authSecret, logger: o.logger })
  o.closers.add('redis', () => redis.close())
  return redis
}

/** What is done for a relay that is gone: each of its calls is ended, told and hung up by one of those that are left. */
export function heirOf(o: {
  store: Store
  sweeper: Pick<Sweeper, 'settleOf'>
  settle: (orphans: readonly Orphan[]) => Promise<void>
  changed: Changed
  draining: () => boolean
}): (relayId: string) => Promise<void> {
  return async (relayId) => {
    // It would end them and have no time left to hang them up. They are told of again, to every relay that lives.
    if (o.draining()) throw new Error('This relay leaves: another one ends the calls of the one that is gone.')
    const orphans = await findOrphans(o.store, relayId)
    const settled = await o.sweeper.settleOf(relayId)
    const ids = new Set(settled.map(({ id }) => id))
    // Those that another relay has ended it hangs up, too. A carrier may take long to answer.
    void o.settle(orphans.filter(({ callId }) => ids.has(callId)))
    for (const { id, organisationId } of settled) o.changed(organisationId, id)
  }
}

export function furnishRelays(o: {
  redis: SharedRedis | undefined
  settings: Pick<Settings, 'storage'>
  authSecret: string
  owner: string
  store: Store
  sweeper: Sweeper
  calls: LiveCalls
  clock: Clock
  logger: Logger
  closers: Closers
  draining: () => boolean
}): Relays | undefined {
  const { calls, clock, logger, redis, store } = o
  const url = o.settings.storage.INSTANCE_URL
  if (!redis || url === undefined) return undefined
  let settleGone: (relayId: string) => Promise<void> = () => Promise.reject(new Error('This relay does not listen yet.'))
  const peers = createPeers({ store, id: o.owner, url, clock, logger, onGone: (id) => settleGone(id) })
  o.closers.add('place among the relays', () => peers.leave())
  const proof = createRelayProof({ authSecret: o.authSecret, id: o.owner, clock })
  const holding: Peers['holding'] = async (callId) => (calls.unsettled(callId) ? undefined : peers.holding(callId))
  return {
    redis,
    peers,
    proof,
    elsewhere: createElsewhere({ peers: { ...peers, holding }, proof, clock }),
    others: { holding, proof },
    sockets: [feedSocket({ calls })],
    async join({ changed, settle }) {
      settleGone = heirOf({ store, sweeper: o.sweeper, settle, changed, draining: o.draining })
      await peers.join()
    },
  }
}
