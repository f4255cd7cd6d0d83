import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { ROOT } from '../checks/run-command.ts'
import { openBrowser } from './browser.ts'
import { type Env, type RelayProcess, startDemo } from './relay-process.ts'

/** Pictures for people to look at. */
const LOOKS = join(ROOT, 'test/results/looks')

/** Where a picture of this name is put. */
export function lookPath(name: string): string {
  mkdirSync(LOOKS, { recursive: true })
  return join(LOOKS, `${name}.png`)
}

/** The demo and a browser for all tests of a file, closed behind them. */
interface DemoInBrowser {
  readonly demo: RelayProcess
  readonly browser: Browser
}

/** @param prepare done before the first test, when both are there */
export function demoInBrowser(env: Env = {}, prepare?: (house: DemoInBrowser) => Promise<void>): DemoInBrowser {
  let demo: RelayProcess | undefined
  let browser: Browser | undefined
  const house: DemoInBrowser = {
    get demo() {
      return there(demo)
    },
    get browser() {
      return there(browser)
    },
  }
  beforeAll(async () => {
    demo = await startDemo(env)
    browser = await openBrowser()
    await prepare?.(house)
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.[Symbol.asyncDispose]()
  })
  return house
}

function there<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('It is there when the tests begin.')
  return part
}
