import { mayCome } from '../access/client-address.ts'
import type { HouseNumber } from '../agents/house-number.ts'
import type { PhoneBook } from '../agents/number-book.ts'
import type { CarrierRoute, Doors, NumberSocket } from '../carriers/house.ts'
import { Problem } from '../protocol/index.ts'
import { CARRIER } from './access.ts'
import { type Endpoint, type HttpContext, ofCall, webhook } from './endpoint.ts'
import type { SocketRoute } from './upgrade.ts'

/** The addresses of single numbers, whatever their carriers: which carrier's way it is, the number says. */

type DoorsOf = (carrier: string) => Doors | undefined

export function telephonyRoutes(o: {
  numbers: Pick<PhoneBook, 'find' | 'withSecret'>
  doors: DoorsOf
  mayCome: (c: HttpContext, number: HouseNumber) => boolean
  callOf: NonNullable<Endpoint['callOf']>
}): Endpoint[] {
  /** The number whose secret, or whose carrier's own proof, a request has. @throws Problem forbidden, the same for whatever is wrong */
  async function proven(c: HttpContext): Promise<{ number: HouseNumber; doors: Doors }> {
    const [phoneId, secret] = [c.req.param('phoneId') ?? '', c.req.param('secret')]
    if (!isId(phoneId)) throw wrong()
    const number = secret === undefined ? await o.numbers.find(phoneId) : await o.numbers.withSecret(phoneId, secret)
    const doors = number && o.doors(number.provider)
    if (number && doors && (secret !== undefined || doors.proof?.(c, number)) && o.mayCome(c, number)) return { number, doors }
    throw wrong()
  }
  const route = (what: 'asked' | 'told') => async (c: HttpContext) => {
    const { doors, number } = await proven(c)
    const answer = doors[what]
    if (!answer) throw wrong()
    return answer(c, number)
  }
  return [
    webhook(CARRIER, 'post', '/api/telephony/webhook/{phoneId}/{secret}', route('asked')),
    webhook(CARRIER, 'get', '/api/telephony/webhook/{phoneId}/{secret}', route('asked')),
    webhook(CARRIER, 'post', '/api/telephony/webhook/{phoneId}', route('asked')),
    webhook(CARRIER, 'get', '/api/telephony/webhook/{phoneId}', route('asked')),
    webhook(CARRIER, 'post', '/api/telephony/status/{phoneId}/{secret}', route('told')),
  ].map((each) => ofCall(each, o.callOf))
}

const wrong = () => new Problem('forbidden', 'This address wants the number’s own secret.')

/** A carrier's own route, which sees to its proof itself. What can be no id of ours is not looked for. */
export const carrierRoute = ({ answer, method, path }: CarrierRoute, callOf: NonNullable<Endpoint['callOf']>): Endpoint => {
  const route = webhook(CARRIER, method, path, (c) => {
    if (Object.values(c.req.param()).every(isId)) return answer(c)
    throw new Problem('not_found', 'There is nothing under this address.')
  })
  return ofCall(route, callOf)
}

const isId = (text: string) => /^[A-Za-z0-9_-]{1,128}$/.test(text)

export function telephonySockets(o: {
  numbers: Pick<PhoneBook, 'find'>
  doors: DoorsOf
  claimedBy: (token: string) => string | undefined
}): SocketRoute {
  return {
    path: '/api/telephony/ws/{phoneId}/{token}',
    pattern: /^\/api\/telephony\/ws\/([A-Za-z0-9_-]{1,64})(?:\/([A-Za-z0-9_-]{1,128}))?\/?$/,
    access: 'carrier',
    callOf: ({ parts }) => o.claimedBy(parts[1] ?? ''),
    async admit(request) {
      const number = await o.numbers.find(request.parts[0] ?? '')
      if (!number || !mayCome(request.address, number.allowedAddresses)) return undefined
      const carrier = o.doors(number.provider)?.sound
      const admitted = await carrier?.admit(number, request)
      return carrier && admitted !== undefined ? { carrier, admitted } : undefined
    },
    accept(upgrade) {
      const { carrier, admitted } = upgrade.admitted as { carrier: NumberSocket; admitted: unknown }
      carrier.accept(admitted, upgrade)
    },
  }
}
