import { expect, it } from 'vitest'
import { openPlainPage, Tag } from '../kit/browser.ts'
import { demoInBrowser, lookPath } from '../kit/demo-in-browser.ts'
import { networkCall, PhonePage } from '../kit/phone-page.ts'
import { until } from '../kit/until.ts'

/** The visitor loads the shop anew, or goes to another page of it, while their phone rings. */

const NUMBER = '+12025550102'

const house = demoInBrowser()

it('the ringing phone is shown again, rings on, is answered, and is the same call to its end', async () => {
  const desk = await PhonePage.open(house.browser, house.demo)
  const phone = desk.phone(1)
  const { page, context, faults } = await openPlainPage(house.browser)
  const tag = new Tag(page)
  await page.goto(house.demo.url)
  await tag.part('launcher').waitFor()
  await tag.call('open')
  await tag.part('call-me').click()
  await tag.part('callback-form').waitFor()
  const asked = await tag.call('requestCallback', NUMBER)
  expect(asked).toMatchObject({ ok: true })
  await phone.state('ringing')
  await tag.state('ringing')

  for (const how of ['reload', 'another page'] as const) {
    await (how === 'reload' ? page.reload() : page.goto(`${house.demo.url}/?again`))
    await tag.state('ringing')
    await tag.part('callback-end').waitFor()
    expect(await tag.read('callId')).toBe(asked.callId)
    await page.screenshot({ path: lookPath(`shop-call-me-after-${how.replace(' ', '-')}`) })
  }
  expect((await networkCall(house.demo, NUMBER)).state).toBe('ringing')

  await phone.part('answer').click()
  await tag.state('connected')
  await page.reload()
  await tag.state('connected')
  await tag.part('callback-end').click()
  await until('the phone to be hung up', async () => (await networkCall(house.demo, NUMBER)).state === 'over')
  await tag.part('callback-over').waitFor()
  await page.screenshot({ path: lookPath('shop-call-me-over-after-reload') })
  await page.reload()
  await tag.part('launcher').waitFor()
  expect(await tag.read('state')).toBe('idle')
  expect(faults).toEqual([])
  await context.close()
  await desk.close()
})
