import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSettings } from '../settings.ts'
import { hostFault, hostMatches } from './config-kind.ts'
import { exotelConfig } from './exotel/config.ts'
import { CARRIER_TABLE } from './index.ts'
import { jiocxConfig } from './jiocx/config.ts'
import { optimaConfig } from './optima/config.ts'
import { twilioConfig } from './twilio/config.ts'

const exotel = (more: object = {}) => exotelConfig.schema.parse({ apiKey: 'k', apiToken: 't', sid: 'shop1', ...more })
const twilio = (more: object = {}) => twilioConfig.schema.parse({ accountSid: `AC${'0'.repeat(32)}`, authToken: 't', ...more })

describe('where credentials of a number may go', () => {
  it.each([
    ['api.in.exotel.com', undefined],
    ['API.exotel.com', undefined],
    ['exotel.com', 'must lead to *.exotel.com'],
    ['evilexotel.com', 'must lead to *.exotel.com'],
    ['api.exotel.com.evil.example', 'must lead to *.exotel.com'],
    ['127.0.0.1:9', 'must lead to *.exotel.com'],
  ])('Exotel at %s: %s', (domain, fault) => {
    expect(hostFault(exotelConfig, exotel({ domain }), readSettings({}))).toBe(fault)
  })

  it('the owner of the house may allow more of them', () => {
    const settings = readSettings({ EXOTEL_ALLOWED_HOSTS: 'pbx.example, *.calls.example', EXOTEL_API_BASE_URL: 'http://127.0.0.1:4000' })
    for (const domain of ['pbx.example', 'a.calls.example', '127.0.0.1:4000']) {
      expect(hostFault(exotelConfig, exotel({ domain }), settings)).toBeUndefined()
    }
    for (const domain of ['b.pbx.example', 'calls.example', '127.0.0.1:4001']) {
      expect(hostFault(exotelConfig, exotel({ domain }), settings)).toContain('must lead to')
    }
    expect(exotelConfig.origin(exotel({ domain: '127.0.0.1:4000' }), settings)).toBe('http://127.0.0.1:4000')
    expect(exotelConfig.origin(exotel(), settings)).toBe('http://127.0.0.1:4000')
  })

  it('another address than the carrier’s or the environment’s gets none', () => {
    const own = readSettings({ TWILIO_API_BASE_URL: 'http://127.0.0.1:4001' })
    const fault = (apiBaseUrl: string, settings = own) => hostFault(twilioConfig, twilio({ apiBaseUrl }), settings)
    expect(fault('https://api.dublin.ie1.twilio.com')).toBeUndefined()
    expect(fault('http://127.0.0.1:4001')).toBeUndefined()
    expect(fault('http://127.0.0.1:4001', readSettings({}))).toBe('must lead to *.twilio.com')
    expect(fault('http://127.0.0.1:4002')).toBe('must lead to *.twilio.com')
    expect(fault('https://twilio.com.evil.example')).toBe('must lead to *.twilio.com')
  })

  it('without a word of the owner each goes to its vendor', () => {
    const settings = readSettings({})
    const optima = (more: object) => optimaConfig.origin(optimaConfig.schema.parse({ token: 't', ...more }), settings)
    expect(twilioConfig.origin(twilio(), settings)).toBe('https://api.twilio.com')
    expect(exotelConfig.origin(exotel(), settings)).toBe('https://api.in.exotel.com')
    expect(exotelConfig.origin(exotel({ region: 'sg' }), settings)).toBe('https://api.exotel.com')
    expect(optima({})).toBe('https://api-call.optimaccs.com')
    expect(optima({ version: '1.0.5' })).toBe('https://voice.optimaccs.com')
    const jiocx = jiocxConfig.schema.parse({ organizationName: 'Shop', username: 'u', password: 'p w' })
    expect(jiocxConfig.origin(jiocx, settings)).toBe('https://api.jiocx.com')
    for (const kind of CARRIER_TABLE) expect(kind.config.shown.join()).not.toMatch(/token|secret|password|key|sid/i)
  })

  it('a pattern never covers a name that only ends alike', () => {
    const label = fc.stringMatching(/^[a-z0-9-]{1,8}$/)
    fc.assert(
      fc.property(label, label, (one, other) => {
        expect(hostMatches(`${one}.${other}.example`, '*.example')).toBe(true)
        expect(hostMatches(`${one}${other}.example`, `*.${other}.example`)).toBe(false)
        expect(hostMatches(`${one}.example`, `${one}.example`)).toBe(true)
      }),
    )
  })
})
