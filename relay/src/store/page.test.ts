import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { olderThan, pageOf, timeCursor } from './page.ts'
import { calls } from './schema.ts'

describe('a page', () => {
  it('says where the next begins exactly when there is one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 50 }), (all, limit) => {
        const page = pageOf(all.slice(0, limit + 1), limit, String)
        expect(page.rows).toEqual(all.slice(0, limit))
        expect(page.nextCursor).toBe(all.length > limit ? String(all[limit - 1]) : undefined)
      }),
    )
  })

  it('has a cursor that says no more than time and id, and finds nothing by one that nobody gave', () => {
    expect(timeCursor(new Date(1_700_000_000_123), 'call_1')).toBe('1700000000123.call_1')
    const columns = { at: calls.startedAt, id: calls.id }
    expect(olderThan(undefined, columns)).toBeUndefined()
    for (const cursor of ['', 'x', '.a', '12', '99999999999999999.a', "1'; drop table calls"]) {
      expect([cursor, JSON.stringify(olderThan(cursor, columns)?.queryChunks)]).toEqual([cursor, '[{"value":["false"]}]'])
    }
  })
})
