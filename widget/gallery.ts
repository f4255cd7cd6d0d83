/**
 * Renders every state of the element with the fake relay and takes pictures into gallery/ (not kept in git).
 * `node gallery.ts [state …]` takes those states only; `--all` takes light and dark, 390 and 1440 px, English, Hindi and Arabic;
 * `--serve` only serves the page.
 */
import { existsSync, mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { startFakeRelay } from './test-kit/fake-relay.ts'

const here = dirname(fileURLToPath(import.meta.url))
const out = join(here, 'gallery')
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' }
const BROWSERS = [process.env.CHROME_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const wanted = process.argv.slice(2).filter((each) => !each.startsWith('--'))
const all = process.argv.includes('--all')
const accent = process.argv.find((each) => each.startsWith('--accent='))?.slice(9) ?? ''

const relay = await startFakeRelay({ dist: join(here, 'dist') })
const pages = createServer((req, res) => {
  const path = new URL(req.url ?? '/', 'http://localhost').pathname
  const name = path === '/' ? 'gallery.html' : normalize(path).slice(1)
  readFile(join(here, name)).then(
    (bytes) => res.writeHead(200, { 'Content-Type': TYPES[extname(name)] ?? 'text/plain' }).end(bytes),
    () => res.writeHead(404).end(),
  )
})
await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
const base = `http://127.0.0.1:${(pages.address() as AddressInfo).port}/?relay=${encodeURIComponent(relay.url)}`

if (process.argv.includes('--serve')) say(`${base}&state=talking&theme=light&lang=en`)
else {
  await takeAll()
  pages.close()
  await relay.close()
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function takeAll(): Promise<void> {
  mkdirSync(out, { recursive: true })
  const executablePath = BROWSERS.find((path) => path && existsSync(path))
  if (!executablePath) throw new Error('No Chromium found: set CHROME_PATH.')
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update']
  args.push('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream')
  const browser = await chromium.launch({ executablePath, args })
  const looks = all
    ? ['light', 'dark'].flatMap((theme) => [390, 1440].flatMap((width) => ['en', 'hi', 'ar'].map((lang) => ({ theme, width, lang }))))
    : [
        { theme: 'light', width: 1440, lang: 'en' },
        { theme: 'dark', width: 390, lang: 'en' },
      ]
  for (const { theme, width, lang } of looks) {
    const context = await browser.newContext({ viewport: { width, height: width < 500 ? 780 : 760 } })
    const page = await context.newPage()
    page.on('pageerror', (error) => say(`page error: ${error.message}`))
    page.on('console', (message) => message.type() === 'error' && !/Failed to load resource/.test(message.text()) && say(message.text()))
    let states = wanted
    for (let i = 0; i === 0 || i < states.length; i += 1) {
      const state = states[i] ?? 'launcher'
      await page.goto(`${base}&state=${state}&theme=${theme}&lang=${lang}&accent=${encodeURIComponent(accent)}`)
      await page.waitForSelector('html[data-ready]')
      if (states.length === 0) states = await page.evaluate(() => (globalThis as unknown as { galleryStates: string[] }).galleryStates)
      await page.mouse.click(5, 5)
      await page.evaluate(() => (globalThis as unknown as { gallery: () => Promise<void> }).gallery())
      await page.screenshot({
        path: join(out, `${state}-${theme}-${width}-${lang}.png`),
        ...(width > 500 && !all && { clip: { x: 900, y: 60, width: 540, height: 700 } }),
      })
    }
    await context.close()
  }
  await browser.close()
}
