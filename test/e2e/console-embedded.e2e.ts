import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { axeOffences } from '../kit/axe.ts'
import { openBrowser, openPlainPage } from '../kit/browser.ts'
import { lookPath } from '../kit/demo-in-browser.ts'
import { type Operator, signIn } from '../kit/operator.ts'
import { type RelayProcess, startRelay } from '../kit/relay-process.ts'
import { visit } from '../kit/visitor.ts'

/** `<voice-console>` in an owner's own admin page, of another origin, with the tokens of that page. */

let relay: RelayProcess
let admin: Operator
let browser: Browser
const tokens: string[] = []

/** An owner's admin page under a policy of its own, whose server hands out the tokens. */
const owner = createServer((request, response) => {
  if (request.url === '/token') return void response.end(tokens.shift() ?? '')
  if (request.url === '/admin.js') {
    response.setHeader('Content-Type', 'text/javascript')
    return void response.end(`const box = document.querySelector('voice-console')
      box.tokenProvider = async () => (await fetch('/token')).text()`)
  }
  if (request.url === '/admin.css') {
    response.setHeader('Content-Type', 'text/css')
    return void response.end('body { margin: 0 } voice-console { display: block; height: 720px; --va-accent: #7a3cff }')
  }
  const at = relay.url
  response.setHeader('Content-Type', 'text/html')
  response.setHeader(
    'Content-Security-Policy',
    `default-src 'none'; img-src data:; script-src 'self' ${at}; style-src 'self'; connect-src 'self' ${at} ${at.replace('http', 'ws')}; require-trusted-types-for 'script'`,
  )
  response.end(`<!doctype html><html lang="en"><head><title>Admin</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/admin.css">
    <script type="module" src="${at}/voice-console.js"></script><script type="module" src="/admin.js"></script></head>
    <body><header><h1>Our shop</h1></header><voice-console routing="none"></voice-console></body></html>`)
})
const addressOf = () => `http://127.0.0.1:${(owner.address() as AddressInfo).port}`

beforeAll(async () => {
  owner.listen(0, '127.0.0.1')
  await once(owner, 'listening')
  relay = await startRelay({ CONSOLE_ORIGINS: addressOf() })
  admin = await signIn(relay)
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await relay?.[Symbol.asyncDispose]()
  owner.close()
  owner.closeAllConnections()
})

it('works on the tokens of the page around it, and keeps nothing there', async () => {
  const { body } = await admin.ask<{ key: string }>('POST', '/api/api-keys', {
    name: 'admin page',
    scopes: ['calls:read', 'calls:write', 'agents:read'],
  })
  // The first one counts no more: the page is asked for another.
  tokens.push('va_old', admin.token)
  expect(body.key).toMatch(/^va_/)
  const visitor = await visit(relay.url, { modality: 'text' })
  const { faults, page } = await openPlainPage(browser)
  await page.goto(addressOf())
  await page.getByRole('link', { name: 'Active calls' }).click()
  await page.locator(`[data-id="${visitor.opened.callId}"]`).click()
  await page.getByRole('button', { name: 'Pause the AI' }).click()
  await page.getByRole('button', { name: 'Let the AI go on' }).waitFor()
  expect(page.url()).toBe(`${addressOf()}/`)
  expect(await page.getByRole('button', { name: 'Sign out' }).count()).toBe(0)
  expect(await page.evaluate(() => localStorage.length)).toBe(0)
  await page.screenshot({ path: lookPath('console-embedded') })
  expect(await axeOffences(page)).toEqual([])
  visitor.send({ type: 'hangup' })
  expect(faults.filter((fault) => !fault.includes('401'))).toEqual([])
})

it('says what to do when the page gives no sign-in', async () => {
  const { page } = await openPlainPage(browser)
  await page.goto(addressOf())
  await page.getByRole('heading', { name: 'Not signed in' }).waitFor()
  tokens.push(admin.token)
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('heading', { name: 'Today' }).waitFor()
})
