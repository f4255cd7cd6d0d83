import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { axeOffences } from '../kit/axe.ts'
import { openPlainPage } from '../kit/browser.ts'
import { demoInBrowser, lookPath } from '../kit/demo-in-browser.ts'
import { adminPassword } from '../kit/relay-process.ts'
import { visit } from '../kit/visitor.ts'

/** Every page of the console by keyboard alone: each has a key, each of its controls is reached by Tab, axe finds nothing, in light and dark, wide and narrow. */

const PAGES = ['Today', 'Active calls', 'History', 'Agents', 'Numbers', 'Members', 'Settings', 'Put an agent on your site']
const SIZES = [
  [1440, 900],
  [390, 844],
] as const
/** More than any page has. */
const MOST_STEPS = 250

const house = demoInBrowser()

/** Runs in the page: names (without what ticks) of what can be used, and of what has the focus. Radio buttons are one stop, and what is hidden none. */
function look(): { controls: string[]; focused: string } {
  const nameOf = (element: Element) =>
    `${element.localName} ${
      element.getAttribute('aria-label') ??
      element.getAttribute('name') ??
      element.textContent
        ?.replace(/[\d:]+/g, '')
        .trim()
        .slice(0, 40)
    }`
  const found: string[] = []
  const walk = (root: Document | ShadowRoot | Element) => {
    for (const element of root.querySelectorAll<HTMLElement>('*')) {
      if (element.shadowRoot) walk(element.shadowRoot)
      if (
        !element.matches('button, a[href], input, select, textarea, summary') ||
        element.matches(':disabled, [tabindex="-1"], [type=radio]')
      )
        continue
      if (element.checkVisibility({ visibilityProperty: true })) found.push(nameOf(element))
    }
  }
  walk(document)
  let at = document.activeElement
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
  return { controls: found, focused: at && at !== document.body ? nameOf(at) : '' }
}

/** Tabs through the page and back to where it began; what was never in focus. */
async function unreached(page: Page): Promise<string[]> {
  const { controls } = await page.evaluate(look)
  const left = new Set(controls)
  for (let step = 0; step < MOST_STEPS && left.size > 0; step++) {
    await page.keyboard.press('Tab')
    left.delete((await page.evaluate(look)).focused)
  }
  return [...left]
}

async function lookAt(page: Page, name: string) {
  for (const colorScheme of ['dark', 'light'] as const) {
    for (const [width, height] of SIZES.toReversed()) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height })
      await page.screenshot({ path: lookPath(`console-page-${name}-${colorScheme}-${width}`) })
      expect([name, colorScheme, width, await axeOffences(page)]).toEqual([name, colorScheme, width, []])
    }
  }
}

it('reaches every page and every control of it without a pointer', async () => {
  const visitor = await visit(house.demo.url, { modality: 'text' })
  await visitor.question('When are you open?')
  const { faults, page } = await openPlainPage(house.browser)
  await page.goto(`${house.demo.url}/console`)
  await page.getByLabel('E-mail').waitFor()
  await lookAt(page, 'sign-in')
  await page.getByLabel('E-mail').focus()
  await page.keyboard.type('admin@localhost.localdomain')
  await page.keyboard.press('Tab')
  await page.keyboard.type(adminPassword(house.demo.dataDir))
  await page.keyboard.press('Enter')
  for (const [at, heading] of PAGES.entries()) {
    await page.locator('main').waitFor()
    await page.keyboard.press(String(at + 1))
    await page.getByRole('heading', { name: heading, exact: true }).first().waitFor()
    // A page and a part of it may both be reading.
    await expect.poll(() => page.locator('[aria-busy="true"]').count(), { timeout: 30_000 }).toBe(0)
    await lookAt(page, heading.replaceAll(' ', '-').toLowerCase())
    expect([heading, await unreached(page)]).toEqual([heading, []])
    // Out of a field: its letters are its own.
    await page.keyboard.press('Escape')
  }
  visitor.send({ type: 'hangup' })
  expect(faults).toEqual([])
})
