import type { Entry } from '@voice-agent/relay/protocol'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage, Tag } from '../kit/browser.ts'
import { recordings, waitForSound } from '../kit/ear.ts'
import { signIn } from '../kit/operator.ts'
import { type Postgres, startPostgres } from '../kit/postgres.ts'
import { type Env, type RelayProcess, startDemo } from '../kit/relay-process.ts'
import { lengthMs, part, soundingMs } from '../kit/sound.ts'
import { until } from '../kit/until.ts'

/**
 * The main job on real input: click, the greeting sounds, a typed question, a spoken and written answer, silence on request,
 * hang up, and the call stands in the log; measured in the page's audio graph.
 */

const QUESTION = 'Do you ship to Pune?'
const SECRETS = { AUTH_SECRET: 'a'.repeat(48), ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64') }
const LOGIN = { ADMIN_EMAIL: 'admin@shop.example', ADMIN_PASSWORD: 'correct horse battery' }

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

describe.each(['embedded', 'Postgres'] as const)('a visit, stored in %s', (storage) => {
  let database: Postgres | undefined
  let demo: RelayProcess
  beforeAll(async () => {
    if (storage === 'Postgres') database = await startPostgres()
    const env: Env = database ? { DATABASE_URL: database.url, ...SECRETS } : {}
    demo = await startDemo({ ...env, ...LOGIN })
  })
  afterAll(async () => {
    await demo?.[Symbol.asyncDispose]()
    await database?.[Symbol.asyncDispose]()
  })

  it('is heard, read, silenced, ended and logged', async () => {
    const { context, page, faults } = await openPage(browser)
    const tag = new Tag(page)
    await page.goto(demo.url)
    await tag.state('idle')
    expect(await page.evaluate(() => window.ear.contexts.length), 'nothing may sound before a click').toBe(0)

    await test('the greeting sounds after one click', async () => {
      await tag.launch()
      const { callId, sessionId } = await tag.event('va-call-started')
      expect(callId).toBe(await tag.read('callId'))
      expect(sessionId).toBe(await tag.read('sessionId'))
      await waitForSound(page, true)
      const greeting = await tag.entry('the greeting, heard', ({ role, final }) => role === 'agent' && final)
      expect(greeting.text.length).toBeGreaterThan(10)
      expect(soundingMs(await heard())).toBeGreaterThan(800)
      expect(await page.evaluate(() => window.ear.problems)).toEqual([])
    })

    let whole: Entry | undefined
    await test('a typed question is answered aloud and in writing', async () => {
      const before = lengthMs(await heard())
      await tag.write(QUESTION)
      whole = await tag.entry('the answer, heard', ({ role, text, final }) => role === 'agent' && final && /everywhere in India/.test(text))
      expect(soundingMs(part(await heard(), before))).toBeGreaterThan(1500)
      await tag.part('transcript').getByText(whole.text).waitFor()
      await tag.part('transcript').getByText(QUESTION).waitFor()
    })

    await test('interrupt() silences it, and the entry ends where it was heard', async () => {
      const known = new Set((await tag.transcript()).map(({ id }) => id))
      await tag.state('listening')
      const asked = lengthMs(await heard())
      await tag.write(QUESTION)
      await waitForSound(page, true)
      const begun = await tag.entry(
        'three words of the second answer',
        ({ id, role, text }) => role === 'agent' && !known.has(id) && text.split(' ').length >= 3,
      )
      await until('a good second of it sounded', async () => soundingMs(part(await heard(), asked)) > 1200)
      const before = lengthMs(await heard())
      expect(await tag.call('interrupt')).toMatchObject({ ok: true })
      await waitForSound(page, false)
      const cut = await tag.entry('the cut answer', ({ id, final }) => id === begun.id && final)
      expect(cut.interrupted).toBe(true)
      expect(cut.text).not.toBe('')
      expect(cut.text.length, `${cut.text} is not all of ${begun.text}`).toBeLessThan(begun.text.length)
      expect(whole?.text.startsWith(cut.text.replace(/[\s.…]+$/, '')), `${cut.text} is not how the answer begins`).toBe(true)
      // The fade is 30 ms; the rest is the way from this process into the page.
      expect(soundingMs(part(await heard(), before))).toBeLessThan(500)
    })

    await test('hanging up ends the call', async () => {
      await tag.hangUp()
      expect(await tag.event('va-call-ended')).toMatchObject({ reason: 'visitor', durationMs: expect.any(Number) })
      await tag.state('ended')
    })

    const callId = String(await tag.read('callId'))
    const seen = await tag.transcript()
    await test('the call is in the log, and its chain verifies', () => inTheLog(callId, seen))
    if (database) await test('its rows are in Postgres', () => inTables(callId, seen.length))
    await test('it is still there after a restart', async () => {
      expect(await demo.stop()).toBe(0)
      demo = await demo.restart()
      await inTheLog(callId, seen)
    })
    expect(faults).toEqual([])
    await context.close()

    async function heard() {
      const [recording] = await recordings(page)
      if (!recording) throw new Error('the page has no sound')
      return recording
    }
  })

  async function inTheLog(callId: string, seen: Entry[]): Promise<void> {
    const admin = await signIn(demo, { email: LOGIN.ADMIN_EMAIL, password: LOGIN.ADMIN_PASSWORD })
    const { call } = await until('the call is settled', async () => {
      const { body } = await admin.ask<{ call: { status: string } }>('GET', `/api/calls/${callId}`)
      return body.call?.status === 'completed' && body
    })
    expect(call).toMatchObject({ status: 'completed', endReason: 'visitor', kind: 'web', durationMs: expect.any(Number) })
    const { body } = await admin.ask<{ entries: Entry[] }>('GET', `/api/calls/${callId}/transcript`)
    expect(body.entries.map(({ role, text, interrupted }) => ({ role, text, interrupted: interrupted ?? false }))).toEqual(
      seen.map(({ role, text, interrupted }) => ({ role, text, interrupted: interrupted ?? false })),
    )
    expect((await admin.ask('GET', `/api/calls/${callId}/evidence`)).body).toMatchObject({ verified: true, problems: [], erased: false })
  }

  async function inTables(callId: string, entries: number): Promise<void> {
    if (!database) return
    const { sql } = database
    expect(await sql`select status, end_reason from calls where id = ${callId}`).toEqual([{ status: 'completed', end_reason: 'visitor' }])
    expect((await sql`select 1 from entries where call_id = ${callId}`).length).toBe(entries)
    expect((await sql`select 1 from events where call_id = ${callId}`).length).toBeGreaterThan(2)
  }
})

/** One step of a visit; its name is in the failure. */
async function test(name: string, step: () => Promise<void>): Promise<void> {
  try {
    await step()
  } catch (error) {
    if (error instanceof Error) error.message = `${name}: ${error.message}`
    throw error
  }
}
