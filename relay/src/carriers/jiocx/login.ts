import { createHash } from 'node:crypto'
import type { Clock } from '../../calls/ports.ts'
import { CarrierFault, type CarrierFaultCode } from '../carrier.ts'
import { barredFor, createRefusals, type Refusals } from './refusals.ts'

/** An account’s token. Nobody says how long it lives: it is used until it is refused. */
export interface Login {
  /**
   * Logs in where there is no token; callers at the same time share one login. `fresh`: it was made for this very call.
   * @throws CarrierFault; for a while the same again without asking, for whoever knocks too often is locked out
   */
  token(logIn: () => Promise<string>): Promise<{ token: string; fresh: boolean }>
  /** This token was refused: the next caller logs in again, unless somebody has already. */
  refused(token: string): void
}

/** `out` and, once its time is over, `barred` become `asking`; that becomes `in`, `barred` after a clear no, or `out`; a refused token leads from `in` to `out`. */
type State =
  | { is: 'out' }
  | { is: 'asking'; answer: Promise<string> }
  | { is: 'in'; token: string }
  | { is: 'barred'; fault: CarrierFault; untilMs: number }

/** Faults that go by themselves; after any other the same request is answered alike. */
const PASSING: ReadonlySet<CarrierFaultCode> = new Set(['server_error', 'timeout', 'unreachable'])

function createLogin(clock: Clock): Login {
  let state: State = { is: 'out' }
  let barredMs = 0

  async function ask(logIn: () => Promise<string>): Promise<string> {
    try {
      const token = await logIn()
      barredMs = 0
      state = { is: 'in', token }
      return token
    } catch (error) {
      state = { is: 'out' }
      if (error instanceof CarrierFault && !PASSING.has(error.code)) {
        barredMs = barredFor(barredMs)
        state = { is: 'barred', fault: error, untilMs: clock.monotonicMs() + barredMs }
      }
      throw error
    }
  }

  return {
    async token(logIn) {
      if (state.is === 'in') return { token: state.token, fresh: false }
      if (state.is === 'barred' && clock.monotonicMs() < state.untilMs) throw state.fault
      if (state.is !== 'asking') state = { is: 'asking', answer: ask(logIn) }
      return { token: await state.answer, fresh: true }
    },
    refused(token) {
      if (state.is === 'in' && state.token === token) state = { is: 'out' }
    },
  }
}

const MOST_KEPT = 200

/** The logins of one house: a call opens its account anew, so tokens outlive it here. */
export interface Logins {
  /** `about`: all that makes the request and reads its answer, so that whatever is changed logs in anew and nobody gets another’s token. */
  of(about: unknown): Login
  /** Where nobody logs in: `about` is all that shows whose a request is. */
  refusalsOf(about: unknown): Refusals
}

export function createLogins(clock: Clock): Logins {
  return { of: keepEach(() => createLogin(clock)), refusalsOf: keepEach(() => createRefusals(clock)) }
}

/** One of each, for the newest. */
function keepEach<T>(make: () => T): (about: unknown) => T {
  const kept = new Map<string, T>()
  return (about) => {
    const name = createHash('sha256').update(JSON.stringify(about)).digest('base64url')
    const known = kept.get(name) ?? make()
    // The newest last.
    kept.delete(name)
    kept.set(name, known)
    const [oldest] = kept.keys()
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
    return known
  }
}
