import { describe, expect, it } from 'vitest'
import { EngineFailure, failureOf, failureOfStatus } from './faults.ts'

describe('a vendor’s status', () => {
  it.each([
    [401, '', 'unauthorized', false],
    [403, 'No access', 'unauthorized', false],
    [400, 'API key not valid. Please pass a valid API key.', 'unauthorized', false],
    [400, 'No such model', 'refused', false],
    [404, 'Not found', 'refused', false],
    [402, 'Pay first', 'quota', true],
    [429, '', 'quota', true],
    [400, 'insufficient_quota', 'quota', true],
    [408, '', 'stalled', true],
    [504, '', 'stalled', true],
    [500, '', 'unavailable', true],
    [503, 'busy', 'unavailable', true],
  ])('%i %s → %s', (status, message, code, retryable) => {
    expect(failureOfStatus('x', status, message).fault).toMatchObject({ code, retryable })
  })

  it('is told without anything like a key, and shortly', () => {
    const { message } = failureOfStatus('x', 401, `Incorrect key: sk-abcdefghijklmnopqrstu, AIzaSyA1234567890abcdef ${'long '.repeat(500)}`)
    expect(message).not.toMatch(/abcdef|AIzaSy/)
    expect(message.length).toBeLessThan(400)
  })
})

describe('an error in a stream', () => {
  it.each([
    [new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) }), 'dropped', 'ECONNREFUSED'],
    [
      new TypeError('terminated', { cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }) }),
      'dropped',
      'UND_ERR_SOCKET',
    ],
    [new SyntaxError('Unexpected token'), 'malformed', 'cannot be read'],
    [new Error('Incomplete JSON segment at the end'), 'malformed', 'cannot be read'],
    [new Error('strange'), 'dropped', 'strange'],
    ['a string', 'dropped', 'a string'],
    [new EngineFailure('quota', 'no more'), 'quota', 'no more'],
  ])('%s → %s', (error, code, words) => {
    const { fault } = failureOf('x', error)
    expect(fault.code).toBe(code)
    expect(fault.message).toContain(words)
  })
})
