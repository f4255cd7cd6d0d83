import { createLogger } from '../logger.ts'
import { type Settings, SettingsError } from '../settings.ts'
import type { Finding } from './finding.ts'

/** Nothing to say of a relay that is alone. */
export async function severalRelays({ storage }: Pick<Settings, 'storage'>): Promise<Finding[]> {
  const about = 'several relays'
  const { INSTANCE_URL, REDIS_URL } = storage
  if (REDIS_URL === undefined) return []
  const { openRedis } = await import('../live/redis.ts')
  try {
    const redis = await openRedis({ url: REDIS_URL, authSecret: '', logger: createLogger({ level: 'silent' }) })
    await redis.close()
    return [{ state: 'ok', about, text: `Redis answers; pages, carriers and the other relays reach this one at ${INSTANCE_URL}` }]
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return [{ state: 'broken', about, text: error.message }]
  }
}
