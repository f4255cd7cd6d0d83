import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestClock } from '../../clock.test-kit.ts'
import { readSettings } from '../../settings.ts'
import { startVendor, type Vendor } from '../vendor.test-kit.ts'
import { ExotelConfig } from './config.ts'
import { fetchRecording, mayHoldRecording } from './recording.ts'

const config = ExotelConfig.parse({ apiKey: 'key', apiToken: 'token', sid: 'exampleacct' })

describe('an address that may get the credentials', () => {
  const settings = readSettings({ EXOTEL_API_BASE_URL: 'http://127.0.0.1:9', EXOTEL_ALLOWED_HOSTS: 'recordings.example.com' })

  it.each([
    'https://recordings.exotel.com/exotelrecordings/exampleacct/x.mp3',
    'https://recordings.example.com/x.mp3',
    'http://127.0.0.1:9/x.mp3',
  ])('%s', (address) => expect(mayHoldRecording(address, settings)).toBe(true))

  it.each([
    'http://recordings.exotel.com/x.mp3',
    'https://recordings.exotel.com.evil.example/x.mp3',
    'https://exotel.com/x.mp3',
    'https://evil.example/recordings.exotel.com',
    'https://recordings.exotel.com@evil.example/x',
    'https://somebody:word@recordings.exotel.com/x',
    'http://127.0.0.1:10/x.mp3',
    'file:///etc/passwd',
    'not an address',
  ])('not %s', (address) => expect(mayHoldRecording(address, settings)).toBe(false))
})

describe('a recording', () => {
  let vendor: Vendor
  beforeEach(async () => {
    vendor = await startVendor()
  })
  afterEach(() => vendor.close())
  const ask = (address = `${vendor.origin}/x.mp3`, clock = new TestClock()) =>
    fetchRecording(config, { settings: readSettings({ EXOTEL_API_BASE_URL: vendor.origin }), clock }, address, new AbortController().signal)

  it('is asked for with the account’s credentials', async () => {
    vendor.answers({ status: 200, body: 'RIFF' })
    expect(Buffer.from(await ask()).toString()).toBe('RIFF')
    expect(vendor.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('key:token').toString('base64')}`)
  })

  it.each([
    [401, 'unauthorized'],
    [404, 'not_found'],
    [302, 'refused'],
    [503, 'server_error'],
  ])('that is answered with %i is a fault: %s', async (status, code) => {
    vendor.answers({ status, body: '' })
    await expect(ask()).rejects.toMatchObject({ code })
  })

  it('that is said to be at another host is not followed there, and no credentials go', async () => {
    const elsewhere = await startVendor()
    try {
      vendor.answers({ status: 302, body: '', headers: { location: `${elsewhere.origin}/x.mp3` } })
      elsewhere.answers({ status: 200, body: 'RIFF' })
      await expect(ask()).rejects.toMatchObject({ code: 'refused' })
      expect([vendor.requests.length, elsewhere.requests]).toEqual([1, []])
    } finally {
      await elsewhere.close()
    }
  })

  it('elsewhere is not asked for', async () => {
    await expect(ask('http://127.0.0.1:1/x.mp3')).rejects.toMatchObject({ code: 'refused' })
    expect(vendor.requests).toEqual([])
  })

  it('that is never answered is given up', async () => {
    vendor.answers('silence')
    const clock = new TestClock()
    const givenUp = expect(ask(undefined, clock)).rejects.toMatchObject({ code: 'timeout' })
    await expect.poll(() => vendor.requests.length).toBe(1)
    await clock.advance(60_000)
    await givenUp
  })
})
