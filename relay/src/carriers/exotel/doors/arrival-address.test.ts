import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestRelay, type TestRelay } from '../../../relay.test-kit.ts'
import vectors from '../exotel.vectors.json' with { type: 'json' }

/** What a flow of Exotel's gets when it asks where to bring a caller's sound. */

const { dynamic_url_answer: answer, dynamic_url_query_live: asked } = vectors.http
const wanted = new URL(answer.json.url)
let house: TestRelay
beforeAll(async () => {
  house = await startTestRelay({
    env: {
      PUBLIC_URL: wanted.origin.replace(/^ws/, 'http'),
      EXOTEL_API_KEY: 'key',
      EXOTEL_API_TOKEN: 'token',
      EXOTEL_SID: 'exampleacct',
      EXOTEL_CALLER_ID: '+918040550199',
    },
  })
})
afterAll(() => house.close())

it('is the vectors’ answer, but for the path that the relay chose', async () => {
  const authorization = `Basic ${Buffer.from('key:token').toString('base64')}`
  const query = new URLSearchParams(asked.params)
  const given = await house.relay.app.request(`/api/telephony/webhook/env-exotel?${query}`, { headers: { authorization } })
  expect(given.status).toBe(answer.status)
  expect(given.headers.get('content-type')).toBe('application/json')
  const body = (await given.json()) as { url: string }
  const { pathname } = new URL(body.url)
  expect(body).toEqual({ url: answer.json.url.replace(wanted.pathname, pathname) })
  expect(house.relay.sockets.some((route) => 'pattern' in route && route.pattern.test(pathname))).toBe(true)
})
