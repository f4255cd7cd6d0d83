import { fileURLToPath } from 'node:url'
import { createLogger } from './logger.ts'
import { createRelay } from './relay.ts'
import { loadEnv, readSettings, SettingsError } from './settings.ts'
import { StoreInUse } from './store/open.ts'

/** The relay alone, for production: environment → relay → listen; a signal drains it, and so does what nobody caught. */

/** A drain that hangs must not keep the process: the contract allows ten seconds. */
const DRAIN_LIMIT_MS = 9500

const leaving = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => leaving.abort())
leaving.signal.addEventListener('abort', () => setTimeout(() => process.exit(), DRAIN_LIMIT_MS).unref(), { once: true })

async function main(): Promise<void> {
  const settings = readSettings(loadEnv(fileURLToPath(new URL('../..', import.meta.url))))
  const logger = createLogger({ level: settings.logLevel })
  // Rejections, too. One call's fault does not cut the others off: they hear their goodbye.
  process.on('uncaughtException', (error) => {
    // What fails on the way out is most often the same again.
    if (process.exitCode === 1) return
    process.exitCode = 1
    logger.fatal({ err: error }, 'something failed that nobody caught: the relay leaves')
    leaving.abort()
  })
  const relay = await createRelay(settings, { logger })
  const leave = () => void relay.drain().finally(() => process.exit())
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
