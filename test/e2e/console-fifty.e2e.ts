import { expect, it } from 'vitest'
import { openPlainPage } from '../kit/browser.ts'
import { demoInBrowser } from '../kit/demo-in-browser.ts'
import { agentForMany, openMany } from '../kit/many-calls.ts'
import { signIn } from '../kit/operator.ts'
import { adminPassword } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'
import { Watcher } from '../kit/watcher.ts'

/** Fifty calls that live, on one page of the console and before four more clients: nothing is missed, and the page never stands still. */

const CALLS = 50
/** A busy machine holds a page up, too: a page that is slow itself is so every time. */
const ATTEMPTS = 3
const QUESTIONS = ['When are you open?', 'Do you repair old lamps?', 'What does shipping cost?']

const house = demoInBrowser()

it('shows fifty calls talk at once, without a long task, and every word of the one that is open', async () => {
  const { browser, demo } = house
  const admin = await signIn(demo)
  const { faults, page } = await openPlainPage(browser)
  await page.goto(`${demo.url}/console#/active`)
  await page.getByLabel('E-mail').fill('admin@localhost.localdomain')
  await page.getByLabel('Password').fill(adminPassword(demo.dataDir))
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'No calls right now' }).waitFor()

  const many = await openMany(demo.url, await agentForMany(admin, [demo.url]), CALLS)
  await page.getByText(`${CALLS} calls live.`).waitFor()
  const watchers = await Promise.all(Array.from({ length: 4 }, () => Watcher.of(demo.url, admin.token)))
  const past = await Promise.all(watchers.map((watcher) => watcher.readAll(many.ids)))
  const watched = many.ids[7] ?? ''
  await page.goto(`${demo.url}/console#/active/${watched}`)
  await page.getByRole('log').waitFor()
  await page.evaluate(() => {
    const long: number[] = []
    new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => Math.round(duration)))).observe({
      type: 'longtask',
    })
    Object.assign(globalThis, { long })
  })
  const longTasks = () => page.evaluate(() => (globalThis as typeof globalThis & { long: number[] }).long.splice(0))

  const found: number[][] = []
  for (const question of QUESTIONS.slice(0, ATTEMPTS)) {
    await longTasks()
    // Every row changes twice while the page is told what one of them says.
    for (const method of ['POST', 'DELETE']) {
      const answers = await Promise.all(many.ids.map((id) => admin.ask(method, `/api/calls/${id}/pause-ai`)))
      expect(answers.every(({ status }) => status === 200)).toBe(true)
    }
    await many.talk(question)
    found.push(await longTasks())
    if (found.at(-1)?.length === 0) break
  }
  expect(found).toContainEqual([])

  const visitor = many.visitors.find(({ opened }) => opened.callId === watched)
  const said = [...(visitor?.entries.values() ?? [])].map(({ text }) => text)
  const shown = () => page.locator('vc-transcript li > p').allTextContents()
  await until('every word is shown', async () => JSON.stringify(await shown()) === JSON.stringify(said))
  for (const id of many.ids) {
    for (const [at, watcher] of watchers.entries()) {
      const since = many.recorded(id).filter((seq) => seq > (past[at]?.get(id) ?? 0))
      await watcher.reads('the last word', id, ({ seq }) => seq === since.at(-1))
      expect(watcher.seqs(id).slice(-since.length)).toEqual(since)
    }
  }
  for (const watcher of watchers) watcher.leave()
  await many.hangUp()
  await page.getByRole('heading', { name: 'No calls right now' }).waitFor()
  expect(faults).toEqual([])
})
