import { expect } from '@esm-bundle/chai'
import { createApi } from './api.ts'
import { ConsoleProblem } from './problem.ts'
import { CookieSession, ProvidedSession } from './session.ts'

const real = globalThis.fetch
type Answer = (path: string, how: RequestInit) => Response | Promise<Response>
/** A relay that answers by a function. */
const relayIs = (answer: Answer) => {
  const asked: string[] = []
  globalThis.fetch = async (address, how = {}) => {
    const { pathname, search } = new URL(String(address), location.origin)
    asked.push(`${how.method ?? 'GET'} ${pathname}${search}`)
    return answer(pathname, how)
  }
  return asked
}
const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } })
const bearerOf = (how: RequestInit) => new Headers(how.headers).get('Authorization')
const user = { id: 'u', email: 'ann@example.com', role: 'operator' }
const fault = async (what: Promise<unknown>): Promise<ConsoleProblem> => {
  const error = await what.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ConsoleProblem)) throw new Error(`expected a ConsoleProblem, got ${String(error)}`)
  return error
}

describe('signing in', () => {
  beforeEach(() => localStorage.clear())
  afterEach(() => {
    globalThis.fetch = real
    localStorage.clear()
  })

  it('asks nothing of the relay before somebody has signed in here', async () => {
    const asked = relayIs(() => json({}))
    const session = new CookieSession('')
    await session.open()
    expect([session.state, asked]).to.deep.equal(['out', []])
  })

  it('signs in by cookie, and knows who it is and what they may', async () => {
    relayIs((_path, how) => {
      expect(how.credentials).to.equal('include')
      expect(JSON.parse(String(how.body))).to.deep.equal({ email: 'ann@example.com', password: 'secret', cookie: true })
      return json({ tokens: { access: 'A' }, user })
    })
    const session = new CookieSession('')
    await session.signIn('ann@example.com', 'secret')
    expect([session.state, session.user?.email, await session.token()]).to.deep.equal(['in', 'ann@example.com', 'A'])
    expect([session.may('viewer'), session.may('operator'), session.may('admin')]).to.deep.equal([true, true, false])
  })

  it('shows the relay’s own words for a wrong password', async () => {
    relayIs(() => json({ code: 'unauthorized', detail: 'E-mail or password is wrong.' }, 401))
    const { message } = await fault(new CookieSession('').signIn('a@b.c', 'x'))
    expect(message).to.equal('E-mail or password is wrong.')
  })

  it('renews once however many ask, and asks again with the new token', async () => {
    localStorage.setItem('va-signed-in', '1')
    let token = 0
    const asked = relayIs(async (path, how) => {
      if (path === '/api/auth/refresh') {
        token += 1
        return json({ tokens: { access: `T${token}` }, user })
      }
      return bearerOf(how) === 'Bearer T2' ? json({ ok: true }) : json({ code: 'unauthorized' }, 401)
    })
    const session = new CookieSession('')
    await session.open()
    const api = createApi({ relay: '', session })
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.get<{ ok: boolean }>('/api/calls')))
    expect(answers.every(({ ok }) => ok)).to.equal(true)
    expect(asked.filter((each) => each.includes('refresh'))).to.have.length(2)
  })

  it('is signed out when the refresh token counts no more, and not when the relay is away', async () => {
    localStorage.setItem('va-signed-in', '1')
    relayIs((path) => (path === '/api/auth/refresh' ? json({ tokens: { access: 'A' }, user }) : json({}, 401)))
    const session = new CookieSession('')
    await session.open()
    relayIs(() => Promise.reject(new TypeError('away')))
    expect((await fault(session.renew('A'))).code).to.equal('unreachable')
    expect(session.state).to.equal('in')
    relayIs(() => json({ code: 'unauthorized' }, 401))
    expect((await fault(session.renew('A'))).status).to.equal(401)
    expect([session.state, localStorage.getItem('va-signed-in')]).to.deep.equal(['out', null])
  })

  it('takes tokens from the page around it, a new one when the old counts no more', async () => {
    const given: boolean[] = []
    const session = new ProvidedSession(({ renew }) => {
      given.push(renew)
      return renew ? 'new' : 'old'
    })
    relayIs((_path, how) => (bearerOf(how) === 'Bearer new' ? json({ ok: true }) : json({ code: 'unauthorized' }, 401)))
    await session.open()
    expect(await createApi({ relay: '', session }).get('/api/calls')).to.deep.equal({ ok: true })
    expect(given).to.deep.equal([false, true])
    expect([session.isOwn, session.may('admin')]).to.deep.equal([false, true])
  })
})

describe('what the relay refuses', () => {
  afterEach(() => {
    globalThis.fetch = real
  })
  const api = createApi({ relay: '', session: { token: async () => 'T', renew: async () => 'T' } })

  it('is said in its own words, with how long to wait', async () => {
    relayIs(() => json({ code: 'rate_limited', detail: 'Too many calls.' }, 429, { 'Retry-After': '7' }))
    expect((await fault(api.get('/api/calls'))).message).to.equal('Too many calls. You can try again in 7 s.')
    relayIs(() => json({ code: 'conflict', detail: 'Ann holds this call.' }, 409))
    expect(await fault(api.post('/api/calls/x/takeover'))).to.include({ code: 'conflict', message: 'Ann holds this call.' })
  })

  it('is plain, too, when nothing or no JSON answers', async () => {
    relayIs(() => new Response('<html>', { status: 502 }))
    expect((await fault(api.get('/api/calls'))).message).to.equal('The relay failed at this. Try again; its log has the cause.')
    relayIs(() => Promise.reject(new TypeError('Failed to fetch')))
    expect(await fault(api.get('/api/calls'))).to.include({ code: 'unreachable', status: 0 })
  })

  it('sends only the query that was given', async () => {
    const asked = relayIs(() => json({}))
    await api.get('/api/calls', { query: { limit: 5, cursor: undefined, words: '', status: 'a b' } })
    expect(asked).to.deep.equal(['GET /api/calls?limit=5&status=a+b'])
  })
})
