import type { HouseNumber } from '../agents/house-number.ts'
import type { PhoneBook } from '../agents/number-book.ts'
import { Problem } from '../protocol/index.ts'
import { CARRIER } from './access.ts'
import { type Endpoint, type HttpContext, webhook } from './endpoint.ts'
import { provenNumber } from './exotel/proof.ts'
import type { SocketRoute, Upgrade, UpgradeRequest } from './upgrade.ts'

/** The addresses of single numbers, whatever their carriers: which carrier's way it is, the number says. */

type Answer = (c: HttpContext, number: HouseNumber) => Promise<Response>

/** What a carrier asks and tells at a number's own addresses, the number proven already (Twilio's signature is still to be seen). */
export interface NumberWebhooks {
  asked?: Answer
  told?: Answer
}

/** A carrier's sound over `/api/telephony/ws/…`. */
export interface NumberSocket {
  /** Undefined is a 403. */
  admit(number: HouseNumber, request: UpgradeRequest): Promise<unknown>
  accept(admitted: unknown, upgrade: Upgrade): void
}

export function telephonyRoutes(o: { numbers: PhoneBook; carriers: Readonly<Record<string, NumberWebhooks>> }): Endpoint[] {
  const route = (what: keyof NumberWebhooks) => async (c: HttpContext) => {
    const number = await provenNumber(c, o.numbers)
    const answer = Object.hasOwn(o.carriers, number.provider) ? o.carriers[number.provider]?.[what] : undefined
    if (!answer || (number.provider === 'twilio' && c.req.method === 'GET')) {
      throw new Problem('forbidden', 'This address wants the number’s own secret.')
    }
    return answer(c, number)
  }
  return [
    webhook(CARRIER, 'post', '/api/telephony/webhook/{phoneId}/{secret}', route('asked')),
    webhook(CARRIER, 'get', '/api/telephony/webhook/{phoneId}/{secret}', route('asked')),
    webhook(CARRIER, 'post', '/api/telephony/webhook/{phoneId}', route('asked')),
    webhook(CARRIER, 'get', '/api/telephony/webhook/{phoneId}', route('asked')),
    webhook(CARRIER, 'post', '/api/telephony/status/{phoneId}/{secret}', route('told')),
  ]
}

export function telephonySockets(o: { numbers: Pick<PhoneBook, 'find'>; carriers: Readonly<Record<string, NumberSocket>> }): SocketRoute {
  return {
    path: '/api/telephony/ws/{phoneId}/{token}',
    pattern: /^\/api\/telephony\/ws\/([A-Za-z0-9_-]{1,64})(?:\/([A-Za-z0-9_-]{1,128}))?\/?$/,
    access: 'carrier',
    async admit(request) {
      const number = await o.numbers.find(request.parts[0] ?? '')
      const carrier = number && Object.hasOwn(o.carriers, number.provider) ? o.carriers[number.provider] : undefined
      const admitted = number && (await carrier?.admit(number, request))
      return carrier && admitted !== undefined ? { carrier, admitted } : undefined
    },
    accept(upgrade) {
      const { carrier, admitted } = upgrade.admitted as { carrier: NumberSocket; admitted: unknown }
      carrier.accept(admitted, upgrade)
    },
  }
}
