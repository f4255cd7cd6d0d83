import { createHmac } from 'node:crypto'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { TWILIO_ACCOUNT } from '../../demo/src/sandbox/twilio/account.ts'
import { openBrowser, openPlainPage } from '../kit/browser.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import { adminPassword } from '../kit/relay-process.ts'
import { conferencesOf, connectPage } from '../kit/twilio-conferences.ts'
import { TwilioSignalling } from '../kit/twilio-signalling.ts'
import { until } from '../kit/until.ts'

/**
 * An operator takes a call over ConversationRelay over in the console, by Twilio's own kit in a real browser: what it is made with and says at the
 * signalling, and how the page stands. Twilio's media cannot be had without Twilio: a peer in the page and a phone of the sandbox stand for it.
 */

const GREETING = 'Welcome to the shop of lamps.'
const APP = 'AP5a4db0c05a4db0c05a4db0c05a4d0004'
const CALLER = '+12025558001'

let house: PhoneHouse
let browser: Browser
beforeAll(async () => {
  house = await PhoneHouse.start(
    { greeting: GREETING },
    {
      TWILIO_MEDIA: 'conversation-relay',
      TWILIO_API_KEY_SID: TWILIO_ACCOUNT.apiKeySid,
      TWILIO_API_KEY_SECRET: TWILIO_ACCOUNT.apiKeySecret,
      TWILIO_TWIML_APP_SID: APP,
    },
  )
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await house?.close()
})

const happened = (callId: string, type: string) =>
  until(`${type} of ${callId}`, async () => (await house.events(callId)).some((event) => event.type === type))

it('joins the caller’s conference from the console, and hands the call back', async () => {
  await house.phones.script(CALLER, {})
  const { callId } = await house.ring(CALLER)
  await happened(callId, 'utterance.heard')

  const { context, faults, page } = await openPlainPage(browser)
  const twilio = await TwilioSignalling.in(page)
  await page.goto(`${house.demo.url}/console`)
  await page.getByLabel('E-mail').fill('admin@localhost.localdomain')
  await page.getByLabel('Password').fill(adminPassword(house.demo.dataDir))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Today' }).waitFor()
  await page.goto(`${house.demo.url}/console#/active/${callId}`)
  await page.getByRole('button', { name: 'Take over' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Take over' }).click()

  // Let in with a token for this call alone, and a ticket.
  await until('the kit calls', () => twilio.find('invite'))
  const accessToken = String(twilio.find('listen')?.payload.token)
  const [header = '', claims = '', signature = ''] = accessToken.split('.')
  expect(signature).toBe(createHmac('sha256', TWILIO_ACCOUNT.apiKeySecret).update(`${header}.${claims}`).digest('base64url'))
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString()).grants).toEqual({
    identity: `operator_${callId}`,
    voice: { outgoing: { application_sid: APP } },
  })
  expect(Object.keys(twilio.params)).toEqual(['ticket'])
  const standIn = await connectPage(house, { accessToken, connectParams: twilio.params })
  await twilio.answers()
  await happened(callId, 'conference.together')
  await page.getByText('You speak', { exact: true }).waitFor()
  expect((await conferencesOf(house, CALLER)).map(({ participants, status }) => [status, participants.length])).toEqual([
    ['in-progress', 2],
  ])

  await page.getByRole('button', { name: 'Hand back' }).click()
  await page.getByLabel('What the AI should know').fill('They want a blue lamp.')
  await page.getByRole('dialog').getByRole('button', { name: 'Hand back' }).click()
  await page.getByRole('button', { name: 'Take over' }).waitFor()
  await until('the kit hangs up', () => twilio.find('hangup'))
  await house.phones.phone(standIn.number, ({ id, state }) => id === standIn.id && state === 'over')
  await until('the agent is there again', async () =>
    (await house.transcript(callId)).some(({ text }) => text.startsWith('You are back with me')),
  )
  const phone = await house.phones.phone(CALLER)
  await house.phones.act(phone.id, { do: 'hang-up' })
  await house.settled(callId, CALLER, { status: 'completed', endReason: 'callee' })
  expect(faults).toEqual([])
  await context.close()
})
