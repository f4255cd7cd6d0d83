import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createLimits } from '../access/limits.ts'
import { CALLEE, NUMBER, phoneWorld } from '../lines/lines.test-kit.ts'
import { createReception } from './reception.ts'

test('who withholds their number is a stranger of their own: the next one is no caller too many', async () => {
  const { agent, calls, lines } = phoneWorld({ limits: { callsPerVisitorPerHour: 1 } })
  const reception = createReception({
    numbers: { answeringAgent: async () => agent.id },
    agents: { get: async () => agent } as never,
    limits: createLimits({ maxCalls: 100 }),
    draining: () => false,
    logger: pino({ level: 'silent' }),
    ...{ calls, lines },
  })
  const came: string[] = []
  for (const [n, from] of ['anonymous', 'anonymous', '', '', CALLEE, CALLEE].entries()) {
    const { is } = await reception.receive(NUMBER, { carrierCallId: `CA${n}`, from, to: NUMBER.phoneNumber })
    came.push(`${from} ${is}`)
  }
  expect(came).toEqual(['anonymous taken', 'anonymous taken', ' taken', ' taken', `${CALLEE} taken`, `${CALLEE} busy`])
})
