import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage, Tag } from '../kit/browser.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import { until } from '../kit/until.ts'

/** A conversation that is begun by typing, goes on by voice and then on a phone is one session, in the log too. */

const CALLEE = '+12025550105'

interface CallOfSession {
  id: string
  sessionId: string
  kind: string
  carrier?: string
  startedAt: string
  endedAt?: string
  status: string
  endReason?: string
}

let browser: Browser
let house: PhoneHouse
beforeAll(async () => {
  house = await PhoneHouse.start({
    greeting: 'Welcome to the shop.',
    keyMenu: [{ digit: '1', label: 'hours', say: 'We are open from nine to five.' }],
    knowledge: { questions: [{ question: 'What do you sell?', answer: 'We sell lamps.' }] },
  })
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await house?.close()
})

describe('one session', () => {
  it('typed, then spoken, then on a phone', async () => {
    const { context, page } = await openPage(browser)
    await page.goto(`${house.demo.url}/inline?agent-id=${house.agentId}`)
    const tag = new Tag(page)
    const session = async () => String(await tag.read('sessionId'))

    // Typed: nobody has clicked to talk.
    await tag.write('What do you sell?')
    await tag.entry('the answer in writing', ({ role, text }) => role === 'agent' && text.includes('lamps'))
    const typed = String(await tag.read('callId'))
    const sessionId = await session()
    await tag.hangUp()
    await tag.state('ended')

    // Spoken: the page talks, and a key is pressed.
    expect(await tag.call('startCall')).toMatchObject({ ok: true, sessionId })
    const spoken = String(await tag.read('callId'))
    expect(spoken).not.toBe(typed)
    expect(await tag.call('sendDigits', '1')).toMatchObject({ ok: true })
    await tag.entry('the menu’s answer, heard', ({ final, role, text }) => role === 'agent' && final && text.includes('nine'))
    await tag.hangUp()
    await tag.state('ended')

    // A phone: the visitor asks to be called, and answers.
    await house.phones.script(CALLEE, { says: [{ waitForSilenceMs: 800 }, { digits: '1' }, { waitForSilenceMs: 1500 }], hangsUpAfterMs: 0 })
    const asked = await tag.call('requestCallback', CALLEE)
    expect(asked).toMatchObject({ ok: true, sessionId })
    const rung = asked.callId ?? ''
    await until('the phone call is over', async () => (await house.call(rung)).endReason)
    expect(await session()).toBe(sessionId)

    // The log: three calls of one session, in order, each with its own words.
    const { body } = await house.admin.ask<{ calls: CallOfSession[] }>('GET', `/api/calls?sessionId=${encodeURIComponent(sessionId)}`)
    const calls = body.calls.filter((call) => call.sessionId === sessionId).toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
    expect(calls.map(({ id }) => id)).toEqual([typed, spoken, rung])
    expect(calls.map(({ carrier, kind }) => [kind, carrier])).toEqual([
      ['web', undefined],
      ['web', undefined],
      ['phone', 'twilio'],
    ])
    for (const [place, { endedAt, startedAt }] of calls.entries()) {
      expect(endedAt && endedAt >= startedAt).toBe(true)
      const next = calls[place + 1]
      if (next) expect(next.startedAt >= (endedAt ?? '')).toBe(true)
    }
    const [inWriting, byVoice, byPhone] = await Promise.all([typed, spoken, rung].map((id) => house.transcript(id)))
    expect(inWriting?.some(({ role, text }) => role === 'visitor' && text === 'What do you sell?')).toBe(true)
    expect(inWriting?.some(({ role, text }) => role === 'agent' && text.includes('lamps'))).toBe(true)
    expect(byVoice?.some(({ text }) => text.includes('nine'))).toBe(true)
    expect(byPhone?.some(({ role, text }) => role === 'agent' && text.includes('Welcome'))).toBe(true)
    expect(byPhone?.some(({ text }) => text.includes('nine'))).toBe(true)
    await context.close()
  })
})
