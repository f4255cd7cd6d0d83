import type { Entry } from '@voice-agent/relay/protocol'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLIP_HZ, speak } from '../clips/speech.ts'
import { timeline, writeClip } from '../clips/wav.ts'
import { openBrowser, openPage, Tag } from '../kit/browser.ts'
import { recordings, waitForSound } from '../kit/ear.ts'
import { LiveSandbox } from '../kit/live-sandbox.ts'
import { signIn } from '../kit/operator.ts'
import { growMicrophone, say } from '../kit/page-microphone.ts'
import { changeRate, hide, keepAtHand, microphones } from '../kit/page-tricks.ts'
import { type RelayProcess, startDemo } from '../kit/relay-process.ts'
import { soundingMs } from '../kit/sound.ts'
import { openTcpProxy, type TcpProxy } from '../kit/tcp-proxy.ts'
import { until } from '../kit/until.ts'
import { fromInt16, likeness } from '../kit/waveform.ts'

/** Devices, permissions, systems and lines that change under a spoken call. The sandbox plays Gemini Live, and keeps what it heard. */

const WORDS = 'How much does the lamp cost?'
const VOICE = speak(WORDS)
const VOICE_MS = Math.ceil((VOICE.length / CLIP_HZ) * 1000)
const AWAY_MS = 10_000

/** The words, and a quiet room for so long after them. */
const spoken = (thenMs: number) => timeline(VOICE_MS + thenMs, [{ atMs: 0, samples: VOICE }])

let demo: RelayProcess
let wire: TcpProxy
let live: LiveSandbox
let browser: Browser
beforeAll(async () => {
  wire = await openTcpProxy(() => demo.port)
  demo = await startDemo({ SANDBOX_AI: '1', PUBLIC_URL: `http://localhost:${wire.port}` })
  live = new LiveSandbox(demo.sandboxUrl)
  await live.learn([WORDS])
  const admin = await signIn(demo)
  const { status } = await admin.ask('PATCH', '/api/agents/demo', {
    engine: 'gemini-live',
    fallbacks: ['offline'],
    greeting: 'Hello.',
    disclosure: '',
  })
  expect(status).toBe(200)
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await wire?.close()
  await demo?.[Symbol.asyncDispose]()
})

interface Visit {
  context: BrowserContext
  page: Page
  tag: Tag
  /** How often the agent has understood the words by now. */
  understood(): Promise<number>
  /** Resolves once it has this many times. */
  understands(times: number): Promise<void>
}

/** A page of the shop, not yet in a call. `plainMicrophone`: the browser's own, else one that says what the test says. */
async function visit(
  use: (visit: Visit) => Promise<void>,
  o: { on?: Browser; plainMicrophone?: boolean; at?: string } = {},
): Promise<void> {
  const { context, page, faults } = await openPage(o.on ?? browser)
  try {
    if (!o.plainMicrophone) await growMicrophone(context)
    await keepAtHand(context)
    const tag = new Tag(page)
    const said = ({ role, text, final }: Entry) => role === 'visitor' && final && text === WORDS
    const understood = async () => (await tag.transcript()).filter(said).length
    await page.goto(o.at ?? demo.url)
    await use({
      context,
      page,
      tag,
      understood,
      async understands(times) {
        await until(`${WORDS} is understood ${times} times`, async () => (await understood()) >= times, 40_000)
      },
    })
    await tag.hangUp()
    await tag.state('ended')
    // A line that is cut is told in the console by the browser itself.
    expect(faults.filter((fault) => !/ERR_CONNECTION|ERR_EMPTY|WebSocket/.test(fault))).toEqual([])
  } finally {
    await context.close()
  }
}

async function greeted({ tag, page }: Visit): Promise<void> {
  await tag.launch()
  await tag.entry('the greeting, heard', ({ role, final }) => role === 'agent' && final)
  await page.waitForFunction(() => window.ear.microphones.length > 0)
}

/** What came from the microphone and what arrived, so far. */
async function sofar(page: Page) {
  const tap = (await recordings(page, 'microphones')).at(-1)
  const session = (await live.sessions()).at(-1)
  if (!tap || !session) throw new Error('no microphone is open, or nobody listens')
  return { tap, sent: await live.audio(session.id) }
}

/** Says the words; they have to arrive as the page's worklet gets them. */
async function sayWhole({ page, understood, understands }: Visit): Promise<void> {
  const before = await sofar(page)
  const times = await understood()
  await say(page, spoken(1500))
  await understands(times + 1)
  const now = await sofar(page)
  const tap = { ...now.tap, samples: now.tap.samples.slice(before.tap.samples.length) }
  const sent = { ...now.sent, samples: now.sent.samples.slice(before.sent.samples.length) }
  const wanted = fromInt16(VOICE, CLIP_HZ)
  const from = Math.round((likeness(wanted, tap).atMs / 1000) * tap.sampleRate)
  const taken = { ...tap, samples: tap.samples.slice(from, from + Math.round((VOICE.length / CLIP_HZ) * tap.sampleRate)) }
  const { correlation, gapMs, levelDb } = likeness(taken, sent)
  console.log(`from ${tap.sampleRate} Hz: correlation ${correlation.toFixed(4)}, longest gap ${gapMs} ms, level ${levelDb.toFixed(2)} dB`)
  expect(correlation).toBeGreaterThanOrEqual(0.95)
  expect(gapMs).toBeLessThanOrEqual(20)
  expect(Math.abs(levelDb)).toBeLessThanOrEqual(2)
}

const clip = () => timeline(12_000, [{ atMs: 2000, samples: VOICE }])

describe('a spoken call', () => {
  it('goes on when the visitor changes the microphone', async () => {
    const own = await openBrowser({ microphone: writeClip('each microphone', clip(), 48_000) })
    try {
      await visit(
        async (each) => {
          const { tag, page } = each
          await greeted(each)
          await each.understands(1)
          await tag.entry('an answer, heard', ({ role, text, final }) => role === 'agent' && final && text !== 'Hello.')
          const [first] = await microphones(page)
          await tag.part('volume').click()
          const choice = tag.part('input-device')
          const other = await choice.evaluate(
            (select, before) =>
              [...(select as HTMLSelectElement).options].map(({ value }) => value).find((id) => id !== before && id !== 'default'),
            first?.deviceId,
          )
          await choice.selectOption(other ?? '')
          await until('the other microphone is open', async () => (await microphones(page)).at(-1)?.deviceId === other)
          expect(await microphones(page)).toEqual([
            { deviceId: first?.deviceId, open: false },
            { deviceId: other, open: true },
          ])
          // Each microphone says the words from its own beginning.
          await each.understands(2)
          expect((await tag.events('va-call-started')).length).toBe(1)
        },
        { on: own, plainMicrophone: true },
      )
    } finally {
      await own.close()
    }
  })

  it('begins in writing where the microphone is denied, and is spoken once it is granted', async () => {
    const own = await openBrowser({ asks: true, microphone: writeClip('each microphone', clip(), 48_000) })
    try {
      await visit(
        async (each) => {
          const { tag, page, context } = each
          // Granting anything refuses the rest.
          await context.grantPermissions(['geolocation'], { origin: demo.url })
          await tag.launch()
          await tag.part('notice').getByText('The microphone is blocked for this page').waitFor()
          expect(await tag.events('va-error')).toMatchObject([{ code: 'mic_denied' }])
          await tag.write(WORDS)
          await tag.entry('an answer, heard', ({ role, text, final }) => role === 'agent' && final && text !== 'Hello.')
          await context.grantPermissions(['microphone'], { origin: demo.url })
          await tag.part('mute').click()
          await page.waitForFunction(() => window.ear.microphones.length > 0)
          await each.understands(2)
        },
        { on: own, plainMicrophone: true },
      )
    } finally {
      await own.close()
    }
  })

  it('goes on at the headset’s rate when a headset takes over', async () => {
    await visit(async (each) => {
      const { page, tag } = each
      await greeted(each)
      await changeRate(page, 16_000)
      await until('the page hears at the new rate', async () => (await recordings(page, 'microphones')).at(-1)?.sampleRate === 16_000)
      await sayWhole(each)
      await tag.entry('an answer, heard', ({ role, text, final }) => role === 'agent' && final && text !== 'Hello.')
      const voice = (await recordings(page)).at(-1)
      expect(voice?.sampleRate).toBe(16_000)
      expect(voice ? soundingMs(voice) : 0).toBeGreaterThan(800)
    })
  })

  it('begins muted when told to, and hears nothing before it is unmuted', async () => {
    await visit(async (each) => {
      const { page, tag } = each
      await tag.host.evaluate((element) => element.setAttribute('start-muted', ''))
      await greeted(each)
      expect(await tag.read('muted')).toBe(true)
      await say(page, spoken(1500))
      const session = await until('a session', async () => (await live.sessions()).at(-1))
      const sent = await live.audio(session.id)
      expect(sent.samples.length / sent.sampleRate, 'it is sent, and is silence').toBeGreaterThan(2)
      expect(sent.samples.every((sample) => sample === 0)).toBe(true)
      expect(await each.understood()).toBe(0)
      await tag.part('mute').click()
      await tag.event('va-mute-changed')
      await sayWhole(each)
    })
  })

  it('goes on while another tab is looked at', async () => {
    await visit(async (each) => {
      const { page, tag } = each
      await greeted(each)
      await hide(page, true)
      await sayWhole(each)
      const answer = await tag.entry('an answer, heard', ({ role, text, final }) => role === 'agent' && final && text !== 'Hello.')
      expect(answer.interrupted ?? false).toBe(false)
      await hide(page, false)
      await say(page, spoken(1500))
      await each.understands(2)
      expect((await tag.events('va-call-started')).length).toBe(1)
    })
  })

  it('survives a line that is cut for 10 s in the middle of an answer', async () => {
    await visit(
      async (each) => {
        const { page, tag } = each
        await greeted(each)
        await say(page, spoken(1500))
        await each.understands(1)
        await waitForSound(page, true)
        wire.cut()
        await tag.state('reconnecting')
        // What is said into a dead line is lost with it, and does not come in a burst later.
        await say(page, spoken(AWAY_MS - VOICE_MS))
        wire.restore()
        const answer = await tag.entry('the answer, heard', ({ role, text, final }) => role === 'agent' && final && text !== 'Hello.')
        expect(answer.interrupted ?? false).toBe(false)
        await sayWhole(each)
        expect((await tag.events('va-call-started')).length, 'the same call').toBe(1)
      },
      { at: `http://localhost:${wire.port}` },
    )
  })
})
