import { expect } from 'vitest'
import { OPTIMA_ACCOUNT } from '../../../demo/src/sandbox/optima/account.ts'
import type { Subject } from './subject.ts'

const NO_CALLBACKS = 'it posts nothing: what it says comes over connections that we make'

/** Optima as its guide has it, and as later papers do. */
export const optima = (version: '1.0.3' | '1.0.5' | '1.0.5-ws'): Subject => ({
  title: `Optima ${version}`,
  carrier: 'optima',
  end: {
    service: 'optima',
    rings: ({ body, path }, number) =>
      path === '/pbx/call' && local((body as { phoneNumber?: string } | null)?.phoneNumber) === local(number),
  },
  ours: { number: OPTIMA_ACCOUNT.phoneNumber, id: 'env-optima' },
  numbers: { prefix: '+6281200', digits: 6, country: 'ID' },
  phone: { carrier: 'optima' },
  env: { OPTIMA_VERSION: version },
  // Up to 1.0.4 it is not told how long to ring; its own time is over before ours.
  patience: { version, jitterMs: 200, ringMs: 4500, queueMs: 700 },
  tells: {
    declined: 'busy',
    // Up to 1.0.4 there is no word for it but that the call is over.
    unserved: version === '1.0.3' ? 'no-answer' : 'error',
    noCaller: true,
    unreached: { status: 'failed', endReason: 'connection' },
  },
  lacks: {
    callbacks: NO_CALLBACKS,
    tokens: NO_CALLBACKS,
    ...(version === '1.0.3' ? { asked: 'up to 1.0.4 nothing answers how a call stands' } : {}),
  },
  wholeFrames(streams) {
    expect(streams.length).toBeGreaterThan(0)
    for (const { received, warnings } of streams) {
      expect(warnings).toEqual([])
      expect(received.bytes).toBe(received.media * 320)
    }
  },
  forged: () => [],
})

/** Without the country, however it was written. */
const local = (number = '') => number.replace(/^(\+62|62|0)/, '')
