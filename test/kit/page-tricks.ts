import type { BrowserContext, Page } from 'playwright-core'

/** What devices and systems do to a page, done to it from inside. */

declare global {
  interface Window {
    tricks: { streams: MediaStream[]; contexts: AudioContext[]; nextRateHz: number | undefined }
  }
}

/** Keeps the page's microphones and sound contexts at hand. Call before the first page of the context is opened. */
export async function keepAtHand(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    window.tricks = { streams: [], contexts: [], nextRateHz: undefined }
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await ask(constraints)
      window.tricks.streams.push(stream)
      return stream
    }
    window.AudioContext = class extends AudioContext {
      constructor(options?: AudioContextOptions) {
        const rate = window.tricks.nextRateHz
        super(rate === undefined || options?.latencyHint === undefined ? options : { ...options, sampleRate: rate })
        // The page's own: a test's microphone names no latency.
        if (options?.latencyHint !== undefined) window.tricks.contexts.push(this)
      }
    }
  })
}

/** The microphones the page has had, in order: which device each is, and whether it is still open. */
export function microphones(page: Page): Promise<{ deviceId: string; open: boolean }[]> {
  return page.evaluate(() =>
    window.tricks.streams.map((stream) => {
      const [track] = stream.getAudioTracks()
      return { deviceId: track?.getSettings().deviceId ?? '', open: track?.readyState === 'live' }
    }),
  )
}

/** A headset begins to carry a voice: the sound context says that it runs and stands still, and one made now has the headset's rate. */
export async function changeRate(page: Page, rateHz: number): Promise<void> {
  await page.evaluate((rate) => {
    window.tricks.nextRateHz = rate
    const context = window.tricks.contexts.at(-1)
    if (!context) throw new Error('the page has no sound')
    const now = context.currentTime
    Object.defineProperty(context, 'currentTime', { get: () => now })
    context.dispatchEvent(new Event('statechange'))
  }, rateHz)
}

/** Another tab is looked at, or this one again. */
export async function hide(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((isHidden) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (isHidden ? 'hidden' : 'visible') })
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden })
    document.dispatchEvent(new Event('visibilitychange'))
  }, hidden)
}
