import { rmSync } from 'node:fs'
import { newDataDir } from '../kit/relay-process.ts'
import { type Child, startChild } from './child.ts'
import type { HeldBytes } from './measured.ts'

export interface BenchRelay extends Child {
  readonly url: string
  held(): Promise<HeldBytes>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A relay alone in its process, with an embedded store of its own, or Postgres at `databaseUrl`. `vendorUrl`: its agent speaks by Gemini
 * Live, of that server, unless `engine` is another. `twilioUrl`, `optimaUrl`: it has a number there; `exotel`: and one at Exotel, which is never asked.
 */
export async function startBenchRelay(
  o: {
    core?: number
    vendorUrl?: string
    engine?: string
    twilioUrl?: string
    optimaUrl?: string
    exotel?: boolean
    databaseUrl?: string
    execArgv?: string[]
  } = {},
): Promise<BenchRelay> {
  const { vendorUrl, engine, exotel, optimaUrl, twilioUrl, databaseUrl, ...how } = o
  const dataDir = newDataDir()
  const child = await startChild(new URL('./relay-child.ts', import.meta.url), {
    ...how,
    env: {
      DATA_DIR: dataDir,
      ...(vendorUrl ? { VENDOR_URL: vendorUrl } : {}),
      ...(engine ? { ENGINE: engine } : {}),
      ...(twilioUrl ? { TWILIO_URL: twilioUrl } : {}),
      ...(optimaUrl ? { OPTIMA_URL: optimaUrl } : {}),
      ...(exotel ? { EXOTEL: '1' } : {}),
      ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
    },
  })
  return {
    ...child,
    url: (child.greeting as { url: string }).url,
    held: () => child.ask<HeldBytes>('memory'),
    async [Symbol.asyncDispose]() {
      await child.stop()
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
