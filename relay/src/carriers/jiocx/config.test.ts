import { afterEach, describe, expect, it } from 'vitest'
import { mergedConfig } from '../../agents/number-config.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { createLogger } from '../../logger.ts'
import { readSettings } from '../../settings.ts'
import { JiocxConfig } from './config.ts'
import { type JiocxHouse, openHouse } from './house.test-kit.ts'
import { jiocx } from './index.ts'

/** What an account has to give depends on how it is asked. */

const USER = { organizationName: 'ORG', username: 'USER', password: 'PASS' }
type Env = Record<string, string>
const stored = (given: object, env: Env = {}) =>
  mergedConfig({ carrier: jiocx, given: given as Record<string, unknown>, settings: readSettings(env) })

describe('a number at JioCX', () => {
  it.each<[object, Env]>([
    [{ auth: 'api-key', apiKey: 'K' }, {}],
    [{ apiKey: 'K' }, { JIOCX_AUTH: 'api-key' }],
    [{ auth: 'api-key', headers: { 'X-Token': 'T' } }, {}],
    [{}, { JIOCX_AUTH: 'api-key', JIOCX_BODY: '{"token":"T"}' }],
    [{ ...USER, auth: 'login' }, { JIOCX_AUTH: 'api-key' }],
    [{ ...USER, auth: 'body' }, {}],
    [USER, {}],
  ])('may be %j in a house of %j', (given, env) => {
    expect(stored(given, env)).toMatchObject(given)
  })

  it.each<[object, Env, string[], string]>([
    [{ auth: 'api-key' }, {}, ['apiKey'], 'api-key'],
    [{ ...USER }, { JIOCX_AUTH: 'api-key' }, ['apiKey'], 'api-key'],
    [{ apiKey: 'K' }, {}, ['organizationName', 'username', 'password'], 'login'],
    [{ ...USER, auth: 'body', username: null }, {}, ['username'], 'body'],
    [{ auth: 'login', headers: { 'X-Token': 'T' }, username: 'USER', organizationName: 'ORG' }, {}, ['password'], 'login'],
  ])('%j in a house of %j lacks %j', (given, env, names, auth) => {
    expect(() => stored(given, env)).toThrow(
      expect.objectContaining({
        errors: names.map((name) => ({ path: `jiocxConfig.${name}`, message: `is needed where auth is ${auth}` })),
      }),
    )
  })

  it('stored for another way of being asked is refused, and nothing rings', () => {
    const config = JiocxConfig.parse({ apiKey: 'K' })
    const open = () => jiocx.open(config, { settings: readSettings({}), clock: new TestClock(), logger: createLogger({ level: 'silent' }) })
    expect(open).toThrow('This number’s jiocxConfig.organizationName is needed where auth is login: set it.')
  })

  it('is asked by https: nothing can be asked at wss', () => {
    expect(JiocxConfig.safeParse({ ...USER, apiBaseUrl: 'wss://api.jiocx.com/v1' }).error?.issues).toMatchObject([
      { path: ['apiBaseUrl'], message: 'must begin with https://' },
    ])
  })
})

describe('the environment', () => {
  it('sets a number up by an API key and a sender, where that is how it is asked', () => {
    const env = { JIOCX_AUTH: 'api-key', JIOCX_API_KEY: 'K', JIOCX_SENDER_ID: 'SENDER' }
    expect(jiocx.fromEnvironment(readSettings(env))).toEqual({ config: { apiKey: 'K', senderId: 'SENDER' }, phoneNumber: 'SENDER' })
    for (const name of Object.keys(env))
      expect([name, jiocx.fromEnvironment(readSettings({ ...env, [name]: '' }))]).toEqual([name, undefined])
  })

  describe('the doctor', () => {
    let house: JiocxHouse
    afterEach(() => house.close())
    const found = async (env: Env) => {
      house = await openHouse({ JIOCX_ORGANIZATION_NAME: '', JIOCX_USERNAME: '', JIOCX_PASSWORD: '', ...env })
      house.vendor.answers({ status: 404, body: {} })
      return (await house.examined()).slice(0, 2)
    }

    it.each<[Env, string[]]>([
      [{ JIOCX_AUTH: 'api-key', JIOCX_API_KEY: 'K' }, ['ok account and sender are set', 'ok JioCX takes the API key']],
      [{ JIOCX_AUTH: 'api-key', JIOCX_HEADERS: '{"X-Token":"T"}' }, ['ok account and sender are set', 'ok JioCX takes the API key']],
      [{ JIOCX_AUTH: 'api-key' }, ['note off: JIOCX_API_KEY is missing, the rest is set']],
      [
        { JIOCX_AUTH: 'body', JIOCX_USERNAME: 'USER' },
        ['note off: JIOCX_ORGANIZATION_NAME and JIOCX_PASSWORD are missing, the rest is set'],
      ],
      [
        { JIOCX_SENDER_ID: '', JIOCX_AUTH: 'api-key' },
        ['note off: set JIOCX_API_KEY and JIOCX_SENDER_ID, or import a number under /api/phone-numbers'],
      ],
    ])('of %j finds %j', async (env, findings) => {
      expect(await found(env)).toEqual(findings)
    })
  })
})
