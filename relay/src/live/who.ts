import { decodeJwt } from 'jose'
import type { Identify } from '../access/identify.ts'
import { mayUse, type Principal, type Wanted } from '../access/roles.ts'
import type { Clock } from '../calls/ports.ts'
import { Problem } from '../protocol/index.ts'

/** Rights that were taken back meanwhile end a socket within this. */
const ASKED_AGAIN_MS = 30_000
const WATCH: Wanted = { role: 'viewer', scope: 'calls:read' }
export const ACT: Wanted = { role: 'operator', scope: 'calls:write' }

/** Who is at the other end of a socket. @throws Problem unauthorized, forbidden */
export async function whoIs(identify: Identify['identify'], token: unknown): Promise<Principal> {
  const principal = await identify(typeof token === 'string' ? token : undefined)
  if (!mayUse(principal, WATCH)) throw new Problem('forbidden', 'This key may not read calls: give it calls:read.')
  return principal
}

/** Calls `onGone` once, when the token has expired or counts no more. Returns the end of it. */
export function untilGone(o: { identify: Identify['identify']; token: string; clock: Clock; onGone: () => void }): () => void {
  const { clock, token } = o
  let cancel: () => void = () => undefined
  let stopped = false
  const stop = () => {
    stopped = true
    cancel()
  }
  const gone = () => {
    stop()
    o.onGone()
  }
  const expiresMs = expiryOf(token)
  const wait = () => {
    if (stopped) return
    const leftMs = expiresMs === undefined ? Number.POSITIVE_INFINITY : expiresMs - clock.nowMs()
    if (leftMs <= 0) return gone()
    cancel = clock.after(Math.min(leftMs, ASKED_AGAIN_MS), () => {
      // A database that is away takes nobody's right.
      o.identify(token).then(wait, (error: unknown) => (error instanceof Problem ? !stopped && gone() : wait()))
    })
  }
  wait()
  return stop
}

/** An API key has none. */
function expiryOf(token: string): number | undefined {
  try {
    const { exp } = decodeJwt(token)
    return exp === undefined ? undefined : exp * 1000
  } catch {
    return undefined
  }
}
