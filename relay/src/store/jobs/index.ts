import type { Clock } from '../../calls/ports.ts'
import type { Logger } from '../../logger.ts'
import type { Store } from '../open.ts'
import { addJob } from './add.ts'
import { buryJobs } from './bury.ts'
import { type Claimed, claimJobs } from './claim.ts'
import { keepJobs } from './keep.ts'
import { completeJob, failJob } from './settle.ts'

/** What this worker has added it looks for when it is due; what others left, this often: PGlite has no LISTEN. */
const LOOK_MS = 15_000
/** Whoever starts has other things to do first. */
const FIRST_LOOK_MS = 1000
/** A worker that says nothing for this long is dead, and its job is somebody else's. */
const LOCK_MS = 5 * 60_000
const KEEP_MS = LOCK_MS / 5
const BURY_MS = LOCK_MS / 5
const AT_ONCE = 5
const MAX_ATTEMPTS = 10
const RETRY_FROM_MS = 1000
const RETRY_UP_TO_MS = 10 * 60_000

export interface Jobs {
  /** A key makes it one job while it waits. */
  add(kind: string, payload: unknown, o?: { runAt?: number; key?: string; maxAttempts?: number }): Promise<void>
  handle(kind: string, run: (payload: unknown, signal: AbortSignal) => Promise<void>): void
  start(): void
  /** Takes no more and resolves when the running ones are settled; `signal` asks them to hurry. */
  stop(): Promise<void>
}

/** The one durable mechanism for what has to happen later: claimed by one worker at a time, repeated with back-off, kept when it gives up. */
export function createJobs(o: { store: Store; clock: Clock; logger: Logger; owner: string }): Jobs {
  const { clock, logger, store, owner } = o
  const handlers = new Map<string, (payload: unknown, signal: AbortSignal) => Promise<void>>()
  const running = new Map<number, Promise<void>>()
  const stopping = new AbortController()
  let keepAtMs = 0
  let buryAtMs = 0
  /** When jobs are due that we know of, before the next look. */
  const dueAtMs = new Set<number>()
  /** While it waits to look. */
  let cancel: (() => void) | undefined
  let looking: Promise<void> = Promise.resolve()
  const at = (delayMs: number) => new Date(clock.nowMs() + delayMs)

  async function look() {
    for (const atMs of dueAtMs) if (atMs <= clock.nowMs()) dueAtMs.delete(atMs)
    await keep()
    await bury()
    const room = AT_ONCE - running.size
    if (room <= 0 || handlers.size === 0 || stopping.signal.aborted) return
    const jobs = await claimJobs(store.db, {
      kinds: [...handlers.keys()],
      now: at(0),
      lockedBy: owner,
      lockedUntil: at(LOCK_MS),
      limit: room,
    })
    for (const job of jobs)
      running.set(
        job.id,
        run(job).finally(() => {
          running.delete(job.id)
          // There is room for another, and this one may have been added again.
          lookBy(clock.nowMs())
        }),
      )
  }

  async function bury() {
    if (clock.nowMs() < buryAtMs) return
    buryAtMs = clock.nowMs() + BURY_MS
    for (const { id, kind } of await buryJobs(store.db, { now: at(0) }))
      logger.error({ job: id, kind }, 'a job was given up: its worker died every time')
  }

  async function keep() {
    if (running.size === 0 || clock.nowMs() < keepAtMs) return
    await keepJobs(store.db, { ids: [...running.keys()], lockedBy: owner, lockedUntil: at(LOCK_MS) })
    keepAtMs = clock.nowMs() + KEEP_MS
  }

  async function run(job: Claimed) {
    try {
      await handlers.get(job.kind)?.(job.payload, stopping.signal)
      await completeJob(store.db, { id: job.id, lockedBy: owner })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const dead = job.attempts >= job.max_attempts
      const waitMs = Math.min(RETRY_FROM_MS * 2 ** (job.attempts - 1), RETRY_UP_TO_MS)
      logger[dead ? 'error' : 'warn']({ job: job.id, kind: job.kind, attempt: job.attempts, dead, err: error }, 'a job failed')
      await failJob(store.db, {
        id: job.id,
        lockedBy: owner,
        error: message.slice(0, 500),
        runAt: at(waitMs),
        deadAt: dead ? at(0) : null,
      }).catch(
        // Its lock runs out and it is tried again: nothing is lost.
        (fault: unknown) => logger.warn({ err: fault, job: job.id }, 'a failed job could not be put back yet'),
      )
      if (!dead) lookBy(clock.nowMs() + waitMs)
    }
  }

  function lookLater() {
    cancel = clock.after(Math.max(0, Math.min(LOOK_MS, ...[...dueAtMs].map((atMs) => atMs - clock.nowMs()))), () => {
      cancel = undefined
      looking = look()
        .catch((error: unknown) => logger.warn({ err: error }, 'could not look for jobs'))
        .finally(() => {
          if (!stopping.signal.aborted) lookLater()
        })
    })
  }

  function lookBy(atMs: number) {
    if (atMs > clock.nowMs() + LOOK_MS) return
    dueAtMs.add(atMs)
    if (!cancel || stopping.signal.aborted) return
    cancel()
    lookLater()
  }

  return {
    async add(kind, payload, { runAt, key, maxAttempts } = {}) {
      await addJob(store.db, {
        kind,
        payload,
        key: key ?? null,
        runAt: runAt === undefined ? at(0) : new Date(runAt),
        maxAttempts: maxAttempts ?? MAX_ATTEMPTS,
      })
      lookBy(runAt ?? clock.nowMs())
    },
    handle: (kind, work) => void handlers.set(kind, work),
    start() {
      dueAtMs.add(clock.nowMs() + FIRST_LOOK_MS)
      lookLater()
    },
    async stop() {
      stopping.abort()
      cancel?.()
      await looking
      await Promise.all(running.values())
    },
  }
}
