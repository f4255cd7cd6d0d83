import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPhraseCache } from './phrase-cache.ts'

const of =
  (size: number, made?: string[], key = '') =>
  async () => {
    made?.push(key)
    return new Uint8Array(size)
  }

describe('the phrase cache', () => {
  it('lets the least recently used go first', async () => {
    const made: string[] = []
    const cache = createPhraseCache(30)
    for (const key of ['a', 'b', 'c', 'a', 'd', 'a', 'b']) await cache.get(key, of(10, made, key))
    expect(made).toEqual(['a', 'b', 'c', 'd', 'b'])
  })

  it('keeps no failure and nothing larger than itself', async () => {
    const cache = createPhraseCache(30)
    await expect(cache.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    await cache.get('a', of(31))
    expect(cache.bytes).toBe(0)
    await cache.get('a', of(30))
    cache.clear()
    expect(cache.bytes).toBe(0)
  })

  it('never holds more than its limit, and counts right', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer({ min: 0, max: 60 }))), async (asks) => {
        const cache = createPhraseCache(100)
        for (const [key, size] of asks) {
          await cache.get(key, of(size))
          expect(cache.bytes).toBeLessThanOrEqual(100)
        }
        let again = 0
        for (const key of ['a', 'b', 'c', 'd', 'e'])
          again += (await cache.get(key, () => Promise.reject(new Error('gone'))).catch(() => new Uint8Array(0))).byteLength
        expect(again).toBe(cache.bytes)
      }),
    )
  })
})
