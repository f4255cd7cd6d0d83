import { createClient } from '@redis/client'
import { createAdapter } from '@socket.io/redis-streams-adapter'
import { deriveKey } from '../access/secrets.ts'
import { withinMs } from '../lifetime.ts'
import type { Logger } from '../logger.ts'
import { SettingsError } from '../settings.ts'
import { type Redis, sealedRedis } from './sealed-redis.ts'

const ANSWERS_WITHIN_MS = 5000
const TRIES_AT_START = 3
const COMES_BACK_FROM_MS = 100
const COMES_BACK_UP_TO_MS = 1000
/** A server that is silent for so long is as good as gone: sign-ins and calls being opened wait for it. */
const SILENT_MS = 3000
const PING_MS = 1000
/** A reader waits so long for news. */
const CLOSES_WITHIN_MS = 500
const READS_FOR_MS = 2000
const STREAM = 'voice-agent'
/** Some minutes of a busy house; who was away for longer is told anew. */
const KEPT_MESSAGES = 5000

/** What the relays of a house share besides the store. */
export interface SharedRedis {
  /** For limits, which count in memory while it is away. */
  readonly client: Redis
  /** For Socket.IO: its rooms then reach every relay's pages. Once. */
  adapter(): ReturnType<typeof createAdapter>
  readonly isReady: boolean
  /** Hears that Redis is there again, and for how long it was not. */
  onBack(listener: (awayMs: number) => void): void
  /** What was told before is told. */
  close(): Promise<void>
}

/** @throws SettingsError when REDIS_URL cannot be used now */
export async function openRedis(o: { url: string; authSecret: string; logger: Logger }): Promise<SharedRedis> {
  const { logger } = o
  let begun = false
  const client = createClient({
    url: o.url,
    RESP: 2,
    // What cannot be told at once is told anew when Redis is back: old news would come after newer ones.
    disableOfflineQueue: true,
    pingInterval: PING_MS,
    socket: {
      connectTimeout: ANSWERS_WITHIN_MS,
      socketTimeout: SILENT_MS,
      // At a start it is the address that is wrong; afterwards it will be back.
      reconnectStrategy: (tries: number, cause: Error) =>
        !begun && tries >= TRIES_AT_START ? cause : Math.min(COMES_BACK_FROM_MS * 2 ** Math.min(tries, 10), COMES_BACK_UP_TO_MS),
    },
  }) as Redis
  let awaySinceMs: number | undefined
  let fault: unknown
  const listeners = new Set<(awayMs: number) => void>()
  client.on('error', (error: unknown) => {
    fault = error
    if (awaySinceMs !== undefined) return
    awaySinceMs = performance.now()
    logger.warn({ err: error }, 'Redis is away: what other relays see shows here only when it is back')
  })
  client.on('ready', () => {
    if (awaySinceMs === undefined) return
    const awayMs = performance.now() - awaySinceMs
    awaySinceMs = undefined
    logger.info({ awayMs: Math.round(awayMs) }, 'Redis is back')
    for (const listener of listeners) listener(awayMs)
  })
  await connected(client, () => fault)
  // The first moments are no outage.
  awaySinceMs = undefined
  begun = true

  return {
    client,
    adapter: () =>
      createAdapter(
        sealedRedis(client, {
          key: deriveKey(o.authSecret, 'relays-bus'),
          onFault: (error) => logger.warn({ err: error }, 'a message in Redis could not be used: do all relays have the same AUTH_SECRET?'),
        }),
        { streamName: STREAM, channelPrefix: STREAM, maxLen: KEPT_MESSAGES, blockTimeInMs: READS_FOR_MS },
      ),
    get isReady() {
      return client.isReady
    },
    onBack: (listener) => void listeners.add(listener),
    async close() {
      if (client.isReady) await withinMs(CLOSES_WITHIN_MS, client.close())
      if (client.isOpen) client.destroy()
    },
  }
}

async function connected(client: Redis, fault: () => unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(fault() ?? new Error('no answer')), ANSWERS_WITHIN_MS)
  })
  try {
    await Promise.race([client.connect(), late])
  } catch (error) {
    if (client.isOpen) client.destroy()
    throw new SettingsError('REDIS_URL', whatIsWrong(error))
  } finally {
    clearTimeout(timer)
  }
}

function whatIsWrong(error: unknown): string {
  const said = error instanceof Error ? error.message : ''
  if (/WRONGPASS|NOAUTH|invalid password/i.test(said)) return 'holds a user name or password that Redis refuses'
  if (/ENOTFOUND|EAI_AGAIN/.test(said)) return 'names a host that is not known'
  return 'names a server that does not answer: check the address, and that Redis runs'
}
