import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ROOT } from '../checks/run-command.ts'
import { axeOffences } from '../kit/axe.ts'
import { openBrowser, openPlainPage } from '../kit/browser.ts'
import { type Operator, signIn } from '../kit/operator.ts'
import { type RelayProcess, startDemo } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'
import { visit } from '../kit/visitor.ts'

/** The plain console in a real browser: somebody is invited, joins, finds the call that lives, holds the agent back and whispers to it. */

const PASSWORD = 'a long enough password'
const looks = join(ROOT, 'test/results/looks')
let demo: RelayProcess
let admin: Operator
let browser: Browser
beforeAll(async () => {
  mkdirSync(looks, { recursive: true })
  demo = await startDemo()
  admin = await signIn(demo)
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await demo?.[Symbol.asyncDispose]()
})

/** In light and dark, at a desk and on a phone; nothing for axe to find. */
async function lookAt(page: Page, name: string) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const [width, height] of [
      [1440, 900],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height })
      await page.screenshot({ path: join(looks, `console-${name}-${colorScheme}-${width}.png`) })
      expect([name, colorScheme, width, await axeOffences(page)]).toEqual([name, colorScheme, width, []])
    }
  }
}

it('lets somebody join who was invited, see a call, hold its agent back and whisper to it', async () => {
  const invited = await admin.ask<{ url: string }>('POST', '/api/members/invitations', { email: 'new@shop.example', role: 'operator' })
  const { page, faults } = await openPlainPage(browser)
  await page.goto(invited.body.url)
  await page.getByRole('heading', { name: 'Join' }).waitFor()
  await lookAt(page, 'join')
  await page.locator('#join').getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Join' }).click()
  await page.getByRole('heading', { name: 'Log in' }).waitFor()
  expect(await page.getByLabel('E-mail').inputValue()).toBe('new@shop.example')
  expect(page.url()).not.toContain('invitation')
  await page.locator('#login').getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('heading', { name: 'Calls' }).waitFor()

  const visitor = await visit(demo.url)
  await visitor.question('Do you ship to Norway?')
  await page.locator(`li[data-id="${visitor.opened.callId}"] button`).click({ timeout: 20_000 })
  await page.getByRole('button', { name: 'Hold the agent back' }).click()
  await page.getByRole('button', { name: 'Let the agent go on' }).waitFor()
  const call = async () => (await admin.ask<{ call: { ai: string } }>('GET', `/api/calls/${visitor.opened.callId}`)).body.call
  expect((await call()).ai).toBe('paused')
  await page.getByLabel('Whisper to the agent').fill('Offer them a tenth off.')
  await page.keyboard.press('Enter')
  await page.getByText('The agent was told.').waitFor()
  await lookAt(page, 'live-call')
  await page.getByRole('button', { name: 'Let the agent go on' }).click()
  await until('the agent goes on', async () => (await call()).ai === 'active')
  visitor.send({ type: 'hangup' })
  const events = await admin.ask<{ events: { type: string }[] }>('GET', `/api/calls/${visitor.opened.callId}/events`)
  expect(events.body.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['ai.paused', 'whisper', 'ai.resumed']))
  expect(faults).toEqual([])
})
