import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { gateDecisions } from '../store/schema.ts'
import { eachStore } from '../store/store.test-kit.ts'
import { DEFAULT_RULES } from './calling-rules.ts'
import { fresh, numberAt, openGate, question } from './gate.test-kit.ts'
import type { GateQuestion } from './question.ts'

const QUESTIONS = 10_000
/** As many as a busy server works on at once. */
const AT_ONCE = 50
/** On a machine that others share: how long it may take, not how long it should. */
const WITHIN_MS = 600_000

eachStore('ten thousand abusive questions', (room) => {
  const flood = async (ask: (place: number) => Promise<{ allowed: boolean }>) => {
    let [next, permits] = [0, 0]
    const worker = async () => {
      while (next < QUESTIONS) if ((await ask(next++)).allowed) permits++
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    return permits
  }

  it(
    'from as many addresses, for as many numbers, give no more permits than the limits',
    async () => {
      const gate = openGate(room.store)
      const answers = new Map<string, number>()
      const permits = await flood(async (place) => {
        const asker: GateQuestion['asker'] = {
          kind: 'visitor',
          address: `127.${place % 250}.${place % 199}.${place % 97}`,
          visitorId: fresh('v'),
        }
        // Some of them ask for one number, some for one of a few, most for one of their own; some are no numbers at all.
        const number =
          place % 10 === 0 ? numberAt(1) : place % 10 === 1 ? numberAt(place % 7) : place % 10 === 2 ? '+1999' : numberAt(place)
        const answer = await gate.ask(question({ number, asker }))
        answers.set(answer.rule, (answers.get(answer.rule) ?? 0) + 1)
        return answer
      })
      expect(permits).toBe(DEFAULT_RULES.limits.agentVisitors.perHour)
      expect(answers.get('number_valid')).toBe(QUESTIONS / 10)

      const kept = await room.store.db
        .select({ all: sql<number>`count(*)::int`, yes: sql<number>`count(*) filter (where allowed)::int` })
        .from(gateDecisions)
      expect(kept).toEqual([{ all: QUESTIONS, yes: permits }])
      const worst = await room.store.db.execute<{ n: number }>(
        sql`select count(*)::int as n from ${gateDecisions} where allowed group by number_hash order by n desc limit 1`,
      )
      expect(worst.rows[0]?.n).toBeLessThanOrEqual(DEFAULT_RULES.limits.number.perHour ?? 0)
    },
    WITHIN_MS,
  )
})
