import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** Loads the whole relay, and prints which modules that were. */
const LOOK = `
  import { registerHooks } from 'node:module'
  const urls = []
  registerHooks({ load(url, context, next) { urls.push(url); return next(url, context) } })
  await import(process.argv[1])
  process.stdout.write(JSON.stringify(urls), () => process.exit())
`

it('a relay that is alone loads nothing of Redis', async () => {
  const relay = new URL('../relay.ts', import.meta.url).href
  const args = ['--input-type=module', '--eval', LOOK, relay]
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    maxBuffer: 1 << 24,
  })
  const urls = JSON.parse(stdout) as string[]
  expect(urls).toContain(new URL('../relays.ts', import.meta.url).href)
  expect(urls.filter((url) => /@redis|redis-streams|live\/(sealed-)?redis/.test(url))).toEqual([])
})
