import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Floor, type FloorEvent, nextFloor, OPEN, stateOf, utteranceOf } from './floor.ts'

const utterance = fc.constantFrom('a', 'b', 'c')
const event: fc.Arbitrary<FloorEvent> = fc.oneof(
  fc.record({ type: fc.constantFrom('asked' as const, 'told', 'words', 'done', 'begun', 'heard'), utterance }),
  fc.record({ type: fc.constant('handed-over' as const), utterance, to: utterance }),
  fc.constantFrom<FloorEvent>({ type: 'cut' }, { type: 'silenced' }),
)
const walk = (events: readonly FloorEvent[]): Floor => events.reduce(nextFloor, OPEN)

test('an utterance that has not the floor changes nothing, whatever comes of it', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), event, (events, late) => {
      const floor = walk(events)
      if (late.type === 'asked' || late.type === 'told' || !('utterance' in late)) return
      if (late.utterance !== utteranceOf(floor)) expect(nextFloor(floor, late)).toBe(floor)
    }),
    { numRuns: 2000 },
  )
})

test('from everywhere the visitor gets the word back: when all is said and heard, and when it is cut', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      const floor = walk(events)
      const owner = utteranceOf(floor)
      const said = owner === undefined ? [] : (['done', 'heard'] as const).map((type) => ({ type, utterance: owner }))
      if (floor.is !== 'cutting') expect(said.reduce<Floor>(nextFloor, floor)).toEqual(OPEN)
      const cut = nextFloor(floor, { type: 'cut' })
      expect(utteranceOf(cut)).toBeUndefined()
      expect(nextFloor(cut, { type: 'silenced' })).toEqual(OPEN)
    }),
    { numRuns: 2000 },
  )
})

test('an answer, as the page sees it', () => {
  const seen: (string | undefined)[] = []
  const steps: FloorEvent[] = [
    { type: 'asked', utterance: 'a' },
    { type: 'words', utterance: 'a' },
    { type: 'begun', utterance: 'a' },
    { type: 'done', utterance: 'a' },
    { type: 'heard', utterance: 'a' },
  ]
  steps.reduce<Floor>((floor, step) => {
    const after = nextFloor(floor, step)
    seen.push(stateOf(after))
    return after
  }, OPEN)
  expect(seen).toEqual(['thinking', 'thinking', 'speaking', 'speaking', 'listening'])
})

test('an answer whose leg was replaced in its middle is owed its rest', () => {
  const answering = walk([
    { type: 'asked', utterance: 'a' },
    { type: 'words', utterance: 'a' },
  ])
  expect(nextFloor(answering, { type: 'heard', utterance: 'a' })).toEqual({ is: 'owed', utterance: 'a' })
})

test('what another engine takes over is owed anew; what was already generated is not', () => {
  const answering = walk([
    { type: 'asked', utterance: 'a' },
    { type: 'words', utterance: 'a' },
  ])
  const over = { type: 'handed-over', utterance: 'a', to: 'b' } as const
  expect(nextFloor(answering, over)).toEqual({ is: 'owed', utterance: 'b' })
  const whole = nextFloor(answering, { type: 'done', utterance: 'a' })
  expect(nextFloor(whole, over)).toBe(whole)
})
