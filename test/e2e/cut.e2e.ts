import type { Entry } from '@voice-agent/relay/protocol'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage, Tag } from '../kit/browser.ts'
import { recordings, waitForSound } from '../kit/ear.ts'
import { signIn } from '../kit/operator.ts'
import { type RelayProcess, startDemo } from '../kit/relay-process.ts'
import { bestLag, envelope, lengthMs, mendGap, part, toMs, trim, windows } from '../kit/sound.ts'
import { openTcpProxy, type TcpProxy } from '../kit/tcp-proxy.ts'
import { until } from '../kit/until.ts'

/** The line between page and relay is lost in the middle of an answer, or the relay itself is. */

const QUESTION = 'Do you ship to Pune?'
const AWAY_MS = 10_000
const SEAM_MS = 800

let browser: Browser
let wire: TcpProxy
let demo: RelayProcess
beforeAll(async () => {
  browser = await openBrowser()
  wire = await openTcpProxy(() => demo.port)
  demo = await startDemo({ PUBLIC_URL: `http://localhost:${wire.port}` })
})
afterAll(async () => {
  await browser?.close()
  await wire?.close()
  await demo?.[Symbol.asyncDispose]()
})
afterEach(() => wire.restore())

async function call(): Promise<{ page: Page; tag: Tag; done: () => Promise<void> }> {
  const { context, page } = await openPage(browser)
  const tag = new Tag(page)
  await page.goto(`http://localhost:${wire.port}`)
  await tag.launch()
  await tag.event('va-call-started')
  await tag.entry('the greeting, heard', ({ role, final }) => role === 'agent' && final)
  return { page, tag, done: () => context.close() }
}

const answers = (entries: Entry[]) => entries.filter(({ role, text }) => role === 'agent' && /everywhere in India/.test(text))

async function heardSince(page: Page, fromMs: number): Promise<Float32Array> {
  const [recording] = await recordings(page)
  if (!recording) throw new Error('the page has no sound')
  return envelope(part(recording, fromMs))
}

async function nowMs(page: Page): Promise<number> {
  const [recording] = await recordings(page)
  return recording ? lengthMs(recording) : 0
}

describe.each(['cut', 'freeze'] as const)('the line is lost for 10 s in the middle of an answer (%s)', (how) => {
  it('the same call goes on, and nothing is lost or heard twice', async () => {
    const { page, tag, done } = await call()
    // The same answer undisturbed: what should be heard.
    let from = await nowMs(page)
    await tag.write(QUESTION)
    const whole = await tag.entry('the undisturbed answer', (entry) => answers([entry]).length > 0 && entry.final)
    await tag.state('listening')
    const wanted = trim(await heardSince(page, from))

    from = await nowMs(page)
    await tag.write(QUESTION)
    await waitForSound(page, true)
    const begun = await tag.entry(
      'some words of it',
      (entry) => entry.role === 'agent' && entry.id !== whole.id && /^Yes, we deliver/.test(entry.text),
    )
    wire[how]()
    await page.waitForTimeout(AWAY_MS)
    wire.restore()
    const resumed = await tag.entry('the whole answer', ({ id, final }) => id === begun.id && final)
    await tag.state('listening')

    expect(resumed).toMatchObject({ text: whole.text })
    expect(resumed.interrupted ?? false).toBe(false)
    expect(answers(await tag.transcript())).toHaveLength(2)
    expect((await tag.events('va-call-started')).length, 'the same call').toBe(1)

    const { levels: got, at } = mendGap(trim(await heardSince(page, from)), AWAY_MS / 2)
    expect(at, 'the outage can be heard as one silence').toBeGreaterThan(0)
    // A busy machine makes small pauses of its own, which add up: the seam is looked at by itself, and then the last words.
    const seam = windows(SEAM_MS)
    const head = bestLag(got.subarray(Math.max(0, at - seam), at), wanted, Math.max(0, at - seam), 150)
    const tail = bestLag(got.subarray(at, at + seam), wanted, at, 400)
    const last = bestLag(got.subarray(-seam), wanted, wanted.length - seam, 150)
    expect(head.fit, 'what was heard before').toBeGreaterThan(0.9)
    expect(tail.fit, 'what was heard after').toBeGreaterThan(0.9)
    expect(last.fit, 'the last words').toBeGreaterThan(0.9)
    // The fade is 30 ms; the ear's windows are 5 ms.
    expect(Math.abs(tail.lagMs - head.lagMs), `ms lost (above 0) or heard twice: ${tail.lagMs - head.lagMs}`).toBeLessThanOrEqual(60)
    expect(Math.abs(toMs(got.length - wanted.length))).toBeLessThanOrEqual(300)
    expect(at).toBeGreaterThan(windows(200))

    const admin = await signIn(demo)
    await tag.hangUp()
    const callId = String(await tag.read('callId'))
    const { entries } = await until('the call is settled', async () => {
      const { body } = await admin.ask<{ call: { status: string } }>('GET', `/api/calls/${callId}`)
      if (body.call?.status !== 'completed') return undefined
      return (await admin.ask<{ entries: Entry[] }>('GET', `/api/calls/${callId}/transcript`)).body
    })
    expect(answers(entries).map(({ text }) => text)).toEqual([whole.text, whole.text])
    await done()
  })
})

describe('the relay is killed', () => {
  it('the call is settled at restart, and the widget offers a new one in the same session', async () => {
    const { page, tag, done } = await call()
    const { callId, sessionId } = await tag.event('va-call-started')
    await tag.write(QUESTION)
    await waitForSound(page, true)
    await demo.kill()
    await tag.state('reconnecting')
    demo = await demo.restart()
    expect(await tag.event('va-call-ended', 1, 40_000)).toMatchObject({ callId, reason: 'error' })
    await tag.state('ended')

    const admin = await signIn(demo)
    const { body } = await admin.ask<{ call: object }>('GET', `/api/calls/${callId}`)
    expect(body.call).toMatchObject({ id: callId, status: 'failed', endReason: 'error', endedAt: expect.any(String) })
    expect((await admin.ask('GET', `/api/calls/${callId}/evidence`)).body).toMatchObject({ verified: true })

    await tag.part('again').click()
    const again = await tag.event('va-call-started', 2)
    expect(again.sessionId).toBe(sessionId)
    expect(again.callId).not.toBe(callId)
    await waitForSound(page, true)
    await done()
  })
})
