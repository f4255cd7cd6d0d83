import { fileURLToPath } from 'node:url'
import { createRelay } from './relay.ts'
import { loadEnv, readSettings, SettingsError } from './settings.ts'
import { StoreInUse } from './store/open.ts'

/** The relay alone, for production: environment → relay → listen; a signal drains it. */

/** A drain that hangs must not keep the process: the contract allows ten seconds. */
const DRAIN_LIMIT_MS = 9500

const leaving = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => leaving.abort())

async function main(): Promise<void> {
  const settings = readSettings(loadEnv(fileURLToPath(new URL('../..', import.meta.url))))
  const relay = await createRelay(settings)
  const leave = () => {
    setTimeout(() => process.exit(0), DRAIN_LIMIT_MS).unref()
    relay.drain().finally(() => process.exit(0))
  }
  if (leaving.signal.aborted) return leave()
  leaving.signal.addEventListener('abort', leave, { once: true })
  await relay.listen()
  if (relay.firstStart?.passwordPath) console.log(`First admin: ${relay.firstStart.email}, password in ${relay.firstStart.passwordPath}`)
  console.log(`voice-agent relay ready on http://localhost:${relay.port}`)
}

main().catch((error: unknown) => {
  console.error(error instanceof SettingsError || error instanceof StoreInUse ? error.message : error)
  process.exit(1)
})
