import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { createSilence } from './silence.ts'

function setUp() {
  const clock = new TestClock()
  const told: string[] = []
  const silence = createSilence({ clock, ms: 1000, onAsk: () => told.push('ask'), onGiveUp: () => told.push('give up') })
  return { clock, told, silence }
}

test('asks once, then gives up; a word of the visitor makes it ask again', async () => {
  const { clock, told, silence } = setUp()
  silence.listen()
  await clock.advance(1000)
  silence.stop()
  silence.listen()
  silence.visitorSpoke()
  await clock.advance(1000)
  silence.listen()
  await clock.advance(1000)
  expect(told).toEqual(['ask', 'ask', 'give up'])
  expect(clock.waiting).toBe(0)
})

type Act = 'listen' | 'stop' | 'away' | 'back' | 'close' | number
test('never while away, while somebody speaks, or after the end', async () => {
  const act: fc.Arbitrary<Act> = fc.oneof(fc.constantFrom<Act>('listen', 'stop', 'away', 'back'), fc.integer({ min: 1, max: 1500 }))
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
      const { clock, told, silence } = setUp()
      let [listening, away] = [false, false]
      for (const each of acts) {
        const before = told.length
        if (each === 'listen') silence.listen()
        if (each === 'stop') silence.stop()
        if (each === 'away' || each === 'back') silence.away(each === 'away')
        if (each === 'listen' || each === 'stop') listening = each === 'listen'
        if (each === 'away' || each === 'back') away = each === 'away'
        if (typeof each === 'number') await clock.advance(each)
        if (told.length > before) {
          expect(listening && !away).toBe(true)
          listening = false
        }
      }
      silence.close()
      const before = told.length
      await clock.advance(5000)
      expect(told).toHaveLength(before)
      expect(clock.waiting).toBe(0)
    }),
    { numRuns: 200 },
  )
})
