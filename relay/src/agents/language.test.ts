import { describe, expect, it } from 'vitest'
import { chooseLanguage } from './language.ts'

describe('the language of a call', () => {
  it.each([
    [undefined, 'en-IN'],
    ['hi', 'hi-IN'],
    ['HI-in', 'hi-IN'],
    ['hi-Latn', 'hi-IN'],
    ['en', 'en-IN'],
    ['en-GB', 'en-GB'],
    ['fr', 'en-IN'],
    ['', 'en-IN'],
  ])('%s → %s', (wish, chosen) => {
    expect(chooseLanguage(wish, ['en-IN', 'en-GB', 'hi-IN'])).toBe(chosen)
  })
})
