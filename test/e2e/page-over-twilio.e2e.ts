import { createHmac } from 'node:crypto'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TWILIO_ACCOUNT } from '../../demo/src/sandbox/twilio/account.ts'
import { openBrowser, openPage, Tag } from '../kit/browser.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import { startDemo } from '../kit/relay-process.ts'
import { TwilioSignalling } from '../kit/twilio-signalling.ts'
import { until } from '../kit/until.ts'

/**
 * `transport="twilio"` with Twilio's own SDK in a real browser: what it is made with, what it says at the signalling, what the relay answers Twilio.
 * Twilio's media cannot be had without Twilio; a peer in the page stands for it.
 */

const APP = 'AP5a4db0c05a4db0c05a4db0c05a4d0004'

/** What a token grants; its signature is the API key's. */
function grantsOf(token = ''): { identity: string } {
  const [header = '', claims = '', signature = ''] = token.split('.')
  expect(signature).toBe(createHmac('sha256', TWILIO_ACCOUNT.apiKeySecret).update(`${header}.${claims}`).digest('base64url'))
  return JSON.parse(Buffer.from(claims, 'base64url').toString()).grants
}

let browser: Browser
let house: PhoneHouse
beforeAll(async () => {
  const demo = await startDemo({
    TWILIO_API_KEY_SID: TWILIO_ACCOUNT.apiKeySid,
    TWILIO_API_KEY_SECRET: TWILIO_ACCOUNT.apiKeySecret,
    TWILIO_TWIML_APP_SID: APP,
  })
  house = await PhoneHouse.of(demo, { greeting: 'Hello from far away.', keyMenu: [{ digit: '1', label: 'hours', say: 'We are open.' }] })
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await house?.close()
})

async function visit(query = 'transport=twilio') {
  const { context, page } = await openPage(browser)
  // Keys go as tones of the sound itself.
  await page.addInitScript(() => {
    const keys: string[] = []
    Object.assign(globalThis, { keys })
    const { insertDTMF } = RTCDTMFSender.prototype
    RTCDTMFSender.prototype.insertDTMF = function (tones, ...how) {
      keys.push(tones)
      return insertDTMF.call(this, tones, ...how)
    }
  })
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  const twilio = await TwilioSignalling.in(page)
  await page.goto(`${house.demo.url}/inline?agent-id=${house.agentId}&${query}`)
  return { context, page, tag: new Tag(page), twilio, asked }
}

describe('a page over Twilio', () => {
  it('connects Twilio’s SDK with a token and a ticket, and talks in the very call that it opened', async () => {
    const { asked, context, tag, twilio } = await visit()
    await tag.part('start').click()
    await until('the SDK calls', () => twilio.find('invite'))
    // Let in with the token that was made for this call.
    const grants = grantsOf(String(twilio.find('listen')?.payload.token))
    const { identity } = grants
    expect(grants).toEqual({ identity, voice: { outgoing: { application_sid: APP } } })
    expect(Object.keys(twilio.params)).toEqual(['ticket'])
    // Nobody but Twilio's signalling was asked for anything.
    expect(asked.filter((url) => !url.startsWith(house.demo.url))).toEqual([])

    const sound = await twilio.bringsSound(await twilio.asksForTwiml(`${house.demo.url}/api/calls/websocket`, identity))
    await twilio.answers()
    expect((await tag.event('va-call-started')).callId).toBe(identity)
    await tag.entry('the greeting', ({ role, text }) => role === 'agent' && text.includes('far away'))
    await tag.write('What do you sell?')
    await tag.entry('what was typed', ({ role, text }) => role === 'visitor' && text === 'What do you sell?')
    // Mute and keys go Twilio's way.
    expect(await tag.call('setMuted', true)).toMatchObject({ ok: true })
    expect(await tag.call('sendDigits', '1')).toMatchObject({ ok: true })
    await until('the key', async () => (await tag.page.evaluate(() => (globalThis as unknown as { keys: string[] }).keys)).join('') === '1')
    await until('the page is muted', async () => (await house.events(identity)).some(({ type }) => type === 'muted'))

    await tag.part('end').click()
    await until('the SDK hangs up', () => twilio.find('hangup'))
    await until('the call is over', async () => (await house.call(identity)).endReason === 'visitor')
    expect(await house.call(identity)).toMatchObject({ kind: 'web', carrier: 'twilio', status: 'completed' })
    sound.terminate()
    await context.close()
  })

  it('hands the SDK its next token in time', async () => {
    const { context, tag, twilio } = await visit()
    // The SDK asks thirty seconds before the end.
    twilio.ttlS = 31
    await tag.part('start').click()
    await until('the SDK calls', () => twilio.find('invite'))
    const tokens = () => twilio.said.flatMap(({ payload, type }) => (type === 'listen' ? [String(payload.token)] : []))
    await until('the next token', () => new Set(tokens()).size > 1)
    const [first, next] = [...new Set(tokens())]
    expect(grantsOf(next)).toEqual(grantsOf(first))
    await context.close()
  })

  it('tells a token that Twilio refuses, and leaves no call behind', async () => {
    const { context, tag, twilio } = await visit()
    twilio.refuses = { code: 20104, message: 'AccessTokenExpired' }
    await tag.part('start').click()
    expect(await tag.event('va-error')).toMatchObject({ code: 'unauthorized', retryable: false })
    await tag.state('error')
    const { body } = await house.admin.ask<{ calls: { id: string }[] }>('GET', '/api/calls?limit=1')
    await until('the call is over', async () => (await house.call(body.calls[0]?.id ?? '')).endReason)
    await context.close()
  })

  it('costs a page that talks with the relay nothing', async () => {
    const { asked, context, tag } = await visit('transport=relay')
    await tag.part('start').click()
    await tag.state('speaking')
    expect(asked.filter((url) => /twilio/.test(url))).toEqual([])
    await context.close()
  })
})
