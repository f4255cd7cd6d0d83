import { afterEach, expect, test, vi } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { CarrierFault } from './carrier.ts'
import { createRest } from './rest.ts'

/** Whether a phone may ring although nobody answered: by what Node says of the connection. */

afterEach(() => vi.unstubAllGlobals())

const rest = createRest({
  root: 'https://carrier.example',
  clock: new TestClock(),
  words: {
    fault: (code, more) => new CarrierFault(code, code, more),
    faultOf: () => new CarrierFault('refused', 'no'),
  },
})
const named = (code: string, syscall?: string) => Object.assign(new Error(code), { code, ...(syscall ? { syscall } : {}) })
/** As Node says it of a name with several addresses, which it tries one after the other. */
const ofAll = (...errors: (Error & { code: string })[]) => Object.assign(new AggregateError(errors), { code: errors[0]?.code })

test.each([
  ['no', 'a connection that nobody accepted', named('ECONNREFUSED', 'connect')],
  ['no', 'one that did not stand in time', named('ETIMEDOUT', 'connect')],
  ['no', 'none of several addresses in time', ofAll(named('ETIMEDOUT', 'connect'), named('ETIMEDOUT', 'connect'))],
  ['no', 'each address for a reason of its own', ofAll(named('ETIMEDOUT', 'connect'), named('ENETUNREACH', 'connect'))],
  ['unknown', 'a connection that stood and fell silent', named('ETIMEDOUT', 'read')],
  ['unknown', 'one that was cut', named('ECONNRESET', 'read')],
  ['unknown', 'one of several that stood', ofAll(named('ETIMEDOUT', 'connect'), named('ECONNRESET', 'read'))],
  ['unknown', 'no reason at all', new Error('?')],
])('placed: %s, after %s', async (placed, _, cause) => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed', { cause })))
  await expect(rest({ method: 'POST', path: '/calls' })).rejects.toMatchObject({ code: 'unreachable', placed })
})
