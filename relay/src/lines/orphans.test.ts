import { expect, test } from 'vitest'
import type { CarrierAccount } from '../carriers/carrier.ts'
import { createLogger } from '../logger.ts'
import { NUMBER } from './lines.test-kit.ts'
import { hangUpOrphans } from './orphans.ts'

test('those that an earlier run left open are hung up one by one, until the relay leaves', async () => {
  const leaving = new AbortController()
  const hungUp: string[] = []
  const hangUp = async (carrierCallId: string) => {
    hungUp.push(carrierCallId)
    if (hungUp.length === 2) leaving.abort()
    throw new Error('one that fails stops no other')
  }
  const orphans = ['CA1', 'CA2', 'CA3'].map((carrierCallId) => ({ callId: `of ${carrierCallId}`, carrierCallId, phoneNumberId: NUMBER.id }))
  const numbers = { find: async () => NUMBER, withSecret: async () => NUMBER, forCall: async () => NUMBER, forAnswer: async () => NUMBER }
  await hangUpOrphans(orphans, {
    numbers,
    open: () => ({ hangUp }) as Partial<CarrierAccount> as CarrierAccount,
    logger: createLogger({ level: 'silent' }),
    until: leaving.signal,
  })
  expect(hungUp).toEqual(['CA1', 'CA2'])
})
