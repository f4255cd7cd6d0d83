import { randomBytes } from 'node:crypto'
import { and, eq, lt, sql } from 'drizzle-orm'
import type { Clock } from '../calls/ports.ts'
import type { Logger } from '../logger.ts'
import { NotNow, PROBLEMS, Problem, type ProblemCode } from '../protocol/index.ts'
import type { Store } from '../store/open.ts'
import { idempotentRequests as table } from '../store/schema.ts'
import type { Keyring } from './encryption.ts'
import { openHouseKeys } from './house-keys.ts'

/** What must not happen twice, whoever asks twice: one durable row a request, written before anything happens. */

export interface Answer {
  status: number
  body: unknown
}

export interface Idempotency {
  /**
   * Runs `work` for the first who comes with this key in this scope; all others, meanwhile and for 24 hours, get its answer. A Problem that it
   * throws is an answer too, but for those that say "try again" (rate_limited, provider_unavailable) or NotNow: whoever throws them has done nothing.
   * @throws Problem conflict: the key came with another body before, or nobody knows how its first run ended; it never runs again then
   */
  run(request: { scope: string; key: string; bodyHash: string }, work: () => Promise<Answer>): Promise<Answer>
}

/** The scope of requests about one call: they go with its erasure. */
export const scopeOfCall = (callId: string, what: string) => `${callId} ${what}`
export const askedOfCall = (callId: string) => sql`starts_with(${table.scope}, ${scopeOfCall(callId, '')})`

type Request = Parameters<Idempotency['run']>[0]
type Row = typeof table.$inferSelect
type Outcome = { answer: Answer } | { problem: Problem }

const KEPT_MS = 24 * 60 * 60 * 1000
/** A run renews this while it lasts; another relay's that does not is dead. */
const LEASE_MS = 30_000
const RENEW_MS = 10_000
/** Another relay runs it: how often it is asked, and how long. */
const LOOK_AGAIN_MS = 200
const WAIT_MS = 60_000
const SWEEP_EVERY_MS = 10 * 60 * 1000
const TRY_AGAIN: readonly ProblemCode[] = ['rate_limited', 'provider_unavailable']

/** `owner`: which relay this is, the same at its next start, which then knows that its own unfinished runs are dead. */
export function createIdempotency(o: { store: Store; keyring: Keyring; clock: Clock; owner: string; logger: Logger }): Idempotency {
  const { clock, store } = o
  const { db } = store
  const me = `${o.owner} ${randomBytes(9).toString('base64url')}`
  const running = new Map<string, { bodyHash: string; outcome: Promise<Outcome> }>()
  const which = ({ scope, key }: Pick<Request, 'scope' | 'key'>) => and(eq(table.scope, scope), eq(table.key, key))
  const place = ({ scope, key }: Pick<Request, 'scope' | 'key'>) => JSON.stringify(['idempotent answer', scope, key])
  const leaseFrom = (nowMs: number) => new Date(nowMs + LEASE_MS)

  async function first(asked: Request, work: () => Promise<Answer>): Promise<Outcome> {
    // A plain hash of a phone number is the number to whoever tries them all.
    const request = { ...asked, bodyHash: (await openHouseKeys(store, o.keyring)).numberHash(`asked: ${asked.bodyHash}`) }
    const waitUntilMs = clock.monotonicMs() + WAIT_MS
    for (;;) {
      const nowMs = clock.nowMs()
      const taken = await db
        .insert(table)
        .values({ ...request, owner: me, state: 'running', leaseUntil: leaseFrom(nowMs), createdAt: new Date(nowMs) })
        .onConflictDoNothing()
        .returning({ key: table.key })
      if (taken.length > 0) return perform(request, work)
      const [row] = await db.select().from(table).where(which(request))
      // Gone meanwhile: its run did nothing, so this one may.
      if (!row) continue
      if (row.createdAt.getTime() <= nowMs - KEPT_MS) {
        await db.delete(table).where(and(which(request), eq(table.createdAt, row.createdAt)))
        continue
      }
      if (row.bodyHash !== request.bodyHash) throw otherBody()
      if (row.state === 'done') return read(row)
      if (isDead(row)) throw cutOff()
      if (clock.monotonicMs() >= waitUntilMs)
        throw new Problem('conflict', 'The first request with this Idempotency-Key still runs: ask again.')
      await new Promise<void>((resolve) => clock.after(LOOK_AGAIN_MS, resolve))
    }
  }

  /** Nobody will ever write how it ended. */
  function isDead(row: Row): boolean {
    // This process runs what is in `running` alone, and there it is not.
    if (row.owner === me || store.kind === 'pglite' || row.owner.startsWith(`${o.owner} `)) return true
    return row.leaseUntil.getTime() < clock.nowMs()
  }

  async function perform(request: Request, work: () => Promise<Answer>): Promise<Outcome> {
    const stopRenewing = renew(request)
    try {
      const outcome = await outcomeOf(work)
      await settle(request, outcome).catch((error: unknown) =>
        o.logger.warn({ err: error }, 'the answer to a request could not be kept: the same key will be refused'),
      )
      return outcome
    } finally {
      await stopRenewing()
    }
  }

  /** @returns what stops it, and waits for a renewal that is on its way */
  function renew(request: Request): () => Promise<void> {
    let cancel: () => void
    let last: Promise<unknown> = Promise.resolve()
    const later = () => {
      cancel = clock.after(RENEW_MS, () => {
        last = db
          .update(table)
          .set({ leaseUntil: leaseFrom(clock.nowMs()) })
          .where(and(which(request), eq(table.owner, me)))
          // A database that is away is asked again at the next renewal.
          .catch(() => undefined)
        later()
      })
    }
    later()
    return async () => {
      cancel()
      await last
    }
  }

  async function settle(request: Request, outcome: Outcome): Promise<void> {
    if ('problem' in outcome && hasDoneNothing(outcome.problem)) {
      await db.delete(table).where(and(which(request), eq(table.owner, me)))
      return
    }
    const keys = await openHouseKeys(store, o.keyring)
    const text = JSON.stringify('answer' in outcome ? { body: outcome.answer.body } : { problem: plainProblem(outcome.problem) })
    await db
      .update(table)
      .set({
        state: 'done',
        status: 'answer' in outcome ? outcome.answer.status : outcome.problem.status,
        answer: keys.sealSecret(text, place(request)),
      })
      .where(and(which(request), eq(table.owner, me)))
  }

  async function read(row: Row): Promise<Outcome> {
    const keys = await openHouseKeys(store, o.keyring)
    if (row.answer === null || row.status === null) throw new Error('an answer that was kept is not there')
    const kept = JSON.parse(keys.openSecret(row.answer, place(row))) as { body: unknown } | { problem: ReturnType<typeof plainProblem> }
    if ('body' in kept) return { answer: { status: row.status, body: kept.body } }
    const { code, detail, ...more } = kept.problem
    return { problem: new Problem(code in PROBLEMS ? code : 'internal', detail, more) }
  }

  return {
    async run(request, work) {
      const name = JSON.stringify([request.scope, request.key])
      let run = running.get(name)
      if (!run) {
        run = { bodyHash: request.bodyHash, outcome: first(request, work).finally(() => running.delete(name)) }
        running.set(name, run)
      }
      if (run.bodyHash !== request.bodyHash) throw otherBody()
      const outcome = await run.outcome
      if ('problem' in outcome) throw outcome.problem
      return outcome.answer
    },
  }
}

/** Forgets what is older than a day, now and every ten minutes, whether anybody asks or not. */
export function forgetOldRequests(o: { store: Store; clock: Clock; logger: Logger }): { stop(): Promise<void> } {
  const { clock } = o
  let cancel: (() => void) | undefined
  let forgetting = Promise.resolve()
  const forget = async () => {
    try {
      await o.store.db.delete(table).where(lt(table.createdAt, new Date(clock.nowMs() - KEPT_MS)))
    } catch (error) {
      o.logger.warn({ err: error }, 'old Idempotency-Keys could not be forgotten; it is tried again')
    }
  }
  const round = () => {
    cancel = clock.after(SWEEP_EVERY_MS, round)
    forgetting = forget()
  }
  round()
  return {
    async stop() {
      cancel?.()
      await forgetting
    },
  }
}

const hasDoneNothing = (problem: Problem) => problem instanceof NotNow || TRY_AGAIN.includes(problem.code)

/** Anything else that is thrown says nothing of what happened, and leaves the row as it is: unknown. */
async function outcomeOf(work: () => Promise<Answer>): Promise<Outcome> {
  try {
    return { answer: await work() }
  } catch (error) {
    if (error instanceof Problem) return { problem: error }
    throw error
  }
}

function plainProblem({ code, message, errors, retryAfterMs }: Problem) {
  return { code, detail: message, ...(errors ? { errors } : {}), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

const otherBody = () => new Problem('conflict', 'This Idempotency-Key came with another request before: send a new key with a new request.')

const cutOff = () =>
  new Problem(
    'conflict',
    'The first request with this Idempotency-Key was cut off, and nobody knows whether a phone rang. It is not tried again: look at the calls, then ask with a new key.',
  )
