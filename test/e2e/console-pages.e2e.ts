import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { axeOffences } from '../kit/axe.ts'
import { openBrowser, openPlainPage } from '../kit/browser.ts'
import { lookPath } from '../kit/demo-in-browser.ts'
import { type Operator, signIn } from '../kit/operator.ts'
import { adminPassword, type RelayProcess, startRelay } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'
import { visit } from '../kit/visitor.ts'

/** The console's pages over the real relay: their forms are drawn from its own description, and what they save is what it then has. */

let relay: RelayProcess
let browser: Browser
let admin: Operator
let page: Page
let faults: string[]
beforeAll(async () => {
  relay = await startRelay()
  admin = await signIn(relay)
  browser = await openBrowser()
  const opened = await openPlainPage(browser)
  page = opened.page
  faults = opened.faults
  await page.goto(`${relay.url}/console#/agents`)
  await page.getByLabel('E-mail').fill('admin@example.com')
  await page.getByLabel('Password').fill(adminPassword(relay.dataDir))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Agents' }).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await relay?.[Symbol.asyncDispose]()
})

async function goTo(hash: string, heading: string) {
  await page.evaluate((to) => {
    location.hash = to
  }, hash)
  await page.getByRole('heading', { name: heading, exact: true }).first().waitFor()
  // A page and a part of it may both be reading.
  await expect.poll(() => page.locator('[aria-busy="true"]').count(), { timeout: 30_000 }).toBe(0)
}
const confirm = (action: string) => page.getByRole('dialog').getByRole('button', { name: action }).click()

it('edits an agent by the relay’s own description of it', async () => {
  await goTo('#/agents/demo', 'Assistant')
  await page.getByLabel('Name', { exact: true }).fill('Asha')
  await goTo('#/agents/demo/limits', 'Assistant')
  await page.getByLabel('Longest call').fill('1')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('At least 10 s.').waitFor()
  await page.getByLabel('Longest call').fill('90.5')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Asha', exact: true }).waitFor()
  await goTo('#/agents/demo/site', 'Asha')
  await page.getByLabel('Pages that may use the agent').fill('no origin')
  await page.getByRole('button', { name: 'Save' }).click()
  // Only the relay knows what an origin is; its fault stands at the field.
  await page.locator('.fault').getByText('must be an origin').waitFor()
  await page.getByRole('button', { name: 'Discard' }).click()
  expect(faults.splice(0)).toEqual([expect.stringContaining('400')])
  const { body } = await admin.ask<{ agent: { name: string; limits: object; allowedOrigins: string[] } }>('GET', '/api/agents/demo')
  expect(body.agent).toMatchObject({ name: 'Asha', limits: { maxDurationMs: 90_500, silenceMs: 45_000 }, allowedOrigins: [] })
})

it('lets a voice be heard before it is in force', async () => {
  await goTo('#/agents/demo/voice', 'Asha')
  await page
    .getByRole('button', { name: /^Play / })
    .nth(1)
    .click()
  await page.getByText('Answered').waitFor()
  await page.getByRole('button', { name: /^Stop / }).waitFor({ state: 'detached' })
  expect(faults).toEqual([])
})

it('adds a number with its carrier’s own fields, changes its secret, and takes it away', async () => {
  await goTo('#/numbers', 'Numbers')
  await page.getByRole('link', { name: 'Add a number' }).click()
  await page.getByRole('link', { name: 'Exotel' }).click()
  await page.getByLabel('Number', { exact: true }).fill('+918022222222')
  await page.getByLabel('API key').fill('key')
  await page.getByLabel('API token').fill('token')
  await page.getByLabel('Account SID').fill('acme1')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'At Exotel', exact: true }).waitFor()
  const numbers = async () =>
    (await admin.ask<{ phoneNumbers: { id: string; webhookUrl: string }[] }>('GET', '/api/phone-numbers')).body.phoneNumbers
  const [before] = await numbers()
  await page.getByRole('button', { name: 'Show: Voicebot URL' }).click()
  await page.getByText(before?.webhookUrl ?? 'none').waitFor()
  await page.getByRole('button', { name: 'Change the secret' }).click()
  await confirm('Change it')
  await page.getByText(before?.webhookUrl ?? 'none').waitFor({ state: 'detached' })
  expect((await numbers())[0]?.webhookUrl).not.toBe(before?.webhookUrl)
  await look('number', [[`#/numbers/${before?.id}`, '+918022222222']])
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await confirm('Remove')
  await page.getByRole('heading', { name: 'No phone number yet' }).waitFor()
  expect(await numbers()).toEqual([])
})

it('changes the gate’s tables', async () => {
  await goTo('#/settings/limits', 'Settings')
  await page.getByLabel('To one number, In an hour').fill('3')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.', { exact: false }).first().waitFor()
  const { body } = await admin.ask<{ callingRules: { limits: { number: object } } }>('GET', '/api/calling-rules')
  expect(body.callingRules.limits.number).toEqual({ perHour: 3, perDay: 12 })
})

it('shows conversations of more than two messages, the rest on demand; exports and erases them', async () => {
  const talk = async (...questions: string[]) => {
    const visitor = await visit(relay.url)
    for (const question of questions) await visitor.question(question)
    visitor.send({ type: 'hangup' })
    await until(
      'the call is over',
      async () =>
        (await admin.ask<{ call: { status: string } }>('GET', `/api/calls/${visitor.opened.callId}`)).body.call.status === 'completed',
    )
    return visitor.opened.callId
  }
  await talk()
  const callId = await talk('How do I teach you something?', 'Do you sell Darjeeling?')
  await goTo('#/history', 'History')
  const rows = page.locator('tbody tr')
  expect(await rows.count()).toBe(1)
  await page.getByLabel('Short calls, too').check()
  await expect.poll(() => rows.count()).toBe(2)
  await page.getByLabel('Words that were said').fill('darjeeling')
  await page.keyboard.press('Enter')
  await expect.poll(() => rows.count()).toBe(1)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as CSV' }).click()])
  const lines = (await readFile(await download.path(), 'utf8')).trim().split(/\r?\n/)
  expect([lines.length, lines[1]?.includes(callId)]).toEqual([2, true])
  await page.getByRole('button', { name: /^Erase: / }).click()
  await confirm('Erase')
  await page.getByText('No call fits').waitFor()
  const { body } = await admin.ask<{ entries: unknown[] }>('GET', `/api/calls/${callId}/transcript`)
  expect(body.entries).toEqual([])
})

it('shows a key once and no more', async () => {
  await goTo('#/members/keys', 'Members')
  await page.getByLabel('Name').fill('Server')
  await page.getByLabel('read calls').check()
  await page.getByRole('button', { name: 'Make the key' }).click()
  const key = await page.locator('vc-copy pre').textContent()
  const asked = await fetch(`${relay.url}/api/calls`, { headers: { Authorization: `Bearer ${key}` } })
  expect(asked.status).toBe(200)
  await goTo('#/members', 'Members')
  await goTo('#/members/keys', 'Members')
  await page.getByText('read calls', { exact: true }).first().waitFor()
  expect(await page.getByText(key ?? 'none').count()).toBe(0)
  expect(faults).toEqual([])
})

const LOOKS = [
  ['light', 390, 844],
  ['dark', 1440, 900],
] as const

/** Pages by turns in light at 390 px and in dark at 1440, since each one's states are gone through beside its own code: nothing for axe to find. */
async function look(name: string, states: readonly (readonly [hash: string, heading: string])[]) {
  for (const [place, [hash, heading]] of states.entries()) {
    await goTo(hash, heading)
    for (const [colorScheme, width, height] of LOOKS.slice(place % 2, (place % 2) + 1)) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height })
      await page.screenshot({
        path: lookPath(`pages-${name}${hash.replace(/pn_.*/, 'one').replaceAll(/[^a-z]+/gi, '-')}-${colorScheme}-${width}`),
      })
      expect([hash, colorScheme, await axeOffences(page)]).toEqual([hash, colorScheme, []])
    }
  }
}

it('has nothing for axe to find', async () => {
  await look('all', [
    ['#/history?all=1', 'History'],
    ['#/agents', 'Agents'],
    ['#/agents/new', 'New agent'],
    ...['', '/voice', '/manner', '/knowledge', '/tools', '/site', '/phone', '/limits'].map(
      (part) => [`#/agents/demo${part}`, 'Asha'] as const,
    ),
    ['#/numbers/new', 'Add a number'],
    ['#/numbers/new/twilio', 'A number at Twilio'],
    ...['', '/keys', '/sign-ins', '/audit'].map((part) => [`#/members${part}`, 'Members'] as const),
    ...['/hours', '/limits', '/prices', '/consent', '/do-not-call', '/check', '/relay'].map(
      (part) => [`#/settings${part}`, 'Settings'] as const,
    ),
  ])
  expect(faults).toEqual([])
})
