import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { axeOffences } from '../kit/axe.ts'
import { openBrowser, openPlainPage } from '../kit/browser.ts'
import { lookPath } from '../kit/demo-in-browser.ts'
import { adminPassword, type RelayProcess, startRelay } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'

/**
 * A newcomer, by keyboard alone: from a relay that was just started to a working agent on a page of their own, on another origin. How long
 * it takes a person is the typing; what the product adds is printed.
 */

let relay: RelayProcess
let browser: Browser
let site: Server
let siteUrl: string
/** What the newcomer pasted into their page. */
let pasted = ''

beforeAll(async () => {
  relay = await startRelay()
  browser = await openBrowser()
  site = createServer((_, answer) => {
    answer.setHeader('Content-Type', 'text/html; charset=utf-8')
    answer.end(`<!doctype html><html lang="en"><title>Tea house</title><h1>Tea house</h1>${pasted}</html>`)
  }).listen(0, '127.0.0.1')
  await once(site, 'listening')
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
})
afterAll(async () => {
  await browser?.close()
  site?.close()
  await relay?.[Symbol.asyncDispose]()
})

/** What the focus stands on, inside whatever it is nested in. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let at: Element | null = document.activeElement
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
    const labels = at instanceof HTMLInputElement ? [...(at.labels ?? [])].map(({ textContent }) => textContent).join() : ''
    return (at?.getAttribute('aria-label') ?? (labels || at?.textContent) ?? '').trim()
  })

async function tabTo(page: Page, name: string) {
  const passed: string[] = []
  for (let step = 0; step < 60; step++) {
    const at = await focused(page)
    if (at.startsWith(name)) return
    passed.push(at.slice(0, 40))
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never came to ${name}; it passed ${passed.join(' | ')}`)
}

async function rewrite(page: Page, text: string) {
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type(text)
}

async function lookAt(page: Page, name: string) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const [width, height] of [
      [390, 844],
      [1440, 900],
    ] as const) {
      await page.setViewportSize({ width, height })
      await page.screenshot({ path: lookPath(`first-run-${name}-${colorScheme}-${width}`) })
      expect([name, colorScheme, width, await axeOffences(page)]).toEqual([name, colorScheme, width, []])
    }
  }
}

it('leads a newcomer from nothing to a talking agent on their own site', async () => {
  const { context, faults, page } = await openPlainPage(browser)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: relay.url })
  const began = performance.now()
  let lookedMs = 0
  const look = async (name: string) => {
    const from = performance.now()
    await lookAt(page, name)
    lookedMs += performance.now() - from
  }

  await page.goto(`${relay.url}/console`)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await tabTo(page, 'E-mail')
  await page.keyboard.type('admin@example.com')
  await tabTo(page, 'Password')
  await page.keyboard.type(adminPassword(relay.dataDir))
  await page.keyboard.press('Enter')

  // Nothing is here yet: the console leads to the first steps by itself.
  await page.getByRole('heading', { name: 'Put an agent on your site' }).waitFor()
  await look('who')
  await tabTo(page, 'The agent’s name')
  await rewrite(page, 'Asha')
  await tabTo(page, 'Its first sentence')
  await rewrite(page, 'Welcome to the tea house. What may I bring you?')
  await page.keyboard.press('Enter')

  await until('the second step is begun', async () => (await focused(page)).startsWith('Your site’s address'))
  await rewrite(page, 'no address')
  await page.keyboard.press('Enter')
  expect(await focused(page), 'a wrong address keeps the focus').toContain('Your site’s address')
  await rewrite(page, `${siteUrl}/menu?table=4`)
  await page.keyboard.press('Enter')

  await page.getByRole('heading', { name: 'Put it there' }).waitFor()
  await until('the third step is begun', async () => (await focused(page)).startsWith('Put it there'))
  await look('where-it-goes')
  await tabTo(page, 'Copy')
  await page.keyboard.press('Enter')
  await page.getByText('Copied').first().waitFor()
  pasted = await page.evaluate(() => navigator.clipboard.readText())
  expect(pasted).toContain(`${relay.url}/voice-agent.js`)

  const shop = await openPlainPage(browser)
  await shop.page.goto(siteUrl)
  await shop.page.locator('voice-agent [part~="launcher"]').click()
  await shop.page.locator('voice-agent').getByText('What may I bring you', { exact: false }).first().waitFor()
  const input = shop.page.locator('voice-agent [part~="input"]')
  await input.fill('How do I teach you something?')
  await input.press('Enter')
  await shop.page.locator('voice-agent').getByText('My owner teaches me', { exact: false }).first().waitFor()

  // The console saw it, too.
  await page.getByText('A call came in.').waitFor()
  const tookMs = performance.now() - began - lookedMs
  console.log(`first run, everything but thinking and reading: ${(tookMs / 1000).toFixed(1)} s`)
  await tabTo(page, 'Watch it')
  await page.keyboard.press('Enter')
  await page.getByText('How do I teach you something?').first().waitFor()

  expect(faults).toEqual([])
  expect(shop.faults).toEqual([])
})

it('lets them try the agent in the console, although the console is not on the agent’s list', async () => {
  const { faults, page } = await openPlainPage(browser)
  await page.goto(`${relay.url}/console#/agents/demo`)
  await page.getByLabel('E-mail').fill('admin@example.com')
  await page.getByLabel('Password').fill(adminPassword(relay.dataDir))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Asha', exact: true }).waitFor()
  const input = page.locator('voice-agent [part~="input"]')
  await input.fill('Hello')
  await input.press('Enter')
  await page.locator('voice-agent').getByText('Welcome to the tea house', { exact: false }).first().waitFor()
  expect(faults).toEqual([])
})
