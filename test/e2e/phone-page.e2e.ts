import { describe, expect, it } from 'vitest'
import { axeOffences } from '../kit/axe.ts'
import { openBrowser, Tag } from '../kit/browser.ts'
import { demoInBrowser, lookPath } from '../kit/demo-in-browser.ts'
import { waitForSound } from '../kit/ear.ts'
import { askToBeRung, loudness, networkCall, PhonePage } from '../kit/phone-page.ts'
import { until } from '../kit/until.ts'

/** The sandbox phones on their page, in a browser, with the real relay and the sandbox's Twilio between the shop and them. */

const FIRST = '+12025550101'
const SECOND = '+12025550102'
const SHOP = '+12025550199'

const house = demoInBrowser()

const ended = (number: string) =>
  until(`the call of ${number} to be over`, async () => {
    const call = await networkCall(house.demo, number)
    return call.state === 'over' && call
  })

describe('a phone that rings', () => {
  it('is answered by key, hears the agent, presses keys, speaks, is muted, and hangs up', async () => {
    const desk = await PhonePage.open(house.browser, house.demo)
    const phone = desk.phone(0)
    // The first click lets the page sound.
    await desk.page.locator('h1').click()
    await askToBeRung(house.demo, FIRST)
    await phone.state('ringing')
    await waitForSound(desk.page, true)
    expect(await desk.said()).toContain('Mobile 1 rings: The shop calls')
    expect(await phone.part('other').textContent()).toBe('The shop')
    expect(await phone.part('status').textContent()).toBe('Incoming call · Twilio')
    expect(await desk.page.title()).toBe('Mobile 1 rings · Sandbox phones')
    expect(await phone.root.locator('.device').evaluate((device) => getComputedStyle(device).animationName)).toBe('rattle')

    await desk.page.keyboard.press('a')
    await phone.state('talking')
    expect(await desk.said()).toBe('Mobile 1 is connected with The shop')
    await until('the level to move', async () => (await phone.level()) > 20)
    await waitForSound(desk.page, true)
    expect(await phone.part('status').textContent()).toMatch(/^0:0\d$/)

    const { id } = await networkCall(house.demo, FIRST)
    await until('the microphone to be heard', async () => (await loudness(house.demo, id, 'said')) > 0.001)
    await desk.page.keyboard.press('m')
    expect(await phone.part('mute').getAttribute('aria-pressed')).toBe('true')
    await until('silence', async () => (await loudness(house.demo, id, 'said')) === 0)

    await desk.page.keyboard.press('1')
    await phone.part('call-keys').locator('[data-digit="2"]').click()
    expect(await phone.part('pressed').textContent()).toBe('12')
    const pressed = await until('both keys', async () => {
      const { keysPressed } = await networkCall(house.demo, FIRST)
      return keysPressed.length === 2 && keysPressed.map(({ digit }) => digit).join('')
    })
    expect(pressed).toBe('12')

    await phone.part('hang-up').click()
    await phone.state('over')
    expect(await phone.part('status').textContent()).toMatch(/^Call ended · 0:\d\d$/)
    expect(await ended(FIRST)).toMatchObject({ end: 'hung-up', endedBy: 'phone' })
    await phone.state('idle')
    expect(desk.faults).toEqual([])
    expect(await desk.page.evaluate(() => window.ear.refused)).toEqual([])
    await desk.close()
  })

  it('is answered and declined by click, and declined by key', async () => {
    const desk = await PhonePage.open(house.browser, house.demo)
    const phone = desk.phone(1)
    await askToBeRung(house.demo, SECOND)
    await phone.state('ringing')
    await phone.part('decline').click()
    expect(await ended(SECOND)).toMatchObject({ end: 'declined' })
    await phone.state('over')
    expect(await phone.part('status').textContent()).toBe('Declined')

    await askToBeRung(house.demo, SECOND)
    await phone.state('ringing')
    await desk.page.keyboard.press('d')
    await phone.state('over')
    expect(await ended(SECOND)).toMatchObject({ end: 'declined' })

    await askToBeRung(house.demo, SECOND)
    await phone.state('ringing')
    await phone.part('answer').click()
    await phone.state('talking')
    await desk.page.keyboard.press('h')
    expect(await ended(SECOND)).toMatchObject({ end: 'hung-up', endedBy: 'phone' })
    await desk.close()
  })

  it('shows what the relay and the carrier say, with bodies to open, and waits while it is paused', async () => {
    const desk = await PhonePage.open(house.browser, house.demo)
    const phone = desk.phone(0)
    await askToBeRung(house.demo, FIRST)
    await phone.state('ringing')
    await desk.page.keyboard.press('a')
    await until('sound in the strip', async () => (await phone.strip()).some((line) => /^media × \d+$/.test(line)))
    expect(await phone.strip()).toEqual(expect.arrayContaining([expect.stringContaining('Calls.json'), 'start']))
    const first = phone.part('list').locator('details').first()
    await first.locator('summary').click()
    expect(await first.locator('pre').textContent()).toContain('To')

    await phone.part('pause').click()
    const before = await phone.strip()
    await phone.part('hang-up').click()
    await until('messages that wait', async () => /\(\d+\)/.test((await phone.part('pause').textContent()) ?? ''))
    expect(await phone.strip()).toEqual(before)
    await phone.part('pause').click()
    // What waits may begin with sound, which only counts on.
    await until('what waited to be shown', async () => (await phone.strip()).length > before.length)
    await desk.close()
  })
})

describe('shop and phones side by side', () => {
  it('a number typed in the shop rings a phone, and the shop follows the call to its end', async () => {
    const desk = await PhonePage.open(house.browser, house.demo)
    const shop = await desk.context.newPage()
    await shop.goto(house.demo.url)
    const tag = new Tag(shop)
    await tag.part('launcher-call-me').click()
    await tag.part('number').locator('input').fill(FIRST)
    await shop.screenshot({ path: lookPath('shop-call-me-form') })
    await tag.part('callback-ask').click()

    const phone = desk.phone(0)
    await phone.state('ringing')
    const now = tag.host.locator('[part~="callback-step"][aria-current="step"]')
    await until('the shop to say that it rings', async () => /ring/i.test((await now.textContent()) ?? ''))
    await desk.page.bringToFront()
    await desk.page.keyboard.press('a')
    await phone.state('talking')
    await until('the greeting', async () => (await phone.level()) > 20)
    await until('the shop to say that they talk', async () => /connected/i.test((await now.textContent()) ?? ''))
    await shop.screenshot({ path: lookPath('shop-call-me-connected') })
    await phone.part('hang-up').click()
    await ended(FIRST)
    await tag.part('callback-over').waitFor()
    await shop.screenshot({ path: lookPath('shop-call-me-over') })
    await desk.close()
  })
})

describe('a phone that dials', () => {
  it('calls the shop from its contact, and any number from its keys', async () => {
    const desk = await PhonePage.open(house.browser, house.demo)
    const phone = desk.phone(0)
    await phone.part('shop').click()
    await phone.state('talking')
    await until('the level to move', async () => (await phone.level()) > 20)
    await phone.part('hang-up').click()
    await ended(FIRST)
    await phone.state('idle')

    await desk.page.locator('h1').click()
    for (const digit of SHOP.slice(2)) await desk.page.keyboard.press(digit)
    expect(await phone.part('dial').inputValue()).toBe('2025550199')
    await phone.part('call').click()
    await phone.state('talking')
    await phone.part('hang-up').click()
    await ended(FIRST)
    await phone.state('idle')

    await phone.part('dial').fill('12')
    await phone.part('dial').press('Enter')
    expect(await phone.part('refusal').textContent()).toContain('no whole number')
    await desk.close()
  })

  it('works without a microphone: by keys', async () => {
    const deaf = await openBrowser({ asks: true })
    const desk = await PhonePage.open(deaf, house.demo, { permissions: [] })
    await desk.page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
    })
    const phone = desk.phone(0)
    await phone.part('shop').click()
    await phone.state('talking')
    await until('the note', async () => (await phone.part('ear').textContent()) === 'No microphone: use the keys')
    expect(await phone.part('mute').isDisabled()).toBe(true)
    await desk.page.keyboard.press('3')
    await until('the key', async () => (await networkCall(house.demo, FIRST)).keysPressed.length === 1)
    await phone.part('hang-up').click()
    await ended(FIRST)
    await deaf.close()
  })
})

describe('how it looks', () => {
  const WALKS = (['light', 'dark'] as const).flatMap((theme) => [1440, 390].map((width) => ({ theme, width })))

  it.each(WALKS)('$theme, $width px: axe finds nothing in any state, and each leaves a picture', async ({ theme, width }) => {
    const desk = await PhonePage.open(house.browser, house.demo, {
      viewport: { width, height: width > 500 ? 1000 : 844 },
      colorScheme: theme,
      reducedMotion: 'reduce',
    })
    const problems: string[] = []
    const look = async (state: string) => {
      problems.push(...(await axeOffences(desk.page)).map((offence) => `${state}: ${offence}`))
      await desk.page.screenshot({ path: lookPath(`phone-${state}-${theme}-${width}`) })
    }
    const phone = desk.phone(0)
    await look('idle')
    await askToBeRung(house.demo, FIRST)
    await phone.state('ringing')
    expect(await phone.root.locator('.device').evaluate((device) => getComputedStyle(device).animationName)).toBe('none')
    await look('ringing')
    await phone.part('answer').click()
    await phone.state('talking')
    await until('the level to move', async () => (await phone.level()) > 20)
    await look('keypad')
    await phone.part('keypad').click()
    await look('talking')
    await phone.part('list').locator('summary').first().click()
    await look('message')
    await phone.part('hang-up').click()
    await phone.state('over')
    await look('over')
    await phone.state('idle')
    await desk.page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'))
    await look('rtl')
    expect(await desk.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    expect(problems).toEqual([])
    expect(desk.faults).toEqual([])
    await desk.close()
  })
})
