import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Persona } from '../../agents/persona.ts'
import type { EngineEvent } from '../../calls/ports.ts'
import { talkWith } from '../conformance.test-kit.ts'
import { LEAD_TOOL, menu } from './index.ts'
import { ASKING, type MenuAct, type MenuEvent, type MenuState, nextMenu } from './states.ts'

const keyMenu = [
  { digit: '1', label: 'sales' },
  { digit: '2', label: 'a person' },
]
const items = [
  { ...keyMenu[0], agentId: 'sales' },
  { ...keyMenu[1], person: '+12025550102' },
]
const persona = Persona.parse({ name: 'Asha', engine: 'menu', keyMenu, phone: { menu: { items, tries: 2 } } })

test.each([
  [ASKING, { type: 'key', digit: '1' }, { is: 'leading', digit: '1', wrong: 0, led: 0 }, { do: 'lead', digit: '1' }],
  [ASKING, { type: 'key', digit: '9' }, { is: 'asking', wrong: 1, led: 0 }, { do: 'read', because: 'no-such-key' }],
  [ASKING, { type: 'no-choice' }, { is: 'asking', wrong: 1, led: 0 }, { do: 'read', because: 'no-such-key' }],
  [{ is: 'asking', wrong: 1, led: 0 }, { type: 'no-choice' }, { is: 'over' }, { do: 'end' }],
  [
    { is: 'leading', digit: '1', wrong: 0, led: 0 },
    { type: 'key', digit: '2' },
    { is: 'leading', digit: '1', wrong: 0, led: 0 },
    { do: 'nothing' },
  ],
  [{ is: 'leading', digit: '1', wrong: 0, led: 0 }, { type: 'reached' }, { is: 'over' }, { do: 'nothing' }],
  [
    { is: 'leading', digit: '1', wrong: 1, led: 0 },
    { type: 'not-reached' },
    { is: 'asking', wrong: 1, led: 1 },
    { do: 'read', because: 'not-reached' },
  ],
  [{ is: 'leading', digit: '1', wrong: 0, led: 2 }, { type: 'not-reached' }, { is: 'over' }, { do: 'end' }],
  [{ is: 'over' }, { type: 'key', digit: '1' }, { is: 'over' }, { do: 'nothing' }],
] as [MenuState, MenuEvent, MenuState, MenuAct][])('%j and %j: %j, %j', (state, event, after, act) => {
  expect(nextMenu(state, event, { digits: ['1', '2'], tries: 2, leads: 3 })).toEqual({ state: after, act })
})

test('whatever is pressed, said and reached: nobody is led while somebody is being reached, and it comes to an end', () => {
  const event: fc.Arbitrary<MenuEvent> = fc.oneof(
    fc.constantFrom('0', '1', '2', '#', '12').map((digit) => ({ type: 'key' as const, digit })),
    fc.constantFrom('no-choice' as const, 'reached' as const, 'not-reached' as const).map((type) => ({ type })),
  )
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 60 }),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 5 }),
      (events, tries, leads) => {
        let state: MenuState = ASKING
        const acts: MenuAct[] = []
        for (const each of events) {
          const before = state
          const next = nextMenu(state, each, { digits: ['1', '2'], tries, leads })
          state = next.state
          acts.push(next.act)
          if (next.act.do === 'lead') expect(before.is).toBe('asking')
          if (before.is === 'over') expect(next).toEqual({ state: before, act: { do: 'nothing' } })
        }
        const count = (what: MenuAct['do']) => acts.filter((act) => act.do === what).length
        expect(count('lead')).toBeLessThanOrEqual(leads)
        expect(count('read')).toBeLessThanOrEqual(tries - 1 + leads - 1)
        expect(count('end')).toBeLessThanOrEqual(1)
      },
    ),
    { numRuns: 2000 },
  )
})

test('leads by its tool, reads the menu again when that fails, and hangs up after too many tries', async () => {
  const uses: object[] = []
  const talk = await talkWith(menu(), {
    persona,
    async useTool(use) {
      uses.push({ name: use.name, ...use.arguments })
      return { error: 'nobody is there' }
    },
  })
  talk.turn('u1', '2', 'keys')
  const done = (utterance: string) => (event: EngineEvent) => event.type === 'done' && event.utterance === utterance
  await talk.until(done('u1'))
  expect(uses).toEqual([{ name: LEAD_TOOL, digit: '2' }])
  expect(talk.textOf('u1')).toContain('Press 1 for sales. Press 2 for a person.')
  talk.turn('u2', 'sales please', 'typing')
  await talk.until(done('u2'))
  expect(talk.textOf('u2')).toMatch(/nothing on that key.*Press 1/)
  talk.turn('u3', '7', 'keys')
  await talk.until(({ type }) => type === 'hang-up')
  expect(talk.textOf('u3')).toContain('Goodbye')
  await talk.session.close()
})
