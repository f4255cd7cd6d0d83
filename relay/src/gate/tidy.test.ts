import { eq } from 'drizzle-orm'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { createJobs } from '../store/jobs/index.ts'
import { gateDecisions, jobs as jobsTable } from '../store/schema.ts'
import { eachStore } from '../store/store.test-kit.ts'
import { fresh, numberAt, openGate, question } from './gate.test-kit.ts'

const DAY = 24 * 3_600_000

eachStore('tidying the gate', (room) => {
  const callsKept = async (organisationId = 'org') =>
    (await room.store.db.select().from(gateDecisions).where(eq(gateDecisions.organisationId, organisationId)))
      .map(({ callId }) => callId)
      .sort()

  it('forgets refusals after 90 days and what was allowed after 400, and nothing else', async () => {
    const clock = new TestClock()
    const gate = openGate(room.store, { clock })
    const ask = (callId: string, good: boolean) => gate.ask(question({ callId, number: good ? numberAt(1) : '+1999' }))
    await ask('old yes', true)
    await ask('old no', false)
    await clock.advance(310 * DAY)
    await ask('new yes', true)
    await ask('new no', false)
    const forget = (refusedAgo: number, allowedAgo: number, signal = new AbortController().signal) =>
      gate.decisions.forget(
        { refusedBefore: new Date(clock.nowMs() - refusedAgo), allowedBefore: new Date(clock.nowMs() - allowedAgo) },
        signal,
      )
    expect(await forget(90 * DAY, 400 * DAY)).toBe(1)
    expect(await callsKept()).toEqual(['new no', 'new yes', 'old yes'])
    await clock.advance(91 * DAY)
    expect(await forget(90 * DAY, 400 * DAY)).toBe(2)
    expect(await callsKept()).toEqual(['new yes'])
  })

  it('comes every day, once, however many relays plan it and however often they start', async () => {
    const clock = new TestClock()
    const gate = openGate(room.store, { clock })
    const logger = pino({ level: 'silent' })
    const days = async () => (await room.store.db.select().from(jobsTable).where(eq(jobsTable.kind, 'gate-tidy'))).map(({ key }) => key)
    const jobs = createJobs({ store: room.store, clock, logger, owner: fresh('relay') })
    const other = createJobs({ store: room.store, clock, logger, owner: fresh('relay') })
    await gate.tidyDaily(jobs)
    await gate.tidyDaily(other)
    await gate.tidyDaily(other)
    expect(await days()).toEqual(['2026-11-22'])
    // What a job does is looked at without its worker's clock.
    let run: ((payload: unknown, signal: AbortSignal) => Promise<void>) | undefined
    await gate.tidyDaily({
      handle: (_, handler) => {
        run = handler
      },
      add: jobs.add,
    })
    await clock.advance(DAY)
    await gate.ask(question({ organisationId: 'other', number: '+1999', callId: 'yesterday' }))
    await clock.advance(90 * DAY + 1)
    await run?.({}, new AbortController().signal)
    expect(await days()).toContain('2027-02-21')
    expect(await callsKept('other')).toEqual([])
    await jobs.stop()
    await other.stop()
  })
})
