import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import type { Entry } from '../protocol/index.ts'
import { FakeLog } from './fakes.test-kit.ts'
import { createFeed } from './feed.ts'
import { createTranscript } from './transcript.ts'

type Act = { type: 'begin' | 'add' } | { type: 'update' | 'finish'; line: number; text: string; cut: boolean }
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ type: fc.constantFrom('begin' as const, 'add' as const) }),
  fc.record({
    type: fc.constantFrom('update' as const, 'finish' as const),
    line: fc.nat(6),
    text: fc.constantFrom('', 'a', 'a b', 'a b c'),
    cut: fc.boolean(),
  }),
)

test('whatever is said: a final entry never changes, an entry keeps id, role, start and place, page and log see the same', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const log = new FakeLog()
      const places = new Map<string, number>()
      const write = log.entry.bind(log)
      log.entry = (callId, at, entry) => {
        expect(places.get(entry.id) ?? at.place).toBe(at.place)
        places.set(entry.id, at.place)
        write(callId, at, entry)
      }
      const feed = createFeed((error) => {
        throw error
      })
      const newest = new Map<string, Entry>()
      feed.listen((event) => {
        if (event.type !== 'transcript') return
        const before = newest.get(event.entry.id)
        expect(before?.final ?? false).toBe(false)
        if (before) expect(event.entry).toMatchObject({ id: before.id, role: before.role, startedAt: before.startedAt })
        expect(event.entry.endedAt !== undefined).toBe(event.entry.final)
        newest.set(event.entry.id, event.entry)
      })
      let ids = 0
      const transcript = createTranscript({ callId: 'c', feed, log, clock: new TestClock(), newId: () => `e${++ids}` })
      const lines: string[] = []
      for (const each of acts) {
        if (each.type === 'begin') lines.push(transcript.begin('agent'))
        if (each.type === 'add') lines.push(transcript.add('visitor', 'hello'))
        if (each.type === 'update') transcript.update(lines[each.line] ?? 'nobody', each.text)
        if (each.type === 'finish') transcript.finish(lines[each.line] ?? 'nobody', each.text, each.cut)
      }
      expect(log.entries).toEqual(newest)
      expect(new Set(places.values()).size).toBe(places.size)
      for (const [id, place] of places) expect(lines[place]).toBe(id)
      expect(transcript.heard()).toEqual(
        lines.flatMap((id) => {
          const entry = newest.get(id)
          return entry?.text ? [{ role: entry.role, text: entry.text }] : []
        }),
      )
    }),
    { numRuns: 500 },
  )
})
