import { and, eq } from 'drizzle-orm'
import type { Keyring } from '../access/encryption.ts'
import { type HouseKeys, openHouseKeys } from '../access/house-keys.ts'
import type { Agent, Agents } from '../agents/agents.ts'
import type { LiveCalls } from '../calls/live-calls.ts'
import type { Clock } from '../calls/ports.ts'
import type { HouseGate } from '../gate/gate.ts'
import type { GateQuestion } from '../gate/question.ts'
import type { Logger } from '../logger.ts'
import { type CallbackView, type CallStatus, type EndReason, Problem, type Variables } from '../protocol/index.ts'
import type { Jobs } from '../store/jobs/index.ts'
import type { Store } from '../store/open.ts'
import { callbacks as table } from '../store/schema.ts'
import type { Lines } from './lines.ts'
import { refusal } from './outgoing.ts'

/** How far ahead a visitor may ask for a call. */
const LATEST_MS = 7 * 24 * 3_600_000
const JOB = 'callback'
type State = (typeof table.$inferSelect)['state']
/** One that waited. */
type Row = typeof table.$inferSelect & { request: Uint8Array }
/** A time that has just passed is now. */
const SOON_MS = 5_000

/** What a visitor asked for. */
export interface CallbackRequest {
  number: string
  consent: boolean
  asker: GateQuestion['asker']
  sessionId: string
  carrier?: string
  language?: string
  variables: Variables
  details: Record<string, unknown>
  captchaToken?: string
  /** When it was asked for, to be made later. */
  captchaPassed?: true
}

/** Visitors who asked to be called: now or later, with what their page may know of it. */
export interface Callbacks {
  /** Rings at once, or at `atMs`. @throws Problem with the gate's refusal */
  ask(agent: Agent, request: CallbackRequest, atMs: number | undefined): Promise<{ callId: string }>
  view(callId: string): Promise<CallbackView | undefined>
  /** Hangs up, or takes the wish back. */
  cancel(callId: string): Promise<void>
  /** Told whenever `view` may have changed. Returns its end. */
  watch(callId: string, listener: () => void): () => void
}

export function createCallbacks(o: {
  store: Store
  keyring: Keyring
  jobs: Jobs
  agents: Agents
  lines: Pick<Lines, 'questionFor' | 'ring'>
  gate: Pick<HouseGate, 'later'>
  calls: Pick<LiveCalls, 'get' | 'newId' | 'unsettled'>
  /** How a call stands that is not live. */
  stored: (callId: string) => Promise<{ status: CallStatus; endReason?: EndReason } | undefined>
  draining: () => boolean
  clock: Clock
  logger: Logger
}): Callbacks {
  const { calls, clock, draining, lines, logger } = o
  const { db } = o.store
  /** Claimed, and not in the log yet. */
  const beginning = new Set<string>()
  const watchers = new Map<string, Set<() => void>>()
  const announce = (callId: string) => {
    for (const listener of [...(watchers.get(callId) ?? [])]) listener()
  }

  async function ring(agent: Agent, callId: string, request: CallbackRequest): Promise<void> {
    const { call } = await lines.ring({ agent, callId, purpose: 'requested', ...request })
    call.feed.listen((event) => {
      if (event.type === 'status' || event.type === 'ended') announce(callId)
    })
    announce(callId)
  }

  async function begin(callId: string): Promise<void> {
    insistStaying()
    const house = await openHouseKeys(o.store, o.keyring)
    beginning.add(callId)
    try {
      const row = await taken(callId, 'begun')
      if (row) await make(row, house)
    } finally {
      beginning.delete(callId)
    }
  }

  async function make({ callId, ...row }: Row, house: HouseKeys): Promise<void> {
    const request = JSON.parse(house.openSecret(row.request, place(callId))) as CallbackRequest
    try {
      const agent = await o.agents.get(row.organisationId, row.agentId)
      if (!agent) throw new Problem('not_found', 'The agent is gone.')
      await ring(agent, callId, { ...request, captchaPassed: true })
    } catch (error) {
      if (draining()) {
        // Nobody was rung, and the job comes again.
        await changed(callId, { state: 'waiting', request: row.request })
        return insistStaying()
      }
      logger.warn({ err: error, callId }, 'a call that was asked for could not be made at its time')
      await changed(callId, { state: 'refused' })
      announce(callId)
    }
  }

  /** A relay that leaves begins nothing: its job is put back, for another relay or the next start. */
  function insistStaying(): void {
    if (draining()) throw new Error('the relay leaves: the call is made by whoever takes its job next')
  }
  o.jobs.handle(JOB, (payload) => begin((payload as { callId: string }).callId))

  /** Ends a wish's waiting: what was asked for is not kept beyond it. */
  const taken = (callId: string, state: 'begun' | 'canceled'): Promise<Row | undefined> =>
    db.transaction(async (tx) => {
      const [row] = await tx
        .select()
        .from(table)
        .where(and(eq(table.callId, callId), eq(table.state, 'waiting')))
        .for('update')
      if (!row?.request) return undefined
      await tx.update(table).set({ state, request: null }).where(eq(table.callId, callId))
      return { ...row, request: row.request }
    })

  async function changed(callId: string, to: { state: 'waiting' | 'refused'; request?: Uint8Array }): Promise<void> {
    await db
      .update(table)
      .set(to)
      .where(and(eq(table.callId, callId), eq(table.state, 'begun')))
  }

  async function later(agent: Agent, callId: string, request: CallbackRequest, atMs: number): Promise<void> {
    if (atMs > clock.nowMs() + LATEST_MS) throw new Problem('invalid_request', 'scheduleAt: choose a time within seven days.')
    const house = await openHouseKeys(o.store, o.keyring)
    // The captcha was for this request, not for the one at its time.
    const { captchaToken: _, ...kept } = request
    const question = await lines.questionFor({ agent, callId, purpose: 'requested', ...request })
    const answer = await o.gate.later(question, async (tx, by) => {
      await tx.insert(table).values({
        callId,
        organisationId: agent.organisationId,
        agentId: agent.id,
        sessionId: request.sessionId,
        runAt: new Date(atMs),
        state: 'waiting',
        request: house.sealSecret(JSON.stringify(kept), place(callId)),
        numberHash: by.number,
        askerHash: by.asker,
        addressHash: by.address,
        createdAt: new Date(clock.nowMs()),
      })
    })
    if (!answer.allowed) throw refusal(answer)
    await o.jobs.add(JOB, { callId }, { runAt: atMs, key: callId })
  }

  return {
    async ask(agent, request, atMs) {
      const callId = calls.newId()
      if (atMs === undefined || atMs <= clock.nowMs() + SOON_MS) await ring(agent, callId, request)
      else await later(agent, callId, request, atMs)
      return { callId }
    },
    async view(callId) {
      // Whoever was told of the end asks at once: the book may not have it yet.
      const live = calls.unsettled(callId)
      if (live) return { callId, status: live.status, ...(live.endReason ? { endReason: live.endReason } : {}) }
      const stored = await o.stored(callId)
      if (stored) return { callId, ...stored }
      const [row] = await db.select({ state: table.state }).from(table).where(eq(table.callId, callId))
      return row && { callId, ...STANDING[beginning.has(callId) ? 'waiting' : row.state] }
    },
    async cancel(callId) {
      const live = calls.get(callId)
      if (live) return live.hangUp(live.status === 'connected' ? 'visitor' : 'canceled')
      if (await taken(callId, 'canceled')) announce(callId)
    },
    watch(callId, listener) {
      const known = watchers.get(callId) ?? new Set()
      watchers.set(callId, known.add(listener))
      return () => {
        known.delete(listener)
        if (known.size === 0) watchers.delete(callId)
      }
    },
  }
}

/** Of a call that is not in the log. */
const STANDING: Record<State, { status: CallStatus; endReason?: EndReason }> = {
  waiting: { status: 'initiated' },
  // Its relay died between the claim and the log.
  begun: { status: 'failed', endReason: 'error' },
  canceled: { status: 'failed', endReason: 'canceled' },
  refused: { status: 'failed', endReason: 'blocked' },
}

const place = (callId: string) => `callback ${callId}`
