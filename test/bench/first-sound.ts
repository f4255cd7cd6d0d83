import { openBrowser } from '../kit/browser.ts'
import { startDemo } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'
import { type Figure, percentile } from './figures.ts'

const CLICKS = 40

/** From the click's own timestamp to the first sample that is not zero in the playback worklet, each in a fresh page; offline engine. */
export async function firstSound(): Promise<Figure[]> {
  await using demo = await startDemo()
  const browser = await openBrowser()
  const taken: number[] = []
  const noise: number[] = []
  try {
    for (let click = 0; click < CLICKS; click++) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
      const page = await context.newPage()
      await page.goto(demo.url, { waitUntil: 'load' })
      const launcher = page.locator('voice-agent').locator('button').first()
      await launcher.hover()
      // A hand needs longer than this from hovering to pressing; the page uses it to load the call code.
      await page.waitForLoadState('networkidle')
      noise.push(await page.evaluate(idleLateness))
      await launcher.click()
      taken.push(await until('the first sound', () => page.evaluate(clickToSound)))
      await context.close()
    }
  } finally {
    await browser.close()
  }
  const sorted = taken.toSorted((a, b) => a - b)
  const idle = noise.toSorted((a, b) => a - b)
  const note = `${CLICKS} clicks; the same page's idle timers were late by p50 ${percentile(idle, 0.5).toFixed(1)} ms, p95 ${percentile(idle, 0.95).toFixed(1)} ms`
  return [
    { name: 'click → first sound, p50', value: percentile(sorted, 0.5), unit: 'ms', limit: 150, note },
    {
      name: 'click → first sound, p95',
      value: percentile(sorted, 0.95),
      unit: 'ms',
      limit: 300,
      note: `min ${sorted[0]?.toFixed(0)}, max ${sorted.at(-1)?.toFixed(0)} ms`,
    },
  ]
}

function clickToSound(): number | undefined {
  const at = (name: string) => performance.getEntriesByName(name)[0]?.startTime
  const [click, sound] = [at('va:click'), at('va:first-sound')]
  return click === undefined || sound === undefined ? undefined : sound - click
}

/** The machine's own noise: how late a 20 ms timer comes in a page that does nothing. */
async function idleLateness(): Promise<number> {
  const begun = performance.now()
  await new Promise((resolve) => setTimeout(resolve, 20))
  return performance.now() - begun - 20
}
