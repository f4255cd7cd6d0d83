import { afterEach, expect, it } from 'vitest'
import { createKeyring } from '../access/encryption.ts'
import { rewrapAll } from '../access/rewrap.ts'
import { CARRIER_TABLE } from '../carriers/index.ts'
import { systemClock } from '../clock.ts'
import { readSettings } from '../settings.ts'
import type { Store } from '../store/open.ts'
import { agents, environmentNumbers, phoneNumbers } from '../store/schema.ts'
import { eachStore } from '../store/store.test-kit.ts'
import { createPhoneNumbers, type NewNumber } from './phone-numbers.ts'

const KEYS = [1, 2].map((each) => Buffer.alloc(32, each).toString('base64')) as [string, string]
const TWILIO = { TWILIO_ACCOUNT_SID: `AC${'ab'.repeat(16)}`, TWILIO_AUTH_TOKEN: 'house', TWILIO_PHONE_NUMBER: '+12025550177' }
const EXOTEL = { EXOTEL_API_KEY: 'k', EXOTEL_API_TOKEN: 't', EXOTEL_SID: 's', EXOTEL_CALLER_ID: '08022222222' }
const twilioConfig = { accountSid: `AC${'cd'.repeat(16)}`, authToken: 'own' }
const exotelConfig = { apiKey: 'k', apiToken: 't', sid: 's' }

let nowMs = Date.UTC(2026, 10, 21)
/** Everything is a second younger than what came before it. */
function tick(): number {
  nowMs += 1000
  return nowMs
}
function on(store: Store, o: { env?: Record<string, string>; authSecret?: string; keyring?: ReturnType<typeof createKeyring> } = {}) {
  return createPhoneNumbers({
    store,
    keyring: o.keyring ?? createKeyring({ current: KEYS[0], old: [] }),
    clock: { ...systemClock, nowMs: tick },
    carriers: CARRIER_TABLE,
    settings: readSettings(o.env ?? {}),
    authSecret: o.authSecret ?? 'the auth secret of these tests, long enough',
  })
}
const twilio = (phoneNumber: string, more: object = {}): NewNumber => ({
  phoneNumber,
  provider: 'twilio',
  configs: { twilio: twilioConfig },
  ...more,
})
const exotel = (phoneNumber: string, more: object = {}): NewNumber => ({
  phoneNumber,
  provider: 'exotel',
  configs: { exotel: exotelConfig },
  ...more,
})

eachStore('the house’s numbers', (room) => {
  async function agent(id: string, organisationId = 'org') {
    const at = new Date(tick())
    await room.store.db.insert(agents).values({ id, organisationId, persona: {}, createdAt: at, updatedAt: at })
    return id
  }
  afterEach(async () => {
    for (const table of [phoneNumbers, environmentNumbers, agents]) await room.store.db.delete(table)
  })

  it('are found by their secret and stream token alone, each in its own place', async () => {
    const numbers = on(room.store)
    const made = await numbers.create('org', exotel('+919876543210', { agentId: await agent('a') }))
    const { id, secret, streamToken } = made
    expect(await numbers.withSecret(id, secret)).toEqual(made)
    expect(made).toMatchObject({ organisationId: 'org', agentId: 'a', active: true, inboundAnswer: 'auto', config: exotelConfig })
    expect(await numbers.withStreamToken(id, streamToken)).toEqual(made)
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
    for (const wrong of [streamToken, '', `${secret}A`, secret.slice(0, -1), secret.toUpperCase(), 'ünicode']) {
      expect(await numbers.withSecret(id, wrong)).toBeUndefined()
    }
    expect(await numbers.withStreamToken(id, secret)).toBeUndefined()
    expect(await numbers.withSecret('pn_nobody', secret)).toBeUndefined()
  })

  it('have new secrets after rotation, at once and only the one that was rotated', async () => {
    const numbers = on(room.store, { env: TWILIO })
    const [one, other] = [await numbers.create('org', exotel('+919876543210')), await numbers.create('org', exotel('+919876543211'))]
    const fixed = await numbers.find('env-twilio')
    for (const before of [one, fixed]) {
      if (!before) throw new Error('no such number')
      const after = await numbers.rotateSecret('org', before.id)
      expect(await numbers.withSecret(before.id, before.secret)).toBeUndefined()
      expect(await numbers.withStreamToken(before.id, before.streamToken)).toBeUndefined()
      expect(await numbers.withSecret(before.id, after?.secret ?? '')).toMatchObject({ id: before.id, config: before.config })
      const again = await numbers.rotateSecret('org', before.id)
      expect(new Set([before.secret, after?.secret, again?.secret]).size).toBe(3)
    }
    expect(await numbers.withSecret(other.id, other.secret)).toBeDefined()
    expect(await numbers.rotateSecret('other', one.id)).toBeUndefined()
    expect(await numbers.rotateSecret('other', 'env-twilio')).toBeUndefined()
  })

  it('of the environment are there without a row, the first organisation’s, the same after every start and for every relay', async () => {
    const [one, two] = [on(room.store, { env: TWILIO }), on(room.store, { env: TWILIO })]
    const fixed = await one.find('env-twilio')
    expect(await two.find('env-twilio')).toEqual(fixed)
    expect(fixed).toMatchObject({
      organisationId: 'org',
      phoneNumber: '+12025550177',
      fromEnvironment: true,
      config: { authToken: 'house' },
    })
    expect(await one.list('org')).toEqual([fixed])
    expect(await one.list('other')).toEqual([])
    const elsewhere = await on(room.store, { env: TWILIO, authSecret: 'another auth secret, also long enough' }).find('env-twilio')
    expect(elsewhere?.secret).not.toBe(fixed?.secret)
    expect(await on(room.store).find('env-twilio')).toBeUndefined()
    expect(await on(room.store, { env: { ...TWILIO, TWILIO_AUTH_TOKEN: '' } }).list('org')).toEqual([])
  })

  it('of the environment can be linked, and changed in nothing else', async () => {
    const numbers = on(room.store, { env: { ...TWILIO, ...EXOTEL } })
    await agent('a')
    const told = { displayName: '+918022222222', active: true, inboundAnswer: 'auto', allowedIps: [], carriers: [] } as const
    const config = { configs: { exotel: { region: 'in' } } }
    expect(await numbers.update('org', 'env-exotel', { ...told, ...config, provider: 'exotel' })).toMatchObject({ id: 'env-exotel' })
    for (const other of [{ region: 'sg' }, { region: 'in', domain: 'api.exotel.com' }, { apiKey: 'k' }]) {
      await expect(numbers.update('org', 'env-exotel', { configs: { exotel: other } })).rejects.toMatchObject({ code: 'conflict' })
    }
    expect(await numbers.update('org', 'env-twilio', { agentId: 'a' })).toMatchObject({ agentId: 'a' })
    expect(await numbers.update('org', 'env-twilio', { agentId: 'a', active: true, phoneNumber: '+1 202 555 0177' })).toMatchObject({
      agentId: 'a',
    })
    for (const change of [
      { active: false },
      { displayName: 'x' },
      { phoneNumber: '+12025550178' },
      { configs: { twilio: twilioConfig } },
      { allowedIps: ['1.2.3.4'] },
      { carriers: ['exotel'] },
    ]) {
      await expect(numbers.update('org', 'env-twilio', { agentId: null, ...change })).rejects.toMatchObject({ code: 'conflict' })
    }
    await expect(numbers.remove('org', 'env-twilio')).rejects.toMatchObject({ code: 'conflict' })
    await expect(numbers.create('org', twilio('+12025550177'))).rejects.toMatchObject({ code: 'conflict' })
    await numbers.rotateSecret('org', 'env-twilio')
    expect(await on(room.store, { env: TWILIO }).find('env-twilio')).toMatchObject({ agentId: 'a' })
    expect(await numbers.update('org', 'env-twilio', { agentId: null })).toMatchObject({ agentId: undefined })
  })

  it('go out: the one named, the agent’s own, else the newest of the carrier that can ring', async () => {
    const numbers = on(room.store, { env: TWILIO })
    const asked = async (o: object) => (await numbers.forCall({ organisationId: 'org', agentId: 'a', ...o }))?.id
    await agent('a')
    await agent('b')
    expect(await asked({})).toBe('env-twilio')
    const older = await numbers.create('org', twilio('+12025550101'))
    const newer = await numbers.create('org', twilio('+12025550102', { agentId: 'b' }))
    const jiocx = { organizationName: 'Shop', username: 'shop', password: 'hunter2' }
    const mute = await numbers.create('org', { phoneNumber: '+919876543210', provider: 'jiocx', configs: { jiocx } })
    const theirs = await numbers.create('other', twilio('+12025550103'))
    // A number whose carrier cannot ring yet is taken when it was asked for, and only then.
    expect(await asked({})).toBe(newer.id)
    expect(await asked({ carrier: 'jiocx' })).toBe(mute.id)
    await numbers.update('org', older.id, { agentId: 'a' })
    expect(await asked({})).toBe(older.id)
    expect(await asked({ carrier: 'twilio' })).toBe(older.id)
    expect(await asked({ phoneNumberId: newer.id })).toBe(newer.id)
    expect(await asked({ phoneNumberId: 'env-twilio' })).toBe('env-twilio')
    expect(await asked({ phoneNumberId: newer.id, carrier: 'exotel' })).toBeUndefined()
    expect(await asked({ phoneNumberId: theirs.id })).toBeUndefined()
    await numbers.update('org', older.id, { active: false })
    expect(await asked({})).toBe(newer.id)
    expect(await asked({ phoneNumberId: older.id })).toBeUndefined()
    expect((await numbers.forCall({ organisationId: 'other', agentId: 'a' }))?.id).toBe(theirs.id)
    await numbers.update('org', 'env-twilio', { agentId: 'a' })
    expect(await asked({})).toBe('env-twilio')
    expect(await asked({ carrier: 'exotel' })).toBeUndefined()
  })

  it('that are dialled: the environment’s first, then whoever brought it first; the others may prove themselves', async () => {
    const numbers = on(room.store, { env: TWILIO })
    const squatter = await numbers.create('other', twilio('+12025550177'))
    const [first, second] = [await numbers.create('org', twilio('+12025550101')), await numbers.create('other', twilio('+12025550101'))]
    expect((await numbers.claimants('twilio', '+12025550177')).map(({ id }) => id)).toEqual(['env-twilio', squatter.id])
    expect((await numbers.claimants('twilio', '+12025550101')).map(({ id }) => id)).toEqual([first.id, second.id])
    expect(await numbers.claimants('exotel', '+12025550101')).toEqual([])
  })

  it('are answered by their agent, else by the organisation’s newest', async () => {
    const numbers = on(room.store)
    const number = await numbers.create('org', twilio('+12025550101'))
    expect(await numbers.answeringAgent(number)).toBeUndefined()
    for (const id of ['z-old', 'a-new']) await agent(id)
    await agent('theirs', 'other')
    expect(await numbers.answeringAgent(number)).toBe('a-new')
    const linked = await numbers.update('org', number.id, { agentId: 'z-old' })
    expect(linked && (await numbers.answeringAgent(linked))).toBe('z-old')
  })

  it('hold nothing in the open, and open still under a new ENCRYPTION_KEY', async () => {
    const made = await on(room.store).create('org', twilio('+12025550101'))
    const [row] = await room.store.db.select().from(phoneNumbers)
    const sealed = [row?.config, row?.secret, row?.streamToken].map((each) => Buffer.from(each ?? []).toString('latin1')).join()
    for (const text of [made.secret, made.streamToken, twilioConfig.authToken, twilioConfig.accountSid]) expect(sealed).not.toContain(text)
    const moved = createKeyring({ current: KEYS[1], old: [KEYS[0]] })
    await rewrapAll(room.store, moved)
    const fresh = { ...room.store }
    expect(await on(fresh, { keyring: createKeyring({ current: KEYS[1], old: [] }) }).find(made.id)).toEqual(made)
    await rewrapAll(room.store, createKeyring({ current: KEYS[0], old: [KEYS[1]] }))
  })

  it('that two ask for at once are one; a change to a taken one is refused whole', async () => {
    const numbers = on(room.store)
    const asked = await Promise.allSettled([0, 1, 2, 3].map(() => numbers.create('org', twilio('+12025550101'))))
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const second = await numbers.create('org', twilio('+12025550102'))
    await expect(numbers.update('org', second.id, { phoneNumber: '+12025550101', displayName: 'x' })).rejects.toMatchObject({
      code: 'conflict',
    })
    expect(await numbers.find(second.id)).toEqual(second)
  })
})
