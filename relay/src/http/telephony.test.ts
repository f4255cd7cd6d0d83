import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { KeptNumber } from '../agents/kept-number.ts'
import type { Doors } from '../carriers/house.ts'
import { CARRIER_TABLE } from '../carriers/index.ts'
import { createLogger } from '../logger.ts'
import { createMetrics } from '../metrics.ts'
import { Problem } from '../protocol/problem.ts'
import { createApp } from './app.ts'
import { telephonyRoutes, telephonySockets } from './telephony.ts'
import type { Upgrade } from './upgrade.ts'

/** Two numbers of every carrier of the house, at doors that only say who was asked. */

const CARRIERS = CARRIER_TABLE.map(({ name }) => name)
const NUMBERS = CARRIERS.flatMap((provider, at) =>
  [1, 2].map((n) => ({
    id: `pn_${provider}_${n}`,
    provider,
    secret: `secret-${provider}-${n}`,
    allowedAddresses: n === 2 ? ['192.0.2.1'] : [],
    at,
  })),
) as unknown as (KeptNumber & { at: number })[]
type What = 'asked' | 'told'

/** Who was let in, as `carrier what number`. */
const came: string[] = []
/** Some have no door for this or that: by their place in the table, so that all kinds are there. */
const hasDoor = (provider: string, what: What) => (CARRIERS.indexOf(provider) + (what === 'told' ? 1 : 0)) % 3 !== 2
const doors = new Map<string, Doors>(
  CARRIERS.map((carrier, at) => {
    const door = (what: What): Partial<Doors> =>
      hasDoor(carrier, what)
        ? {
            [what]: async (c: { body(text: string): Response }, number: KeptNumber) => {
              came.push(`${carrier} ${what} ${number.id}`)
              return c.body(`${carrier} ${what}`)
            },
          }
        : {}
    const opened: Doors = {
      ...door('asked'),
      ...door('told'),
      // Every other one knows a proof of its own.
      ...(at % 2 === 0 ? { proof: (c) => c.req.header('x-proof') === carrier } : {}),
      sound: {
        async admit(number, { parts }) {
          return parts[1] === `right-${number.id}` ? { carrier, number: number.id } : undefined
        },
        accept: (admitted) => void came.push(JSON.stringify(admitted)),
      },
    }
    return [carrier, opened]
  }),
)
const find = async (id: string) => NUMBERS.find((each) => each.id === id)
const numbers = {
  find,
  withSecret: async (id: string, secret: string) => NUMBERS.find((each) => each.id === id && each.secret === secret),
}
const doorsOf = (name: string) => doors.get(name)
const fromOf = (c: { req: { header(name: string): string | undefined } }) => c.req.header('x-from') ?? '192.0.2.1'

const { app } = createApp(
  telephonyRoutes({
    numbers,
    doors: doorsOf,
    mayCome: (c, number) => number.allowedAddresses.length === 0 || number.allowedAddresses.includes(fromOf(c)),
    callOf: () => undefined,
  }),
  {
    logger: createLogger({ level: 'silent' }),
    metrics: createMetrics({ activeCalls: () => 0, sockets: () => 0, logDepth: () => 0 }),
    trustProxy: { kind: 'none' },
    audit: { write: async () => undefined },
    consoleOrigins: () => [],
    gate: {
      identify: async () => {
        throw new Problem('unauthorized', 'Nobody signs in here.')
      },
      metricsToken: () => false,
    },
  },
)
beforeEach(() => {
  came.length = 0
})

describe('the addresses of single numbers', () => {
  it.each(NUMBERS)('$id: with its own secret it reaches its own carrier, by POST and by GET', async ({ id, provider, secret }) => {
    for (const method of ['POST', 'GET']) {
      const answer = await app.request(`/api/telephony/webhook/${id}/${secret}`, { method })
      const there = hasDoor(provider, 'asked')
      expect([answer.status, await answer.text()]).toEqual(there ? [200, `${provider} asked`] : [403, expect.stringContaining('secret')])
      expect(came.splice(0)).toEqual(there ? [`${provider} asked ${id}`] : [])
    }
    const told = await app.request(`/api/telephony/status/${id}/${secret}`, { method: 'POST' })
    expect(told.status).toBe(hasDoor(provider, 'told') ? 200 : 403)
    expect(came).toEqual(hasDoor(provider, 'told') ? [`${provider} told ${id}`] : [])
  })

  it('nobody comes in by another proof, and no refusal tells what was wrong', async () => {
    const id = fc.oneof(
      fc.constantFrom(...NUMBERS.map((each) => each.id), 'pn_nobody', 'env-none', '..', '%00', 'a'.repeat(200)),
      fc.string(),
    )
    const secret = fc.oneof(fc.constantFrom(...NUMBERS.map((each) => each.secret), undefined), fc.string({ maxLength: 30 }))
    const refusals = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<What>('asked', 'told'),
        fc.constantFrom('POST', 'GET'),
        id,
        secret,
        fc.constantFrom(undefined, ...CARRIERS),
        fc.constantFrom('192.0.2.1', '192.0.2.2'),
        async (what, method, phoneId, given, proof, from) => {
          came.length = 0
          const tail = given === undefined ? '' : `/${encodeURIComponent(given)}`
          const path = `/api/telephony/${what === 'asked' ? 'webhook' : 'status'}/${encodeURIComponent(phoneId)}${tail}`
          const answer = await app.request(path, { method, headers: { 'x-from': from, ...(proof ? { 'x-proof': proof } : {}) } })
          const number = NUMBERS.find((each) => each.id === phoneId)
          const addressed = what === 'asked' || (method === 'POST' && given !== undefined && given !== '')
          const proven =
            given === undefined || given === '' ? number && number.at % 2 === 0 && proof === number.provider : given === number?.secret
          const welcome = !number?.allowedAddresses.length || number.allowedAddresses.includes(from)
          const mayCome = number && addressed && proven && welcome && hasDoor(number.provider, what)
          expect(came).toEqual(mayCome ? [`${number.provider} ${what} ${number.id}`] : [])
          if (mayCome) return
          expect([403, 404]).toContain(answer.status)
          if (answer.status === 403) refusals.add(await answer.text())
        },
      ),
      { numRuns: 3000 },
    )
    expect(refusals.size).toBe(1)
  })
})

describe('the sockets of single numbers', () => {
  const route = telephonySockets({ numbers, doors: doorsOf, claimedBy: () => undefined })
  const ask = async (path: string, address = '192.0.2.1') => {
    const parts = route.pattern.exec(path)?.slice(1)
    return parts && route.admit?.({ url: path, parts, headers: {}, address })
  }

  it.each(NUMBERS)('$id: its right opens its own carrier’s socket, no other number’s does', async ({ id, provider }) => {
    for (const other of NUMBERS) {
      const admitted = await ask(`/api/telephony/ws/${other.id}/right-${id}`)
      if (other.id !== id) expect(admitted).toBeUndefined()
      else route.accept({ admitted } as Upgrade)
    }
    expect(came).toEqual([JSON.stringify({ carrier: provider, number: id })])
  })

  it('opens for no address that is not let in, and for no number that nobody has', async () => {
    const [first] = NUMBERS.filter(({ allowedAddresses }) => allowedAddresses.length > 0)
    expect(await ask(`/api/telephony/ws/${first?.id}/right-${first?.id}`)).toBeDefined()
    expect(await ask(`/api/telephony/ws/${first?.id}/right-${first?.id}`, '192.0.2.2')).toBeUndefined()
    expect(await ask('/api/telephony/ws/pn_nobody/right-pn_nobody')).toBeUndefined()
  })
})
