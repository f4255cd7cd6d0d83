import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMIN, OTHER_ORGANISATION, startTestRelay, type TestRelay } from '../relay.test-kit.ts'

/** People join, change, leave; sign-ins end; every deed is written down. Through the whole relay, as the console asks. */

interface Answers {
  tokens: { access: string; refresh: string }
  user: { id: string; role: string }
  invitation: { id: string; email: string; role: string }
  invitations: { id: string; email: string }[]
  url: string
  member: { id: string; email: string; role: string }
  members: { id: string; email: string; role: string }[]
  sessions: { id: string; current: boolean; browser?: string }[]
  deeds: { action: string; target?: string; actor: { kind: string; id: string } }[]
  nextCursor: string | null
  code: string
}

let now = Date.now()
let house: TestRelay
const clock = {
  nowMs: () => now,
  monotonicMs: () => now,
  after(delayMs: number, task: () => void) {
    const timer = setTimeout(task, delayMs).unref()
    return () => clearTimeout(timer)
  },
}
/** What is remembered of a sign-in is asked again after this. */
const later = () => {
  now += 6_000
}

beforeAll(async () => {
  house = await startTestRelay({ clock })
})
afterAll(() => house.close())

async function ask(method: string, path: string, o: { token?: string; json?: unknown; headers?: Record<string, string> } = {}) {
  const response = await house.ask(path, { method, ...o })
  const text = await response.text()
  return { status: response.status, is: (text === '' ? {} : JSON.parse(text)) as Answers }
}
async function signIn(email: string, password: string, browser = 'Test/1') {
  const { is } = await ask('POST', '/api/auth/login', { json: { email, password }, headers: { 'user-agent': browser } })
  return { token: is.tokens.access, refresh: is.tokens.refresh, id: is.user.id, role: is.user.role }
}
const asAdmin = () => signIn(ADMIN.email, ADMIN.password)
const PASSWORD = 'a long enough password'

let count = 0
async function join(role: string) {
  const { token } = await asAdmin()
  const email = `Person${++count}@Shop.example`
  const invited = await ask('POST', '/api/members/invitations', { token, json: { email, role } })
  const accepted = await ask('POST', '/api/auth/invitations', { json: { token: invited.is.url.split('=')[1], password: PASSWORD } })
  expect([invited.status, accepted.status]).toEqual([201, 201])
  return { email, id: accepted.is.member.id, admin: token }
}

describe('joining', () => {
  it('goes from an invitation to a signed-in member with its role', async () => {
    const { email, id, admin } = await join('operator')
    expect(await signIn(email, PASSWORD)).toMatchObject({ id, role: 'operator' })
    const { is } = await ask('GET', '/api/members', { token: admin })
    expect(is.members).toContainEqual(expect.objectContaining({ id, email: email.toLowerCase(), role: 'operator' }))
    expect(is.invitations).toEqual([])
  })

  it('works once, not after it was withdrawn, replaced or a week', async () => {
    const { token } = await asAdmin()
    const invite = async (email: string) => {
      const { is } = await ask('POST', '/api/members/invitations', { token, json: { email, role: 'viewer' } })
      return { id: is.invitation.id, secret: is.url.split('=')[1] }
    }
    const accept = async (secret: string | undefined) =>
      (await ask('POST', '/api/auth/invitations', { json: { token: secret, password: PASSWORD } })).status
    const used = await invite('once@shop.example')
    expect(await Promise.all([accept(used.secret), accept(used.secret)]).then((all) => all.sort())).toEqual([201, 404])
    const withdrawn = await invite('withdrawn@shop.example')
    expect((await ask('DELETE', `/api/members/invitations/${withdrawn.id}`, { token })).status).toBe(204)
    expect(await accept(withdrawn.secret)).toBe(404)
    const replaced = await invite('again@shop.example')
    const second = await invite('again@shop.example')
    expect(await accept(replaced.secret)).toBe(404)
    expect(await accept(second.secret)).toBe(201)
    const old = await invite('late@shop.example')
    now += 7 * 24 * 3_600_000 + 1
    expect(await accept(old.secret)).toBe(404)
  })

  it('refuses a short password, a member’s e-mail and what is no e-mail', async () => {
    const { token } = await asAdmin()
    const refused = async (email: string) =>
      (await ask('POST', '/api/members/invitations', { token, json: { email, role: 'viewer' } })).status
    expect(await refused(ADMIN.email)).toBe(409)
    expect(await refused('nobody')).toBe(400)
    const { is } = await ask('POST', '/api/members/invitations', { token, json: { email: 'short@shop.example', role: 'viewer' } })
    const short = await ask('POST', '/api/auth/invitations', { json: { token: is.url.split('=')[1], password: 'short' } })
    expect(short.status).toBe(400)
  })
})

describe('roles', () => {
  it('count within seconds for whoever is signed in already', async () => {
    const { email, id, admin } = await join('viewer')
    const person = await signIn(email, PASSWORD)
    const members = () => ask('GET', '/api/members', { token: person.token })
    expect((await members()).status).toBe(403)
    expect((await ask('PATCH', `/api/members/${id}`, { token: admin, json: { role: 'admin' } })).status).toBe(200)
    later()
    expect((await members()).status).toBe(200)
    expect((await ask('DELETE', `/api/members/${id}`, { token: admin })).status).toBe(204)
    later()
    expect((await members()).status).toBe(401)
    expect((await ask('POST', '/api/auth/refresh', { json: { refresh: person.refresh } })).status).toBe(401)
  })

  it('leave an organisation never without an admin', async () => {
    const { token, id } = await asAdmin()
    const others = (await ask('GET', '/api/members', { token })).is.members.filter((each) => each.role === 'admin' && each.id !== id)
    for (const other of others) await ask('DELETE', `/api/members/${other.id}`, { token })
    expect((await ask('DELETE', `/api/members/${id}`, { token })).status).toBe(409)
    expect((await ask('PATCH', `/api/members/${id}`, { token, json: { role: 'viewer' } })).status).toBe(409)
    const { id: second } = await join('admin')
    // Two who remove one another: one of them stays.
    const gone = await Promise.all(
      [id, second].map(async (each) => (await ask('PATCH', `/api/members/${each}`, { token, json: { role: 'viewer' } })).status),
    )
    expect(gone.filter((status) => status === 200)).toHaveLength(1)
    const left = (await ask('GET', '/api/members', { token: await house.token('admin') })).is.members
    const admins = left.filter(({ role }) => role === 'admin')
    expect(admins).toHaveLength(1)
    await ask('PATCH', `/api/members/${id}`, { token: await house.token('admin'), json: { role: 'admin' } })
  })

  it('are nobody’s business in another organisation', async () => {
    const { id } = await join('viewer')
    const token = await house.token('admin', OTHER_ORGANISATION)
    expect((await ask('GET', '/api/members', { token })).is.members).toEqual([])
    expect((await ask('PATCH', `/api/members/${id}`, { token, json: { role: 'admin' } })).status).toBe(404)
    expect((await ask('DELETE', `/api/members/${id}`, { token })).status).toBe(404)
  })
})

describe('sign-ins', () => {
  it('are listed for their owner, and end when told', async () => {
    const { email } = await join('viewer')
    const here = await signIn(email, PASSWORD, 'Here/1')
    const there = await signIn(email, PASSWORD, 'There/1')
    const { is } = await ask('GET', '/api/auth/sessions', { token: here.token })
    expect(is.sessions.map(({ browser, current }) => [browser, current]).sort()).toEqual([
      ['Here/1', true],
      ['There/1', false],
    ])
    const other = is.sessions.find(({ current }) => !current)?.id
    const stranger = await asAdmin()
    expect((await ask('DELETE', `/api/auth/sessions/${other}`, { token: stranger.token })).status).toBe(404)
    expect((await ask('GET', '/api/calls', { token: there.token })).status).toBe(200)
    expect((await ask('DELETE', `/api/auth/sessions/${other}`, { token: here.token })).status).toBe(204)
    later()
    expect((await ask('GET', '/api/calls', { token: there.token })).status).toBe(401)
    expect((await ask('GET', '/api/calls', { token: here.token })).status).toBe(200)
  })

  it('end everywhere else with a new password', async () => {
    const { email } = await join('viewer')
    const here = await signIn(email, PASSWORD)
    const there = await signIn(email, PASSWORD)
    const change = (current: string) =>
      ask('POST', '/api/auth/password', { token: here.token, json: { current, password: 'another long password' } })
    expect((await change('a wrong password')).status).toBe(401)
    expect((await change(PASSWORD)).status).toBe(204)
    later()
    expect((await ask('GET', '/api/calls', { token: there.token })).status).toBe(401)
    expect((await ask('GET', '/api/calls', { token: here.token })).status).toBe(200)
    expect((await signIn(email, 'another long password')).role).toBe('viewer')
  })

  it('cannot be used to guess a password', async () => {
    const { email } = await join('viewer')
    const { token } = await signIn(email, PASSWORD)
    const tries = []
    for (let tried = 0; tried < 12; tried++)
      tries.push((await ask('POST', '/api/auth/password', { token, json: { current: `guess ${tried}`, password: PASSWORD } })).status)
    expect(tries.at(-1)).toBe(429)
  })
})

describe('the audit trail', () => {
  it('tells who changed what, newest first, and nothing that only looked or was refused', async () => {
    const { admin, id } = await join('viewer')
    const me = (await asAdmin()).id
    await ask('GET', '/api/members', { token: admin })
    await ask('PATCH', `/api/members/${id}`, { token: admin, json: { role: 'nobody' } })
    await ask('PATCH', `/api/members/${id}`, { token: admin, json: { role: 'operator' } })
    const { is } = await ask('GET', `/api/audit?target=${id}`, { token: admin })
    expect(is.deeds).toMatchObject([{ action: 'PATCH /api/members/{id}', target: id, actor: { kind: 'user', id: me } }])
    const first = await ask('GET', '/api/audit?limit=1', { token: admin })
    expect(first.is.deeds).toMatchObject([{ target: id }])
    const second = await ask('GET', `/api/audit?limit=1&cursor=${first.is.nextCursor}`, { token: admin })
    expect(second.is.deeds).toMatchObject([{ action: 'POST /api/members/invitations' }])
    const elsewhere = await ask('GET', '/api/audit', { token: await house.token('admin', OTHER_ORGANISATION) })
    expect(elsewhere.is.deeds).toEqual([])
  })

  it('knows keys by their id', async () => {
    const { token } = await asAdmin()
    const made = await house.ask('/api/api-keys', { method: 'POST', token, json: { name: 'agents', scopes: ['agents:write'] } })
    const { apiKey, key } = (await made.json()) as { apiKey: { id: string }; key: string }
    expect((await ask('POST', '/api/agents', { token: key, json: { name: 'By key' } })).status).toBe(201)
    const { is } = await ask('GET', '/api/audit?limit=1', { token })
    expect(is.deeds).toMatchObject([{ action: 'POST /api/agents', actor: { kind: 'key', id: apiKey.id } }])
  })
})
