import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { axeOffences } from '../kit/axe.ts'
import { openPlainPage } from '../kit/browser.ts'
import { demoInBrowser, lookPath } from '../kit/demo-in-browser.ts'
import { type Operator, signIn } from '../kit/operator.ts'
import { until } from '../kit/until.ts'
import { type Visitor, visit } from '../kit/visitor.ts'

/** The console in a real browser: somebody is invited and joins, and works a call by keyboard alone, as the relay and the visitor see it. */

const PASSWORD = 'a long enough password'
const house = demoInBrowser()
let admin: Operator
beforeAll(async () => {
  admin = await signIn(house.demo)
})

/** At a desk in the light, on a phone in the dark; nothing for axe to find. */
async function lookAt(page: Page, name: string) {
  for (const [colorScheme, width, height] of [
    ['dark', 390, 844],
    ['light', 1440, 900],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height })
    await page.screenshot({ path: lookPath(`console-${name}-${colorScheme}-${width}`) })
    expect([name, colorScheme, width, await axeOffences(page)]).toEqual([name, colorScheme, width, []])
  }
}

async function join(role: string) {
  const invited = await admin.ask<{ url: string }>('POST', '/api/members/invitations', { email: `${role}@shop.example`, role })
  const { context, faults, page } = await openPlainPage(house.browser)
  await page.goto(invited.body.url)
  await page.getByRole('heading', { name: 'Join' }).waitFor()
  return { context, page, faults }
}

async function signInHere(page: Page) {
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Join' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.getByLabel('Password').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Today' }).waitFor()
}

const callOf = async ({ opened }: Visitor) =>
  (await admin.ask<{ call: { ai: string; heldBy?: { name: string } } }>('GET', `/api/calls/${opened.callId}`)).body.call

it('lets somebody join who was invited, and work a call by keyboard', async () => {
  const { faults, page } = await join('operator')
  await lookAt(page, 'join')
  await signInHere(page)
  expect(page.url()).not.toContain('invitation')
  const visitor = await visit(house.demo.url)
  await visitor.question('Do you ship to Norway?')
  await page.getByText('Web page').first().waitFor()
  await lookAt(page, 'dashboard')

  await page.keyboard.press('2')
  await page.getByRole('heading', { name: 'Active calls' }).waitFor()
  await page.locator(`[data-id="${visitor.opened.callId}"]`).waitFor()
  await lookAt(page, 'active')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByText('Do you ship to Norway?').waitFor()

  await page.getByRole('button', { name: 'Pause the AI' }).waitFor()
  await page.keyboard.press(' ')
  await page.getByRole('button', { name: 'Let the AI go on' }).waitFor()
  expect((await callOf(visitor)).ai).toBe('paused')
  await page.keyboard.press(' ')
  await until('the AI goes on', async () => (await callOf(visitor)).ai === 'active')
  await page.keyboard.press('w')
  await page.keyboard.type('Offer them a tenth off.')
  await page.keyboard.press('Enter')
  await page.getByText('The agent was told.').waitFor()
  await page.keyboard.press('Escape')
  await lookAt(page, 'call')

  await page.getByRole('log').focus()
  await page.keyboard.press('?')
  await page.getByRole('heading', { name: 'Keys' }).waitFor()
  await lookAt(page, 'keys')
  await page.keyboard.press('Escape')

  await page.keyboard.press('l')
  await page.getByText('You listen', { exact: true }).waitFor()
  await page.keyboard.press('t')
  await page.getByRole('heading', { name: 'Take over this call' }).waitFor()
  await lookAt(page, 'takeover')
  await page.getByLabel('Reason').fill('Asked for a person')
  await page.keyboard.press('Enter')
  await page.getByText('You speak', { exact: true }).waitFor()
  await visitor.seen('speaker', ({ who }) => who === 'operator')
  expect(await callOf(visitor)).toMatchObject({ ai: 'off', heldBy: { name: 'Operator' } })
  // The browser's pretended microphone beeps.
  const before = visitor.audioBytes
  await until('the operator’s sound reaches the visitor', () => visitor.audioBytes > before + 48_000)
  await lookAt(page, 'held')

  await page.keyboard.press('t')
  await page.getByLabel('What the AI should know').fill('We agreed on a tenth off.')
  await page.getByRole('dialog').getByRole('button', { name: 'Hand back' }).click()
  await page.getByRole('button', { name: 'Take over' }).waitFor()
  await until('the AI has it again', async () => (await callOf(visitor)).ai === 'active')
  await page.getByText('We agreed on a tenth off.').first().waitFor()
  await visitor.hangUp()
  await page.getByText(/The chain of \d+ events verifies/).waitFor()
  await lookAt(page, 'over')
  const events = await admin.ask<{ events: { type: string }[] }>('GET', `/api/calls/${visitor.opened.callId}/events`)
  expect(events.body.events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['ai.paused', 'ai.resumed', 'whisper', 'takeover.began', 'takeover.ended']),
  )
  expect(faults).toEqual([])
})

it('shows a viewer everything and lets them do nothing', async () => {
  const { faults, page } = await join('viewer')
  await signInHere(page)
  const visitor = await visit(house.demo.url, { modality: 'text' })
  await visitor.question('When are you open?')
  await page.goto(`${house.demo.url}/console#/calls/${visitor.opened.callId}`)
  await page.getByText('When are you open?').waitFor()
  for (const name of ['Take over', 'Listen', 'Pause the AI', 'Hang up']) expect(await page.getByRole('button', { name }).count()).toBe(0)
  await page.keyboard.press('t')
  expect(await page.getByRole('dialog').count()).toBe(0)
  visitor.send({ type: 'hangup' })
  expect(faults).toEqual([])
})

it('takes a typed call over in writing', async () => {
  const { context, page } = await join('admin')
  await signInHere(page)
  const visitor = await visit(house.demo.url, { modality: 'text' })
  await visitor.question('When are you open?')
  await page.goto(`${house.demo.url}/console#/active/${visitor.opened.callId}`)
  await page.getByRole('button', { name: 'Take over' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Take over' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByLabel('Write to the visitor').fill('Here is Ann. We open at ten.')
  await page.keyboard.press('Enter')
  await visitor.entry('what the operator wrote', ({ role, text }) => role === 'operator' && text.includes('Here is Ann'))
  // A page that is closed gives the call back.
  await context.close()
  await until('the AI has it again', async () => (await callOf(visitor)).ai === 'active', 30_000)
  visitor.send({ type: 'hangup' })
})
