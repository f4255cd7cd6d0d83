import { randomBytes } from 'node:crypto'
import { type Operator, signIn } from './operator.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { type RedisServer, startRedis } from './redis.ts'
import { freePort, type RelayProcess, startRelay } from './relay-process.ts'

/** One house of two relays, as an owner would run it: one Postgres, one Redis, the same secrets, an address for each. */
export interface TwoRelays {
  readonly near: RelayProcess
  readonly far: RelayProcess
  /** Signed in at each. */
  readonly nearDesk: Operator
  readonly farDesk: Operator
  readonly redis: RedisServer
  readonly postgres: Postgres
  readonly agentId: string
  [Symbol.asyncDispose](): Promise<void>
}

const WHO = { email: 'admin@example.com', password: 'password-of-two-relays' }

export async function startTwoRelays(redisServer: string, more: Record<string, string> = {}): Promise<TwoRelays> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis(redisServer)])
  const shared = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    AUTH_SECRET: randomBytes(32).toString('base64'),
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_EMAIL: WHO.email,
    ADMIN_PASSWORD: WHO.password,
    ...more,
  }
  const start = async () => {
    const port = await freePort()
    const url = `http://localhost:${port}`
    return startRelay({ ...shared, PORT: String(port), PUBLIC_URL: url, INSTANCE_URL: url })
  }
  const relays: RelayProcess[] = []
  try {
    relays.push(await start(), await start())
    const [near, far] = relays
    if (!near || !far) throw new Error('two relays were started')
    const [nearDesk, farDesk] = await Promise.all([signIn(near, WHO), signIn(far, WHO)])
    const { body, status } = await nearDesk.ask<{ agent: { id: string } }>('POST', '/api/agents', {
      name: 'House of two',
      modes: ['talk', 'call-me'],
      allowedOrigins: [near.url, far.url],
    })
    if (status !== 201) throw new Error(`the agent answered ${status}: ${JSON.stringify(body)}`)
    return {
      ...{ near, far, nearDesk, farDesk, redis, postgres },
      agentId: body.agent.id,
      async [Symbol.asyncDispose]() {
        await Promise.all(relays.map((relay) => relay[Symbol.asyncDispose]()))
        await redis[Symbol.asyncDispose]()
        await postgres[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await Promise.all(relays.map((relay) => relay[Symbol.asyncDispose]()))
    await redis[Symbol.asyncDispose]()
    await postgres[Symbol.asyncDispose]()
    throw error
  }
}
