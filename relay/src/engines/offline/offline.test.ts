import { describe, expect, it } from 'vitest'
import { conforms, isDone, rounds, silent, talkWith, testPersona } from '../conformance.test-kit.ts'
import { offline } from './index.ts'

conforms('offline', async () => ({
  engine: offline({ logger: silent }),
  ready: () => undefined,
  quiet: rounds,
  close: async () => undefined,
}))

describe('the offline engine', () => {
  it('answers from the knowledge, and is silent for two seconds at most', async () => {
    const engine = offline({ logger: silent })
    expect(engine.stallMs).toBe(2000)
    const { turn, until, textOf, session } = await talkWith(engine)
    turn('u1', 'can I send an order back')
    await until(isDone('u1'))
    expect(textOf('u1')).toBe('Send it back within 30 days. We refund you in five days. Opened packs stay with you.')
    await session.close()
  })

  it('goes on after a hand-over: knows what was said last', async () => {
    const history = [
      { role: 'visitor', text: 'Do you have green tea?' },
      { role: 'agent', text: 'Yes, from Darjeeling.' },
    ] as const
    const { turn, until, textOf, session } = await talkWith(offline({ logger: silent }), { history })
    turn('u1', 'Sorry, say that again')
    await until(isDone('u1'))
    expect(textOf('u1')).toBe('Yes, from Darjeeling.')
    await session.close()
  })

  it('hangs up after a goodbye, before the answer counts as done', async () => {
    const { turn, until, events, session } = await talkWith(offline({ logger: silent }))
    turn('u1', 'Thanks, bye')
    await until(isDone('u1'))
    expect(events.slice(-2).map((event) => event.type)).toEqual(['hang-up', 'done'])
    await session.close()
  })

  it('answers an objection as the owner wants it answered', async () => {
    const objections = [{ objection: 'That is too expensive', answer: 'A pack makes fifty cups.' }]
    const persona = { ...testPersona, manner: { ...testPersona.manner, objections } }
    const { turn, until, textOf, session } = await talkWith(offline({ logger: silent }), { persona })
    turn('u1', 'Hm, that is too expensive')
    await until(isDone('u1'))
    expect(textOf('u1')).toBe('A pack makes fifty cups.')
    await session.close()
  })
})
