import type { Keyring } from './access/encryption.ts'
import { forgetOldRequests } from './access/idempotency.ts'
import { rewrapAll } from './access/rewrap.ts'
import { createSweeper, type Sweeper } from './calls/log/sweeper.ts'
import type { Clock } from './calls/ports.ts'
import type { Closers } from './lifetime.ts'
import type { Logger } from './logger.ts'
import { createJobs, type Jobs } from './store/jobs/index.ts'
import type { Store } from './store/open.ts'
import { VACUUM, vacuumErased } from './store/vacuum.ts'

const SWEEP_EVERY_MS = 15_000
/** The job that follows a change of ENCRYPTION_KEY. */
const REWRAP = 'rewrap-keys'

/**
 * What keeps the house in order by itself: jobs, keys moved under a new ENCRYPTION_KEY, what was erased made unreadable, calls of relays that are gone,
 * old Idempotency-Keys forgotten.
 */
export async function furnishUpkeep(o: {
  store: Store
  keyring: Keyring
  /** Whether there are older keys that something may still lie under. */
  hasOldKeys: boolean
  log: { holds(callId: string): boolean }
  owner: string
  clock: Clock
  logger: Logger
  closers: Closers
}): Promise<{ jobs: Jobs; sweeper: Sweeper }> {
  const { clock, closers, keyring, log, logger, owner, store } = o
  const jobs = createJobs({ store, clock, logger, owner })
  jobs.handle(VACUUM, () => vacuumErased(store))
  jobs.handle(REWRAP, (_, signal) =>
    rewrapAll(store, keyring, signal).then((moved) => logger.info({ moved }, 'keys wrapped under the current ENCRYPTION_KEY')),
  )
  if (o.hasOldKeys) await jobs.add(REWRAP, {}, { key: 'old keys' })
  closers.add('jobs', () => jobs.stop())
  const sweeper = createSweeper({ store, keyring, log, clock, owner, logger, everyMs: SWEEP_EVERY_MS })
  closers.add('sweeper', () => sweeper.stop())
  const oldRequests = forgetOldRequests({ store, clock, logger })
  closers.add('old requests', () => oldRequests.stop())
  return { jobs, sweeper }
}
