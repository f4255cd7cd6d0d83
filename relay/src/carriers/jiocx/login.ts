import { createHash } from 'node:crypto'
import type { Clock } from '../../calls/ports.ts'

/** An account’s token. Nobody says how long it lives: it is used until it is refused. */
interface Login {
  /** Logs in where there is no token; callers at the same time share one login. `fresh`: it was made for this very call. */
  token(): Promise<{ token: string; fresh: boolean }>
  /** This token was refused: the next caller logs in again, unless somebody has already. */
  refused(token: string): void
}

function createLogin(logIn: () => Promise<string>): Login {
  let kept: string | undefined
  let asking: Promise<string> | undefined
  return {
    async token() {
      if (kept !== undefined) return { token: kept, fresh: false }
      asking ??= logIn()
        .then((token) => {
          kept = token
          return token
        })
        .finally(() => {
          asking = undefined
        })
      return { token: await asking, fresh: true }
    },
    refused(token) {
      if (kept === token) kept = undefined
    },
  }
}

const MOST_KEPT = 200
/** A call opens its account anew, so tokens outlive it: with the house, whose clock it is. */
const houses = new WeakMap<Clock, Map<string, Login>>()

/** The login of these credentials in this house. */
export function sharedLogin(clock: Clock, credentials: readonly string[], logIn: () => Promise<string>): Login {
  const logins = houses.get(clock) ?? new Map<string, Login>()
  houses.set(clock, logins)
  const name = createHash('sha256').update(JSON.stringify(credentials)).digest('base64url')
  const login = logins.get(name) ?? createLogin(logIn)
  // The newest last.
  logins.delete(name)
  logins.set(name, login)
  const [oldest] = logins.keys()
  if (logins.size > MOST_KEPT && oldest !== undefined) logins.delete(oldest)
  return login
}
