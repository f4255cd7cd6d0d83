import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { Problem } from '../protocol/problem.ts'
import { limitKey } from './client-address.ts'

const MINUTE_S = 60
const HOUR_S = 3600
/** Failed sign-ins: per person and address, and per address over all names. */
const SIGN_IN_WINDOW_S = 15 * MINUTE_S
const SIGN_IN_FAILURES = 10
const SIGN_IN_FAILURES_PER_ADDRESS = 50
/** How long a caller waits when the house is full. */
const FULL_RETRY_MS = 10_000

export interface Limits {
  /**
   * Counts one call that is about to open, and refuses the one too many. The place is held until the returned function runs:
   * call it once the call counts as live, or did not open.
   * @throws Problem rate_limited
   */
  openCall(o: {
    address: string
    agentId: string
    organisationId: string
    perVisitorPerHour: number
    concurrentCalls: number
    /** Calls that live now. */
    live: () => { ofAgent: number; all: number }
  }): Promise<() => void>
  signIn: {
    /**
     * Counts one try before its password is looked at, so that many at once are many tries.
     * @throws Problem rate_limited
     */
    attempt(address: string, email: string): Promise<void>
    /** Takes the try back. */
    succeeded(address: string, email: string): Promise<void>
  }
}

/**
 * Counted in this process's memory; with Redis, what counts tries within a time is counted by all relays together, and by each for itself while
 * Redis is away. How many calls live at once is each relay's own.
 */
export function createLimits(o: { maxCalls: number; redis?: object }): Limits {
  // The library fixes the allowance of a limiter when it is made; agents differ, so there is one for each allowance in use.
  const limiters = new Map<string, RateLimiterAbstract>()
  const limiter = (name: string, points: number, duration: number) => {
    const id = `${name}:${points}`
    const found = limiters.get(id) ?? counter({ keyPrefix: id, points, duration }, o.redis)
    limiters.set(id, found)
    return found
  }
  const failures = limiter('sign-in', SIGN_IN_FAILURES, SIGN_IN_WINDOW_S)
  const failuresOfAddress = limiter('sign-in-address', SIGN_IN_FAILURES_PER_ADDRESS, SIGN_IN_WINDOW_S)
  // Calls being opened: not live yet, but their places are taken.
  const opening = new Map<string, number>()
  let openingAll = 0
  const hold = (agentId: string) => {
    opening.set(agentId, (opening.get(agentId) ?? 0) + 1)
    openingAll++
    let held = true
    return () => {
      if (!held) return
      held = false
      openingAll--
      const left = (opening.get(agentId) ?? 1) - 1
      if (left > 0) opening.set(agentId, left)
      else opening.delete(agentId)
    }
  }
  const person = (address: string, email: string) => `${limitKey(address)} ${email.toLowerCase()}`

  return {
    async openCall(call) {
      const live = call.live()
      if (live.all + openingAll >= o.maxCalls) throw tooMany('The relay is full just now. Try again in a few seconds.', FULL_RETRY_MS)
      if (live.ofAgent + (opening.get(call.agentId) ?? 0) >= call.concurrentCalls) {
        throw tooMany('All lines of this agent are busy. Try again shortly.', FULL_RETRY_MS)
      }
      const release = hold(call.agentId)
      try {
        const visitor = `${call.agentId} ${limitKey(call.address)}`
        await consume(limiter('visitor', call.perVisitorPerHour, HOUR_S), visitor, 'You have opened many calls. Try again later.')
        const busy = 'Many calls are being opened just now. Try again shortly.'
        await consume(limiter('agent', 10 * call.concurrentCalls, MINUTE_S), call.agentId, busy)
        await consume(limiter('organisation', 10 * o.maxCalls, MINUTE_S), call.organisationId, busy)
      } catch (refusal) {
        release()
        throw refusal
      }
      return release
    },
    signIn: {
      async attempt(address, email) {
        const detail = 'Too many failed sign-ins. Wait a while, then try again.'
        await consume(failuresOfAddress, limitKey(address), detail)
        await consume(failures, person(address, email), detail)
      },
      async succeeded(address, email) {
        await failures.delete(person(address, email))
        await failuresOfAddress.reward(limitKey(address))
      },
    },
  }
}

function counter(of: { keyPrefix: string; points: number; duration: number }, redis: object | undefined): RateLimiterAbstract {
  const inMemory = new RateLimiterMemory(of)
  if (!redis) return inMemory
  const keyPrefix = `voice-agent:${of.keyPrefix}`
  return new RateLimiterRedis({
    ...of,
    keyPrefix,
    storeClient: redis,
    useRedisPackage: true,
    rejectIfRedisNotReady: true,
    insuranceLimiter: inMemory,
  })
}

function tooMany(detail: string, retryAfterMs: number): Problem {
  return new Problem('rate_limited', detail, { retryAfterMs })
}

async function consume(limiter: RateLimiterAbstract, key: string, detail: string): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) throw tooMany(detail, refusal.msBeforeNext)
    throw refusal
  }
}
