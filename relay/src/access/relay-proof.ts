import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../calls/ports.ts'
import { deriveKey } from './secrets.ts'

/** In what one relay passes on to another. */
export const RELAY_HEADER = 'x-voice-agent-relay'

/** Clocks of two machines differ; what is proven is one request, so an old proof is worth little. */
const VALID_MS = 60_000

/** One request as both relays see it: path and query, as they were asked for. */
export interface PassedOn {
  method: string
  target: string
}

export interface RelayProof {
  /** Says that this request comes from a relay of this house, and for whom it asks. */
  issue(request: PassedOn & { to: string; address: string }): string
  /** Who asked the relay that passed it on; undefined for everything that no relay of this house has sent to this one. */
  read(header: string | string[] | undefined, request: PassedOn): { address: string } | undefined
}

/** Relays know each other by a key of AUTH_SECRET: `to.expiry.address.signature`, good for one method and address. */
export function createRelayProof(o: { authSecret: string; id: string; clock: Clock }): RelayProof {
  const key = deriveKey(o.authSecret, 'relays')
  const sign = (said: string, { method, target }: PassedOn) =>
    createHmac('sha256', key).update(`${said}\n${method}\n${target}`).digest('base64url')
  return {
    issue({ to, address, ...request }) {
      const expiry = (Math.floor(o.clock.nowMs()) + VALID_MS).toString(36)
      const said = `${to}.${expiry}.${Buffer.from(address).toString('base64url')}`
      return `${said}.${sign(said, request)}`
    },
    read(header, request) {
      const parts = /^(([A-Za-z0-9_-]{1,64})\.([0-9a-z]{1,10})\.([A-Za-z0-9_-]{0,128}))\.([A-Za-z0-9_-]{43})$/.exec(String(header ?? ''))
      if (!parts) return undefined
      const [, said = '', to, expiry = '', address = '', signature = ''] = parts
      if (!timingSafeEqual(Buffer.from(signature), Buffer.from(sign(said, request)))) return undefined
      if (to !== o.id || o.clock.nowMs() > Number.parseInt(expiry, 36)) return undefined
      return { address: Buffer.from(address, 'base64url').toString() }
    },
  }
}
