import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ForeignSite, openForeignSite } from '../../demo/src/foreign.ts'
import { openBrowser, openPlainPage, Tag } from '../kit/browser.ts'
import { waitForSound } from '../kit/ear.ts'
import { type Operator, signIn } from '../kit/operator.ts'
import { type RelayProcess, startDemo } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'

/** The tag in other people's pages: another origin, a strict policy, an element that comes and goes, a page that is kept and shown again. */

let browser: Browser
let demo: RelayProcess
let admin: Operator
let listed: ForeignSite
let stranger: ForeignSite
beforeAll(async () => {
  demo = await startDemo()
  admin = await signIn(demo)
  listed = await openForeignSite({ relayUrl: demo.url })
  stranger = await openForeignSite({ relayUrl: demo.url })
  const { status } = await admin.ask('PATCH', '/api/agents/demo', { allowedOrigins: [listed.origin, demo.url] })
  expect(status).toBe(200)
  browser = await openBrowser({ backForwardCache: true })
})
afterAll(async () => {
  await browser?.close()
  await listed?.close()
  await stranger?.close()
  await demo?.[Symbol.asyncDispose]()
})

async function open(address: string) {
  const opened = await openPlainPage(browser)
  await opened.page.goto(address)
  const tag = new Tag(opened.page)
  await tag.part('launcher').waitFor()
  return { ...opened, tag }
}

async function endOf(callId: unknown): Promise<{ status: string; endReason: string }> {
  return until('the call is settled', async () => {
    const { body } = await admin.ask<{ call?: { status: string; endReason: string } }>('GET', `/api/calls/${callId}`)
    return body.call && ['completed', 'failed'].includes(body.call.status) && body.call
  })
}

describe('a page of another origin', () => {
  it('works when it is listed', async () => {
    const { context, page, tag, faults } = await open(listed.origin)
    await tag.launch()
    await tag.event('va-call-started')
    await waitForSound(page, true)
    await tag.write('Are you open on Sunday?')
    await tag.entry('the answer', ({ role, text }) => role === 'agent' && /closed/.test(text))
    await tag.hangUp()
    expect(await endOf(await tag.read('callId'))).toMatchObject({ status: 'completed', endReason: 'visitor' })
    expect(faults).toEqual([])
    await context.close()
  })

  it('gets a 403 it can read when it is not, and says so', async () => {
    const { context, page, tag } = await open(stranger.origin)
    const answer = await page.evaluate(async (relay) => {
      const response = await fetch(`${relay}/api/web-calls`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ agentId: 'demo' }),
      })
      return { status: response.status, body: (await response.json()) as { code: string; detail: string } }
    }, demo.url)
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden_origin' } })
    expect(answer.body.detail).toContain(stranger.origin)

    await tag.launch()
    await tag.state('error')
    expect(await tag.event('va-error')).toMatchObject({ code: 'forbidden_origin', retryable: false, message: expect.any(String) })
    expect(await tag.part('error').textContent()).not.toBe('')
    expect(await page.evaluate(() => window.ear.contexts.filter(({ level }) => level > 0).length)).toBe(0)
    await context.close()
  })
})

describe('under default-src none, trusted types required and nothing inline', () => {
  it.each(['the relay’s own page', 'a foreign page'])('%s: everything works', async (where) => {
    const { context, page, tag, faults } = await open(where === 'a foreign page' ? `${listed.origin}/strict` : `${demo.url}/strict-csp`)
    const policy = (await page.request.get(page.url())).headers()['content-security-policy']
    expect(policy).toMatch(
      /^default-src 'none'; script-src \S+; style-src 'self'; connect-src \S+ ws:\S+; require-trusted-types-for 'script'$/,
    )
    expect(await tag.part('launcher').evaluate((launcher) => getComputedStyle(launcher).cursor), 'the launcher has its styles').toBe(
      'pointer',
    )
    await tag.launch()
    await tag.event('va-call-started')
    await waitForSound(page, true)
    expect(await tag.part('panel').evaluate((panel) => getComputedStyle(panel).display), 'the panel has its styles').toBe('flex')
    await tag.write('Are you open on Sunday?')
    await tag.entry('the answer', ({ role, text }) => role === 'agent' && /closed/.test(text))
    await tag.part('keypad-toggle').click()
    await tag.part('key').first().click()
    await tag.hangUp()
    await tag.state('ended')
    expect(await page.evaluate(() => window.ear.refused)).toEqual([])
    expect(faults).toEqual([])
    await context.close()
  })
})

describe('an element that comes and goes', () => {
  it('moved within the page keeps its call', async () => {
    const { context, page, tag } = await open(listed.origin)
    await tag.launch()
    await tag.event('va-call-started')
    await waitForSound(page, true)
    await page.evaluate(() => {
      const element = document.querySelector('voice-agent')
      if (element) document.body.append(element)
    })
    await tag.write('Are you open on Sunday?')
    await tag.entry('the answer, heard', ({ role, text, final }) => role === 'agent' && final && /closed/.test(text))
    expect(await tag.events('va-call-ended')).toEqual([])
    await context.close()
  })

  it('taken out hangs up, and put in again can call again', async () => {
    const { context, page, tag, faults } = await open(listed.origin)
    await tag.launch()
    const { callId } = await tag.event('va-call-started')
    await waitForSound(page, true)
    await page.evaluate(() => {
      const element = document.querySelector('voice-agent')
      Object.assign(window, { kept: element })
      element?.remove()
    })
    expect(await endOf(callId)).toMatchObject({ status: 'completed', endReason: 'page-close' })
    await waitForSound(page, false)
    await page.evaluate(() => document.body.append((window as unknown as { kept: Element }).kept))
    const started = page.evaluate(
      () =>
        new Promise((resolve) =>
          addEventListener('va-call-started', (event) => resolve((event as CustomEvent).detail.callId), { once: true }),
        ),
    )
    expect(await tag.call('startCall')).toMatchObject({ ok: true })
    expect(await started).not.toBe(callId)
    expect(faults).toEqual([])
    await context.close()
  })

  it('two script tags do no harm', async () => {
    const { context, page, tag, faults } = await open(`${listed.origin}/twice`)
    expect(await tag.part('launcher').count()).toBe(1)
    await tag.launch()
    await tag.event('va-call-started')
    await waitForSound(page, true)
    expect((await tag.events('va-ready')).length).toBe(1)
    expect(faults).toEqual([])
    await context.close()
  })
})

describe('a page that the browser keeps and shows again', () => {
  it('hangs up when it is left, and can call again when it is shown', async () => {
    const { context, page, tag } = await open(listed.origin)
    await page.evaluate(() => addEventListener('pageshow', (event) => Object.assign(window, { keptByBrowser: event.persisted })))
    await tag.launch()
    const { callId } = await tag.event('va-call-started')
    await waitForSound(page, true)
    await page.goto(`${demo.url}/inline`)
    expect(await endOf(callId)).toMatchObject({ status: 'completed', endReason: 'page-close' })
    await page.goBack({ waitUntil: 'commit' })
    await page.waitForFunction(() => 'keptByBrowser' in window)
    expect(await page.evaluate(() => (window as unknown as { keptByBrowser: boolean }).keptByBrowser), 'the browser kept the page').toBe(
      true,
    )
    await page.waitForFunction(() => ['idle', 'ended'].includes(document.querySelector('voice-agent')?.getAttribute('data-state') ?? ''))
    await tag.part('again').click()
    const again = await tag.event('va-call-started', 2)
    expect(again.callId).not.toBe(callId)
    await waitForSound(page, true)
    await context.close()
  })
})
