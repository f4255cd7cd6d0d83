import { ConsoleProblem, problemOf, unreachable } from './problem.ts'

export type Role = 'admin' | 'operator' | 'viewer'
export interface User {
  id: string
  email: string
  role: Role
}

/** Gives the access token of whoever is signed in on the owner's own page; `renew` when the one given last counts no more. */
export type TokenProvider = (o: { renew: boolean }) => Promise<string> | string

/**
 * Who looks at the console.
 * - asking: not known yet. - out: nobody; the sign-in form stands. - in: somebody, `user` says who as far as that is known.
 */
export interface Session {
  readonly state: 'asking' | 'out' | 'in'
  readonly user: User | undefined
  /** Where signing out makes sense: not when the owner's page brings the tokens. */
  readonly isOwn: boolean
  /** Finds out whether somebody is signed in already. */
  open(): Promise<void>
  /** The newest access token. @throws ConsoleProblem unauthorized, unreachable */
  token(): Promise<string>
  /** A newer one than `than`. Many may ask at once; the relay is asked once. @throws ConsoleProblem */
  renew(than: string): Promise<string>
  /** @throws ConsoleProblem */
  signIn(email: string, password: string): Promise<void>
  signOut(): Promise<void>
  /** May do more than look. Unknown roles may try; the relay decides. */
  may(role: Role): boolean
  onChange(listener: () => void): () => void
}

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 }
/** Says that there is a cookie worth trying, which a page cannot see. */
const SIGNED_IN = 'va-signed-in'

const signedOut = () => new ConsoleProblem({ code: 'unauthorized', status: 401, message: 'You are signed out. Sign in again.' })

abstract class Signed implements Session {
  state: Session['state'] = 'asking'
  user: User | undefined
  abstract readonly isOwn: boolean
  protected access = ''
  #renewing: Promise<string> | undefined
  readonly #listeners = new Set<() => void>()

  abstract open(): Promise<void>
  abstract signIn(email: string, password: string): Promise<void>
  abstract signOut(): Promise<void>
  protected abstract fetchToken(renew: boolean): Promise<string>

  async token(): Promise<string> {
    return this.access === '' ? this.renew('') : this.access
  }

  renew(than: string): Promise<string> {
    if (than !== this.access) return Promise.resolve(this.access)
    this.#renewing ??= this.fetchToken(than !== '')
      .then((token) => {
        this.access = token
        this.become('in')
        return token
      })
      .catch((error: unknown) => {
        if (error instanceof ConsoleProblem && error.status === 401) {
          this.access = ''
          this.become('out')
        }
        throw error
      })
      .finally(() => {
        this.#renewing = undefined
      })
    return this.#renewing
  }

  may(role: Role): boolean {
    return this.user === undefined || RANK[this.user.role] >= RANK[role]
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  protected become(state: Session['state']): void {
    this.state = state
    if (state === 'out') this.user = undefined
    for (const each of this.#listeners) each()
  }
}

/** Signed in by e-mail and password; the refresh token is a cookie that no script can read. */
export class CookieSession extends Signed {
  readonly isOwn = true
  readonly #relay: string
  constructor(relay: string) {
    super()
    this.#relay = relay
  }

  async open(): Promise<void> {
    if (!localStorage.getItem(SIGNED_IN)) return this.become('out')
    await this.renew('').catch((error: unknown) => {
      // A relay that is away signs nobody out; the form says what is the matter when it is used.
      if (this.state === 'asking') this.become('out')
      if (!(error instanceof ConsoleProblem)) throw error
    })
  }

  async signIn(email: string, password: string): Promise<void> {
    this.#take(await this.#post('login', { email, password, cookie: true }))
    localStorage.setItem(SIGNED_IN, '1')
    this.become('in')
  }

  async signOut(): Promise<void> {
    localStorage.removeItem(SIGNED_IN)
    await this.#post('logout', {}).catch(() => undefined)
    this.access = ''
    this.become('out')
  }

  /** The cookie works once, so the console's tabs take turns. */
  protected fetchToken(): Promise<string> {
    const once = async () => this.#take(await this.#post('refresh', {}))
    return navigator.locks ? navigator.locks.request('va-refresh', once) : once()
  }

  #take(body: { tokens: { access: string }; user?: User }): string {
    this.access = body.tokens.access
    if (body.user) this.user = body.user
    return this.access
  }

  async #post(what: string, body: object): Promise<{ tokens: { access: string }; user?: User }> {
    const answer = await fetch(`${this.#relay}/api/auth/${what}`, {
      method: 'POST',
      credentials: 'include',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }).catch(() => undefined)
    if (!answer) throw unreachable()
    if (answer.status === 401 && what === 'refresh') {
      localStorage.removeItem(SIGNED_IN)
      throw signedOut()
    }
    // A wrong password is told in the relay's own words.
    if (!answer.ok) throw answer.status === 401 ? await wrongPassword(answer) : await problemOf(answer)
    return answer.status === 204 ? { tokens: { access: '' } } : answer.json()
  }
}

async function wrongPassword(answer: Response): Promise<ConsoleProblem> {
  const { detail } = (await answer.json().catch(() => ({}))) as { detail?: string }
  return new ConsoleProblem({ code: 'unauthorized', status: 401, message: detail ?? 'E-mail or password is wrong.' })
}

/** Signed in by the page around us. */
export class ProvidedSession extends Signed {
  readonly isOwn = false
  readonly #provide: TokenProvider
  constructor(provide: TokenProvider) {
    super()
    this.#provide = provide
  }

  async open(): Promise<void> {
    await this.renew('').catch(() => this.become('out'))
  }

  protected async fetchToken(renew: boolean): Promise<string> {
    try {
      const token = await this.#provide({ renew })
      if (!token) throw signedOut()
      this.user = userIn(token)
      return token
    } catch {
      throw signedOut()
    }
  }

  signIn(): Promise<void> {
    return this.open()
  }
  async signOut(): Promise<void> {}
}

/** What an access token says of its bearer; an API key says nothing. */
function userIn(token: string): User | undefined {
  try {
    const { email, role, sub } = JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')))
    return role in RANK && typeof sub === 'string' ? { id: sub, role, email: typeof email === 'string' ? email : '' } : undefined
  } catch {
    return undefined
  }
}
