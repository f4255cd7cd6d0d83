import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { openPlainPage } from './browser.ts'
import { ask } from './operator.ts'
import type { RelayProcess } from './relay-process.ts'
import { until } from './until.ts'

/** A call as the sandbox's phone network keeps it. */
export interface NetworkCall {
  readonly id: string
  readonly number: string
  readonly state: 'dialling' | 'ringing' | 'talking' | 'over'
  readonly end?: string
  readonly endedBy?: string
  readonly keysPressed: { readonly digit: string }[]
}

let asked = 0

/** The demo's shop is asked to ring a number. Rejects when the relay refuses. */
export async function askToBeRung(demo: RelayProcess, phoneNumber: string): Promise<string> {
  asked += 1
  const { status, body } = await ask<{ callId: string }>(demo.url, 'POST', '/api/click-to-call', {
    headers: { origin: demo.url, 'idempotency-key': `phone-page-${process.pid}-${asked}` },
    body: { agentId: 'demo', phoneNumber, consent: true },
  })
  if (status !== 202) throw new Error(`refused with ${status}: ${JSON.stringify(body)}`)
  return body.callId
}

/** The newest call of a number. */
export async function networkCall(demo: RelayProcess, number: string): Promise<NetworkCall> {
  const { body } = await ask<{ calls: NetworkCall[] }>(demo.sandboxUrl, 'GET', `/sandbox/phones/calls?number=${encodeURIComponent(number)}`)
  const call = body.calls.at(-1)
  if (!call) throw new Error(`${number} has had no call`)
  return call
}

/** How loud the last second was of what was said or heard in a call. */
export async function loudness(demo: RelayProcess, callId: string, side: 'heard' | 'said'): Promise<number> {
  const answer = await fetch(`${demo.sandboxUrl}/sandbox/phones/calls/${callId}/audio?side=${side}`)
  const wav = Buffer.from(await answer.arrayBuffer())
  const samples = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + 44 + (wav.length - 44 - (wav.length % 2)))).slice(
    -8000,
  )
  return Math.sqrt(samples.reduce((sum, sample) => sum + (sample / 32768) ** 2, 0) / Math.max(1, samples.length))
}

/** The page of the sandbox phones, policies in force. */
export class PhonePage {
  readonly page: Page
  readonly context: BrowserContext
  readonly faults: string[]

  static async open(browser: Browser, demo: RelayProcess, o: BrowserContextOptions = {}): Promise<PhonePage> {
    const opened = new PhonePage(await openPlainPage(browser, o))
    await opened.page.goto(`${demo.url}/phone`)
    await opened.phone(3).root.waitFor()
    return opened
  }

  private constructor(opened: { page: Page; context: BrowserContext; faults: string[] }) {
    this.page = opened.page
    this.context = opened.context
    this.faults = opened.faults
  }

  phone(id: number): PhoneOnPage {
    return new PhoneOnPage(this.page.locator('.place').nth(id))
  }

  /** What a screen reader was told last. */
  async said(): Promise<string> {
    const [alert, status] = await Promise.all([this.page.locator('#alert').textContent(), this.page.locator('#said').textContent()])
    return alert || status || ''
  }

  async close(): Promise<void> {
    await this.context.close()
  }
}

export class PhoneOnPage {
  readonly root: Locator
  constructor(root: Locator) {
    this.root = root
  }

  part(name: string): Locator {
    return this.root.locator(`[data-part="${name}"]`)
  }

  async state(state: 'idle' | 'calling' | 'ringing' | 'talking' | 'over'): Promise<void> {
    await until(`the phone to be ${state}`, async () => (await this.root.getAttribute('data-state')) === state)
  }

  /** The strip, a line each. */
  async strip(): Promise<string[]> {
    return this.part('list').locator('[data-part="what"]').allTextContents()
  }

  async level(): Promise<number> {
    return Number(await this.part('level').getAttribute('aria-valuenow'))
  }
}
