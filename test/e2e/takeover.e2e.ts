import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { CLIP_HZ, speak } from '../clips/speech.ts'
import { openPage, Tag } from '../kit/browser.ts'
import { demoInBrowser, lookPath } from '../kit/demo-in-browser.ts'
import { hearOn, recordings } from '../kit/ear.ts'
import { sayUntilHeard } from '../kit/live-ears.ts'
import { LiveSandbox } from '../kit/live-sandbox.ts'
import { type Operator, signIn } from '../kit/operator.ts'
import { OperatorHand } from '../kit/operator-end.ts'
import { growMicrophone, say } from '../kit/page-microphone.ts'
import { adminPassword } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'
import { fromInt16 } from '../kit/waveform.ts'

/** A visitor's page and the console's page, both with a voice: heard through the relay at the other's loudspeaker. */

const GREETING = 'Welcome to the shop of lamps.'
const VISITOR = 'Please tell me about the returns.'
const OPERATOR = 'Good morning, this is a person of the shop.'
const QUESTION = 'What is the refund code?'
const BRIEFING = 'The refund code is mango forty two.'
const ADMIN = 'admin@localhost.localdomain'

let admin: Operator
const house = demoInBrowser({ SANDBOX_AI: '1' }, async ({ demo }) => {
  for (const words of [VISITOR, OPERATOR]) speak(words)
  // What it does not know it looks for in every voice, and meanwhile hears nobody else.
  await new LiveSandbox(demo.sandboxUrl).learn([VISITOR, OPERATOR])
  admin = await signIn(demo)
  const persona = { engine: 'gemini-live', fallbacks: [], greeting: GREETING, disclosure: '', turns: { settleMs: 0 } }
  expect((await admin.ask('PATCH', '/api/agents/demo', persona)).status).toBe(200)
})

const inPage = (words: string) => fromInt16(speak(words), CLIP_HZ)
/** What this page's newest loudspeaker gave so far. */
const loudspeaker = (page: Page) => async () => {
  return (await recordings(page)).at(-1) ?? { samples: new Float32Array(0), sampleRate: 48_000 }
}
async function pageWithVoice(url: string) {
  const opened = await openPage(house.browser)
  await growMicrophone(opened.context)
  await opened.page.goto(url)
  return opened
}

it('operator and visitor hear each other, and the call goes back with what the operator leaves', async () => {
  const visitor = await pageWithVoice(house.demo.url)
  const tag = new Tag(visitor.page)
  await tag.launch()
  const { callId } = await tag.event('va-call-started')
  await tag.entry('the greeting, heard', ({ final, role }) => role === 'agent' && final)

  const desk = await pageWithVoice(`${house.demo.url}/console#/active/${callId}`)
  await desk.page.getByLabel('E-mail').fill(ADMIN)
  await desk.page.getByLabel('Password').fill(adminPassword(house.demo.dataDir))
  await desk.page.keyboard.press('Enter')
  await desk.page.getByText(GREETING).waitFor()
  await desk.page.getByRole('button', { name: 'Listen' }).click()
  await desk.page.getByText('You listen', { exact: true }).waitFor()

  await desk.page.keyboard.press('t')
  await desk.page.getByRole('dialog').getByLabel('Reason').fill('Wants a person')
  await desk.page.keyboard.press('Enter')
  await desk.page.getByText('You speak', { exact: true }).waitFor()
  await tag.entry('the sentence that says so, heard', ({ final, text }) => final && text.includes('colleague'))
  await tag.part('name').getByText('Operator').waitFor()
  await visitor.page.screenshot({ path: lookPath('takeover-visitor') })
  await desk.page.screenshot({ path: lookPath('takeover-desk') })
  const words = async () => (await tag.transcript()).filter(({ role }) => role === 'agent').length
  const before = await words()

  const speaks = (from: Page, said: string, to: Page) => async () => {
    await say(from, speak(said))
    await hearOn(to, 700)
  }
  await sayUntilHeard(inPage(OPERATOR), speaks(desk.page, OPERATOR, visitor.page), loudspeaker(visitor.page))
  await sayUntilHeard(inPage(VISITOR), speaks(visitor.page, VISITOR, desk.page), loudspeaker(desk.page))
  expect(await words()).toBe(before)
  await tag.entry('what the operator said, written down', ({ role, text }) => role === 'operator' && text === OPERATOR)
  await tag.entry('what the visitor said, too', ({ role, text }) => role === 'visitor' && text === VISITOR)

  await desk.page.keyboard.press('t')
  await desk.page.getByRole('dialog').getByLabel('What the AI should know').fill(BRIEFING)
  await desk.page.getByRole('dialog').getByRole('button', { name: 'Hand back' }).click()
  const hand = new OperatorHand(admin, String(callId))
  await until('the AI has it again', async () => (await hand.standing()).ai === 'active')
  await tag.entry('it says so', ({ final, text }) => final && text.startsWith('You are back with me'))
  // By nothing but the briefing can it know.
  await tag.write(QUESTION)
  await tag.entry('the answer, heard', ({ final, role, text }) => role === 'agent' && final && text.includes(BRIEFING))
  expect(await hand.takeovers()).toMatchObject([{ reason: 'Wants a person', endedBy: 'operator', briefing: BRIEFING }])
  await tag.hangUp()
  await desk.page.getByText(/The chain of \d+ events verifies/).waitFor()
  expect([...visitor.faults, ...desk.faults]).toEqual([])
})
