import { describe, expect, it } from 'vitest'
import { openPlainPage, Tag } from '../kit/browser.ts'
import { demoInBrowser, lookPath } from '../kit/demo-in-browser.ts'
import { type Operator, signIn } from '../kit/operator.ts'
import { PhonePage } from '../kit/phone-page.ts'
import { until } from '../kit/until.ts'

/** The shop in a browser over each carrier: "call me" with the carrier that was chosen on the page, and calls to the shop at each carrier's number. */

/** The third phone of the page. */
const NUMBER = '+919000000001'
const OTHER = '+919000000002'

const TITLES: Record<string, string> = { twilio: 'Twilio', exotel: 'Exotel', optima: 'Optima', jiocx: 'JioCX' }
/** What Optima says before its room is joined is lost. */
const TELLS_RINGING = new Set(['twilio', 'exotel', 'jiocx'])

interface CallOfBook {
  id: string
  carrier?: string
  kind: string
  status: string
  endReason?: string
  direction: string
  sessionId: string
}

let admin: Operator
const house = demoInBrowser({}, async ({ demo }) => {
  admin = await signIn(demo)
})

const call = async (id: string) => (await admin.ask<{ call: CallOfBook }>('GET', `/api/calls/${id}`)).body.call
const newest = async () => (await admin.ask<{ calls: CallOfBook[] }>('GET', '/api/calls?limit=5')).body.calls

/** The visitor fills the form in by hand. */
async function askToBeCalled(carrier: string) {
  const { context, faults, page } = await openPlainPage(house.browser)
  await page.goto(`${house.demo.url}/?carrier=${carrier}`)
  const tag = new Tag(page)
  expect(await page.locator('#carrier').inputValue()).toBe(carrier)
  expect(await page.locator('#over').isVisible()).toBe(true)
  await tag.part('launcher-call-me').click()
  await tag.part('number').locator('input').fill(NUMBER)
  const answer = page.waitForResponse((response) => response.url().endsWith('/api/click-to-call') && response.request().method() === 'POST')
  await tag.part('callback-ask').click()
  const { callId } = (await (await answer).json()) as { callId: string }
  const step = tag.host.locator('[part~="callback-step"][aria-current="step"]')
  const says = (what: RegExp) => until(`the shop to say ${what}`, async () => what.test((await step.textContent()) ?? ''))
  return { callId, context, faults, page, says, tag }
}

describe.each(['twilio', 'exotel', 'optima', 'jiocx'])('call me, over %s', (carrier) => {
  it('rings the phone on the page, talks, and ends where the phone hangs up', async () => {
    const desk = await PhonePage.open(house.browser, house.demo)
    const phone = desk.phone(2)
    await desk.page.locator('h1').click()
    const shop = await askToBeCalled(carrier)
    const { callId } = shop
    await phone.state('ringing')
    expect(await phone.part('status').textContent()).toBe(`Incoming call · ${TITLES[carrier]}`)
    if (TELLS_RINGING.has(carrier)) await shop.says(/ring/i)
    expect(await phone.part('other').textContent()).toBe('The shop')
    await shop.page.screenshot({ path: lookPath(`call-me-${carrier}-rings`) })
    await desk.page.screenshot({ path: lookPath(`phones-${carrier}-rings`) })
    await desk.page.keyboard.press('a')
    await phone.state('talking')
    await until('the call is connected', async () => (await call(callId)).status === 'connected')
    await until('the agent is heard', async () => (await phone.level()) > 20)
    await shop.says(/connected/i)
    await shop.page.screenshot({ path: lookPath(`call-me-${carrier}-talks`) })
    await phone.part('hang-up').click()
    await until('the call is over', async () => (await call(callId)).endReason)
    expect(await call(callId)).toMatchObject({ carrier, status: 'completed' })
    await shop.tag.part('callback-over').waitFor()
    await shop.page.screenshot({ path: lookPath(`call-me-${carrier}-over`) })
    expect([...shop.faults, ...desk.faults]).toEqual([])
    await shop.context.close()
    await desk.close()
  })
})

describe('the shop’s number at each carrier', () => {
  it.each([
    ['Twilio', 'twilio', '+1 202 555 0199'],
    ['Exotel', 'exotel', '+91 80405 50199'],
    ['Optima', 'optima', '+622112345678'],
  ])('%s is called from a phone, answers and is hung up', async (title, carrier, number) => {
    const desk = await PhonePage.open(house.browser, house.demo)
    const phone = desk.phone(3)
    const known = new Set((await newest()).map(({ id }) => id))
    await phone.part('over').selectOption({ label: title })
    expect(await phone.part('shop-number').textContent()).toBe(number)
    await phone.part('shop').click()
    await phone.state('talking')
    expect(await phone.part('other').textContent()).toBe('The shop')
    await until('the agent is heard', async () => (await phone.level()) > 20)
    const taken = await until('the call in the book', async () => (await newest()).find(({ id }) => !known.has(id)))
    expect(taken).toMatchObject({ carrier, direction: 'inbound' })
    await desk.page.screenshot({ path: lookPath(`phones-dials-${carrier}`) })
    await phone.part('hang-up').click()
    await until('the call is over', async () => (await call(taken.id)).endReason)
    expect(desk.faults).toEqual([])
    await desk.close()
  })
})

describe('JioCX between two people', () => {
  it('rings the visitor, then the person, and joins the two phones on the page', async () => {
    const { body } = await admin.ask<{ agent: { id: string } }>('POST', '/api/agents', {
      name: 'Front desk',
      modes: ['talk', 'call-me'],
      callbackCountries: ['IN'],
      phone: { answeredBy: 'person', person: OTHER, carrier: 'jiocx' },
    })
    const desk = await PhonePage.open(house.browser, house.demo)
    await desk.page.locator('h1').click()
    const [visitor, person] = [desk.phone(2), desk.phone(3)]
    const { context, page } = await openPlainPage(house.browser)
    await page.goto(`${house.demo.url}/inline?agent-id=${body.agent.id}&mode=call-me`)
    const tag = new Tag(page)
    const asked = await tag.call('requestCallback', NUMBER)
    expect(asked).toMatchObject({ ok: true })
    await visitor.state('ringing')
    await visitor.part('answer').click()
    await person.state('ringing')
    await desk.page.screenshot({ path: lookPath('phones-jiocx-two') })
    await person.part('answer').click()
    await visitor.state('talking')
    await person.state('talking')
    const callId = asked.callId ?? ''
    await until('the call is connected', async () => (await call(callId)).status === 'connected')
    expect(await call(callId)).toMatchObject({ kind: 'bridge', carrier: 'jiocx' })
    await desk.page.screenshot({ path: lookPath('phones-jiocx-two-talk') })
    await person.part('hang-up').click()
    await visitor.state('over')
    await until('the call is over', async () => (await call(callId)).endReason)
    await context.close()
    await desk.close()
  })
})
