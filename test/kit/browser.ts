import type { Entry } from '@voice-agent/relay/protocol'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core'
import { needChromium } from '../runner/chromium.ts'
import { growEar, growProbe } from './ear.ts'

export interface BrowserOptions {
  backForwardCache?: boolean
  /** A WAV file that its microphone gives once, from the moment the page opens the microphone; then silence. */
  microphone?: string
  /** Asks before a page may listen; else every page may. */
  asks?: boolean
}

/** A browser with sound and a pretended microphone, and its autoplay policy as people have it: only a click lets a page sound. */
export function openBrowser(o: BrowserOptions = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: needChromium(),
    args: [
      '--use-fake-device-for-media-stream',
      ...(o.asks ? [] : ['--use-fake-ui-for-media-stream']),
      ...(o.microphone === undefined ? [] : [`--use-file-for-fake-audio-capture=${o.microphone}%noloop`]),
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
    ],
    ignoreDefaultArgs: ['--mute-audio', ...(o.backForwardCache ? ['--disable-back-forward-cache'] : [])],
  })
}

/** A page with an ear, whose faults are collected in `faults`. Policies do not count in it: embedding.e2e looks at those. */
export async function openPage(
  browser: Browser,
  o: BrowserContextOptions = {},
): Promise<{ context: BrowserContext; page: Page; faults: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true, ...o })
  await growEar(context)
  const page = await context.newPage()
  return { context, page, faults: collectFaults(page) }
}

/** A page as it is, policies and all; how loud it is can be asked, what was heard cannot. */
export async function openPlainPage(
  browser: Browser,
  o: BrowserContextOptions = {},
): Promise<{ context: BrowserContext; page: Page; faults: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...o })
  await growProbe(context)
  const page = await context.newPage()
  return { context, page, faults: collectFaults(page) }
}

function collectFaults(page: Page): string[] {
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    const { url } = message.location()
    // A page without an icon is not the tag's fault.
    if (message.type() === 'error' && !url.endsWith('/favicon.ico')) faults.push(`${message.text()} ${url}`)
  })
  return faults
}

/** The tag in a page, as a visitor and as the page's own script use it. */
export class Tag {
  readonly page: Page
  readonly host: Locator
  constructor(page: Page) {
    this.page = page
    this.host = page.locator('voice-agent')
  }

  part(name: string): Locator {
    return this.host.locator(`[part~="${name}"]`)
  }

  /** Clicks the launcher: panel and call in one click. */
  async launch(): Promise<void> {
    await this.part('launcher').click()
  }

  async write(text: string): Promise<void> {
    await this.part('input').fill(text)
    await this.part('input').press('Enter')
  }

  async hangUp(): Promise<void> {
    await this.part('end').click()
  }

  /** Waits until the element is in this state. */
  async state(state: string, withinMs = 20_000): Promise<void> {
    await this.page.locator(`voice-agent[data-state="${state}"]`).waitFor({ state: 'attached', timeout: withinMs })
  }

  /** Calls a method of the element. */
  call(method: string, ...args: unknown[]): Promise<{ ok: boolean; code?: string; callId?: string }> {
    return this.host.evaluate(
      (element, [name, given]) =>
        (element as unknown as Record<string, (...args: unknown[]) => Promise<{ ok: boolean }>>)[name]?.(...given),
      [method, args] as const,
    ) as Promise<{ ok: boolean }>
  }

  read(property: string): Promise<unknown> {
    return this.host.evaluate((element, name) => (element as unknown as Record<string, unknown>)[name], property)
  }

  async events(name: string): Promise<Record<string, unknown>[]> {
    const all = await this.page.evaluate(() => window.events)
    return all.filter((event) => event.name === name).map((event) => event.detail)
  }

  /** Resolves with the detail of the newest event of this name, waiting for the `nth`. */
  async event(name: string, nth = 1, withinMs = 20_000): Promise<Record<string, unknown>> {
    await this.page.waitForFunction(
      ([wanted, count]) => window.events.filter((event) => event.name === wanted).length >= count,
      [name, nth] as const,
      {
        polling: 25,
        timeout: withinMs,
      },
    )
    return (await this.events(name))[nth - 1] ?? {}
  }

  /** The transcript as the page was told it: newest state of each entry, in order. */
  async transcript(): Promise<Entry[]> {
    const entries = new Map<string, Entry>()
    for (const { entry } of (await this.events('va-transcript')) as { entry: Entry }[]) entries.set(entry.id, entry)
    return [...entries.values()]
  }

  /** Resolves with the first entry of the transcript that fits. */
  async entry(what: string, fits: (entry: Entry) => boolean, withinMs = 40_000): Promise<Entry> {
    for (const end = performance.now() + withinMs; performance.now() < end; await this.page.waitForTimeout(50)) {
      const found = (await this.transcript()).find(fits)
      if (found) return found
    }
    throw new Error(`waited in vain for an entry: ${what}; there are ${JSON.stringify(await this.transcript())}`)
  }
}
