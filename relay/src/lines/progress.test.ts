import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LineEvent } from '../carriers/carrier.ts'
import { CALL_STATUSES } from '../protocol/index.ts'
import { fold, isEnd, NOTHING_SAID, type Progress } from './progress.ts'

const said = (status: LineEvent['status'], order?: number, token?: string): LineEvent => ({
  carrierCallId: 'CA1',
  status,
  said: {},
  ...(order === undefined ? {} : { order }),
  ...(token === undefined ? {} : { token }),
})
const newsOf = (...events: LineEvent[]) => {
  let progress: Progress = NOTHING_SAID
  return events.flatMap((event) => {
    const folded = fold(progress, event)
    progress = folded.progress
    return folded.news ? [event.status] : []
  })
}

describe('what a carrier says of a call', () => {
  test('in order, each once', () => {
    expect(newsOf(said('initiated', 0), said('connecting', 1), said('connected', 2), said('completed', 3))).toEqual([
      'initiated',
      'connecting',
      'connected',
      'completed',
    ])
  })
  test('ringing told before initiated, as seen on real calls', () => {
    expect(newsOf(said('connecting', 1), said('initiated', 0), said('connected', 2))).toEqual(['connecting', 'connected'])
  })
  test('the same thing told again is no news, whatever its number', () => {
    expect(newsOf(said('initiated', 0, 'a'), said('initiated', 0, 'a'), said('connecting', 1, 'b'), said('connecting', 1, 'b'))).toEqual([
      'initiated',
      'connecting',
    ])
  })
  test('an end that overtakes everything is the end', () => {
    expect(newsOf(said('failed', 3), said('initiated', 0), said('connected', 2), said('completed', 4))).toEqual(['failed'])
  })
  test('whatever comes in whatever order: never backwards, one end', () => {
    const event = fc.record({
      status: fc.constantFrom(...CALL_STATUSES),
      order: fc.option(fc.nat(5), { nil: undefined }),
      token: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const news = newsOf(...events.map(({ status, order, token }) => said(status, order, token)))
        const ranks = news.map((status) => Math.min(3, CALL_STATUSES.indexOf(status)))
        expect(ranks).toEqual([...new Set(ranks)].sort())
        expect(news.filter(isEnd).length).toBeLessThanOrEqual(1)
        if (events.some(({ status, token }) => isEnd(status) && token === undefined)) expect(news.some(isEnd)).toBe(true)
      }),
    )
  })
})
