import { describe, expect, it } from 'vitest'
import { Tag } from '../kit/browser.ts'
import { demoInBrowser } from '../kit/demo-in-browser.ts'

/** What a page pays for the tag, counted by the browser as bytes on the wire. */

const KB = 1000
const SHELL_BYTES = 12 * KB
const CALL_BYTES = 15 * KB
/** The visitor's microphone, loaded after the call code by calls that are spoken. */
const VOICE_BYTES = 8 * KB
/** What rings a phone: fetched while the line is good, for when it is not. */
const CALLBACK_BYTES = 9000
const isVoice = ({ url }: Loaded) => /\/(voice|capture)-[^/]*\.js$/.test(url)
const isCallback = ({ url }: Loaded) => /\/assets\/callback-/.test(url)

const house = demoInBrowser()

interface Loaded {
  url: string
  /** As it came over the wire: compressed. */
  body: number
  /** Body and headers. */
  wire: number
  encoding: string
}

describe('the weight of the tag', () => {
  it('shell before a click, call code after it, and nothing from elsewhere', async () => {
    const context = await house.browser.newContext()
    const page = await context.newPage()
    await page.addInitScript(() => {
      const modules: string[] = []
      Object.assign(globalThis, { modules })
      const { addModule } = AudioWorklet.prototype
      AudioWorklet.prototype.addModule = function (url, ...more) {
        modules.push(new URL(url, location.href).href)
        return addModule.call(this, url, ...more)
      }
    })
    const devtools = await context.newCDPSession(page)
    const files = new Map<string, Loaded>()
    await devtools.send('Network.enable')
    devtools.on('Network.responseReceived', ({ requestId, response }) => {
      files.set(requestId, { url: response.url, body: 0, wire: 0, encoding: response.headers['content-encoding'] ?? '' })
    })
    devtools.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
      const file = files.get(requestId)
      if (file) file.body += encodedDataLength
    })
    devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const file = files.get(requestId)
      if (file) file.wire = encodedDataLength
    })
    const scripts = () => [...files.values()].filter(({ url }) => /voice-agent(@[^/]*)?\.js$|\/assets\//.test(url))
    const bytes = (loaded: Loaded[]) => loaded.reduce((sum, { body }) => sum + body, 0)

    const tag = new Tag(page)
    await page.goto(`${house.demo.url}/strict-csp?preload=none`, { waitUntil: 'networkidle' })
    await tag.part('launcher').waitFor()
    const before = scripts()
    expect(before.map(({ url }) => new URL(url).pathname)).toEqual(['/voice-agent.js'])
    expect(before[0]).toMatchObject({ encoding: 'br' })
    expect(bytes(before)).toBeGreaterThan(1000)
    expect(bytes(before), told(before)).toBeLessThanOrEqual(SHELL_BYTES)

    await tag.launch()
    await tag.state('speaking')
    // DevTools do not count what a worklet loads for itself: its file is fetched once more.
    const worklets = await page.evaluate(() => (globalThis as unknown as { modules: string[] }).modules)
    expect(worklets.length).toBeGreaterThan(0)
    for (const url of worklets)
      await page.evaluate((address) => fetch(address, { cache: 'reload' }).then((response) => response.text()), url)
    const after = scripts().filter((file) => !before.includes(file))
    expect(after.length).toBeGreaterThan(0)
    expect(
      after.every(({ encoding }) => encoding === 'br'),
      told(after),
    ).toBe(true)
    const voice = after.filter(isVoice)
    const callback = after.filter(isCallback)
    expect(bytes(after) - bytes(voice) - bytes(callback), told(after)).toBeLessThanOrEqual(CALL_BYTES)
    expect(bytes(callback), told(callback)).toBeLessThanOrEqual(CALLBACK_BYTES)
    expect(voice).not.toEqual([])
    expect(bytes(voice), told(voice)).toBeLessThanOrEqual(VOICE_BYTES)

    const elsewhere = [...files.values()].filter(
      ({ url }) => !url.startsWith('data:') && new URL(url).host !== new URL(house.demo.url).host,
    )
    expect(elsewhere).toEqual([])
    console.log(told([...before, ...after]))
    await context.close()
  })
})

const told = (files: Loaded[]) => files.map(({ url, body, wire }) => `${new URL(url).pathname} ${body} (${wire} with headers)`).join(', ')
