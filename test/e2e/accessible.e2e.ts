import { describe, expect, it } from 'vitest'
import { axeOffences } from '../kit/axe.ts'
import { openPage, Tag } from '../kit/browser.ts'
import { demoInBrowser, lookPath } from '../kit/demo-in-browser.ts'
import { waitForSound } from '../kit/ear.ts'
import { ask, signIn } from '../kit/operator.ts'

/** A walk through every state of the tag on the real demo: axe finds nothing in any of them, and each leaves a picture in test/results/looks. */

/** How long the pretended model thinks: long enough to look at it. */
const THINKS_MS = 1500

let agentId: string
const house = demoInBrowser({ SANDBOX_AI: '1' }, async ({ demo }) => {
  const admin = await signIn(demo)
  const { body } = await admin.ask<{ agent: { id: string } }>('POST', '/api/agents', {
    name: 'Tara',
    engine: 'gemini',
    greeting: 'Hello, this is Tara Lamp Works. What would you like to know?',
    languages: ['en', 'hi'],
    terms: { text: 'We keep what is said for thirty days.', url: `${demo.url}/docs` },
    keyMenu: [{ digit: '1', label: 'Opening hours', say: 'We are open from ten to seven.' }],
    limits: { callsPerVisitorPerHour: 1000 },
  })
  agentId = body.agent.id
  await ask(demo.sandboxUrl, 'POST', '/sandbox/pace', { body: { firstWordMs: THINKS_MS } })
})

const WALKS = (['light', 'dark'] as const).flatMap((theme) =>
  [1440, 390].flatMap((width) => ['en', 'hi', 'ar'].map((language) => ({ theme, width, language }))),
)

describe('every state', () => {
  it.each(WALKS)('$theme, $width px, $language', async ({ theme, width, language }) => {
    const { context, page, faults } = await openPage(house.browser, {
      viewport: { width, height: width > 500 ? 900 : 780 },
      colorScheme: theme,
      reducedMotion: 'reduce',
    })
    const tag = new Tag(page)
    const problems: string[] = []
    const look = async (state: string) => {
      problems.push(...(await axeOffences(page)).map((offence) => `${state}: ${offence}`))
      await page.screenshot({ path: lookPath(`${state}-${theme}-${width}-${language}`) })
    }
    await page.goto(`${house.demo.url}/strict-csp?agent-id=${agentId}&language=${language}&theme=${theme}`)
    await tag.part('launcher').waitFor()
    expect(await tag.part('root').getAttribute('dir')).toBe(language === 'ar' ? 'rtl' : 'ltr')
    await look('idle')

    await tag.launch()
    await tag.part('accept').waitFor()
    await look('consent')

    const opening = Promise.withResolvers<void>()
    await page.route('**/api/web-calls', async (route) => {
      await opening.promise
      await route.continue()
    })
    await tag.part('accept').click()
    await tag.state('connecting')
    await look('connecting')
    opening.resolve()

    await tag.state('speaking')
    await waitForSound(page, true)
    await look('speaking')
    await tag.part('keypad-toggle').click()
    await tag.part('volume').click()
    await look('keypad')
    await tag.part('volume').click()
    await tag.part('keypad-toggle').click()

    await tag.write('Where is the shop, and when is it open?')
    await tag.state('thinking')
    await look('thinking')
    await tag.entry('an answer', ({ role, final }) => role === 'agent' && final)
    await tag.state('speaking')
    await tag.call('interrupt')
    await tag.state('listening')
    await look('listening')

    await context.setOffline(true)
    await tag.state('reconnecting')
    await look('reconnecting')
    await context.setOffline(false)
    await tag.state('listening')

    await tag.hangUp()
    await tag.state('ended')
    await look('ended')

    await page.unroute('**/api/web-calls')
    await page.route('**/api/web-calls', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: '{"status":503,"code":"provider_unavailable","title":"","detail":"","type":""}',
      }),
    )
    await tag.part('again').click()
    await tag.state('error')
    await look('error')

    expect(problems).toEqual([])
    // The refusal of the last step is ours.
    expect(faults.filter((fault) => !/503|ERR_INTERNET_DISCONNECTED/.test(fault))).toEqual([])
    await context.close()
  })
})
