import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFeed, type ToldLine } from '../calls/feed.ts'
import type { Entry } from '../protocol/index.ts'
import { createFarFeed, type FarLine } from './far-feed.ts'

const entry = (id: string, text: string): Entry => ({ id, role: 'agent', text, final: false, startedAt: '2026-01-01T00:00:00.000Z' })

/** What happens on the way from a call's relay to a page at another. */
const Step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ is: fc.constant('said' as const), entry: fc.integer({ min: 0, max: 3 }), text: fc.string({ maxLength: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('breaks' as const) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('comes-back' as const) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('page-reads' as const) }) },
)

describe('a transcript of another relay', () => {
  it('reaches a page whole and in order, however often the lines between them break', () => {
    fc.assert(
      fc.property(fc.array(Step, { maxLength: 60 }), (steps) => {
        const call = createFeed(() => undefined)
        const said = [0, 1, 2, 3].map((id): ToldLine => ({ seq: 0, entry: entry(`e${id}`, '') }))
        const far = createFarFeed()
        /** A page that reads, loses its line, and reads on from what it has. */
        const page: FarLine[] = []
        let reads = false
        const take = (line: FarLine) => {
          if (far.take(line) && reads) page.push(line)
        }
        let stop: (() => void) | undefined
        const connect = () => {
          stop?.()
          for (const line of call.since(far.lastSeq)) take(line)
          stop = call.listen((event) => {
            if (event.type === 'transcript') take({ seq: event.seq, entry: event.entry })
          })
        }
        const read = () => {
          for (const line of far.since(page.at(-1)?.seq ?? 0)) page.push(line)
          reads = true
        }
        for (const step of steps) {
          const line = step.is === 'said' && said[step.entry]
          if (line) {
            line.entry = entry(line.entry.id, step.text)
            call.transcript(line)
          }
          if (step.is === 'breaks') stop?.()
          if (step.is === 'comes-back') connect()
          if (step.is === 'page-reads') {
            if (reads) reads = false
            else read()
          }
        }
        connect()
        read()
        const seqs = page.map(({ seq }) => seq)
        expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
        const newest = new Map(page.map((line) => [line.entry.id, line.entry.text]))
        expect(newest).toEqual(new Map(call.since(0).map((line) => [line.entry.id, line.entry.text])))
      }),
    )
  })

  it('drops what comes late or twice', () => {
    const far = createFarFeed()
    expect(far.take({ seq: 2, entry: entry('a', 'newer') })).toBe(true)
    expect(far.take({ seq: 1, entry: entry('a', 'older') })).toBe(false)
    expect(far.take({ seq: 2, entry: entry('a', 'newer') })).toBe(false)
    expect(far.since(0)).toEqual([{ seq: 2, entry: entry('a', 'newer') }])
  })
})
