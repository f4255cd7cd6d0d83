import { createHash, timingSafeEqual } from 'node:crypto'
import { mayCome } from '../../access/client-address.ts'
import type { HouseNumber } from '../../agents/house-number.ts'
import type { PhoneBook } from '../../agents/number-book.ts'
import type { ExotelConfig } from '../../carriers/exotel/config.ts'
import { Problem } from '../../protocol/index.ts'
import type { HttpContext } from '../endpoint.ts'

/** The number whose secret, or whose key and token as Basic credentials, a request has. @throws Problem forbidden, the same for whatever is wrong */
export async function provenNumber(c: HttpContext, numbers: Pick<PhoneBook, 'find' | 'withSecret'>): Promise<HouseNumber> {
  const [phoneId, secret] = [c.req.param('phoneId') ?? '', c.req.param('secret')]
  const number = secret === undefined ? await numbers.find(phoneId) : await numbers.withSecret(phoneId, secret)
  const basic = secret !== undefined || (number !== undefined && hasBasic(number, c.req.header('authorization')))
  // Twilio signs: its numbers' own route asks for that.
  if (number && (basic || number.provider === 'twilio') && mayCome(c.get('address'), number.allowedAddresses)) return number
  throw new Problem('forbidden', 'This address wants the number’s own secret.')
}

/** Whether this is the key and token of the number's own account. */
export function hasBasic(number: HouseNumber, authorization: string | undefined): boolean {
  const given = /^Basic +([A-Za-z0-9+/]{1,2048}={0,2}) *$/i.exec(authorization ?? '')?.[1]
  if (number.provider !== 'exotel' || given === undefined) return false
  const { apiKey, apiToken } = number.config as ExotelConfig
  return same(Buffer.from(given, 'base64').toString('utf8'), `${apiKey}:${apiToken}`)
}

/** In a time that tells nothing of where they differ. */
function same(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(one), hash(other))
}
