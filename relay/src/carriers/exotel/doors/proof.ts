import { createHash, timingSafeEqual } from 'node:crypto'
import type { HouseNumber } from '../../../agents/house-number.ts'
import type { ExotelConfig } from '../config.ts'

/** Whether this is the key and token of the number's own account, as Basic credentials. */
export function hasBasic(number: HouseNumber, authorization: string | undefined): boolean {
  const given = /^Basic +([A-Za-z0-9+/]{1,2048}={0,2}) *$/i.exec(authorization ?? '')?.[1]
  if (given === undefined) return false
  const { apiKey, apiToken } = number.config as ExotelConfig
  return same(Buffer.from(given, 'base64').toString('utf8'), `${apiKey}:${apiToken}`)
}

/** In a time that tells nothing of where they differ. */
function same(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(one), hash(other))
}
