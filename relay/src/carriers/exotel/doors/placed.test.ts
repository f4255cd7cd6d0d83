import { expect, it } from 'vitest'
import type { HouseNumber } from '../../../agents/house-number.ts'
import { TestClock } from '../../../clock.test-kit.ts'
import { createStreamTokens } from '../../../lines/stream-tokens.ts'
import { readSettings } from '../../../settings.ts'
import type { House } from '../../house.ts'
import { exotelDoors } from './index.ts'

it('the right that a call is placed with is still good when its phone is answered after minutes of queue and ringing, and not for ever', async () => {
  const clock = new TestClock()
  const tokens = createStreamTokens({ clock })
  const house = { settings: readSettings({}), clock, url: () => 'https://relay.example', socketUrl: () => 'wss://relay.example' }
  const number = { id: 'n_1', secret: 's' } as HouseNumber
  const urls = exotelDoors(house as unknown as House).urls?.({ callId: 'c_1', number, streamToken: (ms) => tokens.issue('c_1', ms) })
  const token = /\/ws\/n_1\/([^?]+)\?/.exec(urls?.stream ?? '')?.[1] ?? ''
  await clock.advance(299_000)
  expect(tokens.whose(token)).toBe('c_1')
  await clock.advance(2000)
  expect(tokens.whose(token)).toBeUndefined()
})
