import type { Clock } from '../calls/ports.ts'
import type { Jobs } from '../store/jobs/index.ts'
import type { Decisions } from './decisions.ts'
import type { Wishes } from './wishes.ts'

const TIDY = 'gate-tidy'
const DAY_MS = 24 * 3_600_000

/** Refusals and calls that were asked for ahead are kept so long to be looked at, what was allowed as long as it may be asked about. Nothing is counted further back than a month. */
const REFUSALS_KEPT_MS = 90 * DAY_MS
const ALLOWED_KEPT_MS = 400 * DAY_MS

/** Once a day, by whichever relay comes first, answers and wishes that are too old go. Call it before the jobs start. */
export async function tidyDaily(o: {
  jobs: Pick<Jobs, 'add' | 'handle'>
  decisions: Pick<Decisions, 'forget'>
  wishes: Pick<Wishes, 'forget'>
  clock: Clock
}): Promise<void> {
  const { clock, decisions, jobs, wishes } = o
  const plan = async (day: number) => {
    // A key for each day: a job of today's key that runs now would begin anew at once.
    await jobs.add(TIDY, {}, { key: new Date(day * DAY_MS).toISOString().slice(0, 10), runAt: day * DAY_MS })
  }
  const today = () => Math.floor(clock.nowMs() / DAY_MS)
  jobs.handle(TIDY, async (_, signal) => {
    await plan(today() + 1)
    const nowMs = clock.nowMs()
    const refusedBefore = new Date(nowMs - REFUSALS_KEPT_MS)
    await decisions.forget({ refusedBefore, allowedBefore: new Date(nowMs - ALLOWED_KEPT_MS) }, signal)
    await wishes.forget(refusedBefore, signal)
  })
  await plan(today() + 1)
}
