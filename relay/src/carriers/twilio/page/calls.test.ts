import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HouseNumber } from '../../../agents/house-number.ts'
import { readSettings } from '../../../settings.ts'
import { TwilioConfig } from '../config.ts'
import { createPageCalls, pageOf, readPageVisit } from './calls.ts'
import { CONNECT_MS } from './ticket.ts'

const hex = (letter: string) => letter.repeat(32)
const config = TwilioConfig.parse({
  accountSid: `AC${hex('1')}`,
  authToken: 'a-token-of-tests',
  apiKeySid: `SK${hex('2')}`,
  apiKeySecret: 'the-secret-of-the-key',
  twimlAppSid: `AP${hex('3')}`,
})
const number = (o: Partial<HouseNumber> = {}): HouseNumber => ({
  id: 'p_1',
  organisationId: 'org_1',
  provider: 'twilio',
  phoneNumber: '+12025550199',
  config,
  active: true,
  agentId: undefined,
  inboundAnswer: 'auto',
  allowedAddresses: [],
  secret: 'x',
  fromEnvironment: false,
  ...o,
})

function house(env: Record<string, string> = {}) {
  let atMs = 1_800_000_000_000
  const hungUp: string[] = []
  const pages = createPageCalls({
    clock: { nowMs: () => atMs, monotonicMs: () => atMs, after: () => () => undefined },
    settings: readSettings(env),
    hangUp: (callId) => hungUp.push(callId),
  })
  return { pages, hungUp, pass: (ms: number) => (atMs += ms) }
}
const ticketOf = (params: Readonly<Record<string, string>>) => params.ticket ?? ''
const visit = (callId: string, ticket: string, carrierCallId = 'CA1') => ({ callId, ticket, carrierCallId })

describe('a page that goes to Twilio', () => {
  it('is let in for one connect, which Twilio may ask about again', async () => {
    const { pages } = house()
    const { accessToken, connectParams, expiresAtMs } = await pages.invite('c1', number())
    const claims = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())
    expect(claims).toMatchObject({
      iss: config.apiKeySid,
      sub: config.accountSid,
      grants: { identity: 'c1', voice: { outgoing: { application_sid: config.twimlAppSid } } },
    })
    // A page is rung by nobody.
    expect(claims.grants.voice.incoming).toBeUndefined()
    expect(claims.exp * 1000).toBe(expiresAtMs)
    const came = visit('c1', ticketOf(connectParams))
    expect(pages.claim(came, number())).toMatchObject({ callId: 'c1' })
    expect(pages.claim(came, number())).toMatchObject({ callId: 'c1' })
    expect(pages.claim({ ...came, carrierCallId: 'CA2' }, number())).toBeUndefined()
  })

  it('is not let in with another’s ticket, too late, after its call, or by another account', async () => {
    const { hungUp, pages, pass } = house()
    const one = await pages.invite('c1', number())
    const two = await pages.invite('c2', number())
    expect(pages.claim(visit('c1', ticketOf(two.connectParams)), number())).toBeUndefined()
    expect(pages.claim(visit('c1', ''), number())).toBeUndefined()
    expect(pages.claim(visit('c3', ticketOf(one.connectParams)), number())).toBeUndefined()
    const stranger = number({ config: { ...config, accountSid: `AC${hex('9')}` } })
    expect(pages.claim(visit('c1', ticketOf(one.connectParams)), stranger)).toBeUndefined()
    expect(pages.claim(visit('c1', ticketOf(one.connectParams)), number({ organisationId: 'org_2' }))).toBeUndefined()
    two.line.hangUp()
    expect(pages.claim(visit('c2', ticketOf(two.connectParams)), number())).toBeUndefined()
    expect(hungUp).toEqual(['c2'])
    pass(CONNECT_MS + 1)
    expect(pages.claim(visit('c1', ticketOf(one.connectParams)), number())).toBeUndefined()
    expect(pages.size).toBe(1)
  })

  it.each([
    ['https://api.dublin.ie1.twilio.com', 'ie1'],
    ['https://api.sydney.au1.twilio.com', 'au1'],
    ['https://api.twilio.com', undefined],
    ['https://twilio.shop.example', undefined],
  ])('is let in where the account lives: %s', async (base, region) => {
    const headerOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { twr?: string }
    const byNumber = await house().pages.invite('c1', number({ config: { ...config, apiBaseUrl: base } }))
    const { pages } = house({ TWILIO_API_BASE_URL: base })
    const byHouse = await pages.invite('c1', number())
    const renewed = await pages.renew('c1')
    for (const one of [byNumber, byHouse, renewed]) expect(headerOf(one?.accessToken ?? '').twr).toBe(region)
  })

  it('gets a new token while its call lives', async () => {
    const { pages, pass } = house()
    const { accessToken, line } = await pages.invite('c1', number())
    pass(500_000)
    expect((await pages.renew('c1'))?.accessToken).not.toBe(accessToken)
    line.hangUp()
    expect(await pages.renew('c1')).toBeUndefined()
    expect(await pages.renew('nobody')).toBeUndefined()
  })

  it('whatever comes in whatever order: one call of Twilio’s a ticket, and only with the right one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ call: fc.nat(2), ticket: fc.nat(3), sid: fc.nat(2), ms: fc.nat(40_000), ends: fc.boolean() }), {
          maxLength: 20,
        }),
        async (steps) => {
          const { pages, pass } = house()
          const invitations = await Promise.all([0, 1, 2].map((call) => pages.invite(`c${call}`, number())))
          const tickets = [...invitations.map(({ connectParams }) => ticketOf(connectParams)), 'forged']
          const taken = new Map<number, number>()
          const over = new Set<number>()
          let atMs = 0
          for (const { call, ends, ms, sid, ticket } of steps) {
            if (ends) {
              invitations[call]?.line.hangUp()
              over.add(call)
              continue
            }
            pass(ms)
            atMs += ms
            const fits = call === ticket && !over.has(call) && (taken.get(call) ?? sid) === sid && (taken.has(call) || atMs <= CONNECT_MS)
            expect(pages.claim(visit(`c${call}`, tickets[ticket] ?? '', `CA${sid}`), number()) !== undefined).toBe(fits)
            if (fits) taken.set(call, sid)
          }
        },
      ),
    )
  })

  it('says what a number lacks', () => {
    const { pages } = house()
    expect(pages.lacks(number())).toBeUndefined()
    const { apiKeySecret: _, twimlAppSid: __, ...bare } = config
    expect(pages.lacks(number({ config: bare }))).toBe('apiKeySecret, twimlAppSid in this number’s twilioConfig')
    expect(pages.lacks(number({ config: bare, fromEnvironment: true }))).toBe('TWILIO_API_KEY_SECRET, TWILIO_TWIML_APP_SID')
  })

  it('opens nothing for whatever a form may say', async () => {
    const { pages } = house()
    const { connectParams } = await pages.invite('c1', number())
    const word = fc.oneof(
      fc.string({ maxLength: 40, unit: 'binary' }),
      fc.constantFrom('client:c1', 'client:', 'CA1', 'c1', ticketOf(connectParams).slice(1)),
    )
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('From', 'CallSid', 'ticket', 'To', '__proto__'), fc.array(word, { maxLength: 2 })),
        (fields) => {
          const visit = readPageVisit(new Map(Object.entries(fields)))
          return visit === undefined || pages.claim(visit, number()) === undefined
        },
      ),
      { numRuns: 100_000 },
    )
    expect(pages.size).toBe(1)
    expect(pages.claim(visit('c1', ticketOf(connectParams)), number())).toBeDefined()
  })

  it('reads what Twilio asks', () => {
    const form = (fields: Record<string, string>) => new Map(Object.entries(fields).map(([key, value]) => [key, [value]]))
    expect(readPageVisit(form({ From: 'client:c1', CallSid: 'CA1', To: '', ticket: 't' }))).toEqual({
      callId: 'c1',
      carrierCallId: 'CA1',
      ticket: 't',
    })
    expect(readPageVisit(form({ From: 'client:c1', CallSid: 'CA1' }))?.ticket).toBe('')
    expect(readPageVisit(form({ From: '+12025550101', CallSid: 'CA1', ticket: 't' }))).toBeUndefined()
    expect(readPageVisit(form({ From: 'client:c1', CallSid: 'nothing' }))).toBeUndefined()
    expect(pageOf(form({ From: 'client:' }))).toBeUndefined()
  })
})
