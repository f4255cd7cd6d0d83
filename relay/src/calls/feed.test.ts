import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Entry } from '../protocol/index.ts'
import { createFeed, type ToldLine } from './feed.ts'

const entry = (id: string, text: string): Entry => ({ id, text, role: 'agent', final: false, startedAt: '2026-11-21T00:00:00.000Z' })

test('seq rises by one; what a page missed is every changed entry in its newest state, in order of change', () => {
  const changes = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.string()), { maxLength: 50 })
  fc.assert(
    fc.property(changes, fc.nat(60), (all, after) => {
      const feed = createFeed(() => undefined)
      const seen: number[] = []
      feed.listen((event) => event.type === 'transcript' && seen.push(event.seq))
      const lines = new Map<string, ToldLine>()
      for (const [id, text] of all) {
        const line = lines.get(id) ?? { seq: 0, entry: entry(id, text) }
        lines.set(id, line)
        line.entry = entry(id, text)
        feed.transcript(line)
      }
      expect(seen).toEqual(all.map((_, index) => index + 1))
      const missed = new Map(all.slice(after).map(([id, text]) => [id, text]))
      const replay = feed.since(after)
      expect(new Map(replay.map((change) => [change.entry.id, change.entry.text]))).toEqual(missed)
      expect(replay.map((change) => change.seq)).toEqual(replay.map((change) => change.seq).sort((a, b) => a - b))
    }),
  )
})

test('a watcher that throws is dropped and hurts nobody', () => {
  const faults: unknown[] = []
  const feed = createFeed((error) => faults.push(error))
  const heard: string[] = []
  feed.listen(() => {
    throw new Error('bad watcher')
  })
  feed.listen((event) => heard.push(event.type))
  feed.tell({ type: 'status', status: 'connected' })
  feed.tell({ type: 'ended', reason: 'visitor' })
  expect(heard).toEqual(['status', 'ended'])
  expect(faults).toHaveLength(1)
  expect(feed.listeners).toBe(1)
})
