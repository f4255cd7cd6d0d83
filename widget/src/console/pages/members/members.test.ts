import { expect } from '@esm-bundle/chai'
import { axeOffences, fakeDesk, has, mountPage, named, settled, unmountAll, wordsIn, write } from '../../../testing/pages.test-kit.ts'
import { ConsoleProblem } from '../../problem.ts'
import { browserName } from './browser-name.ts'
import { MembersPage } from './members.ts'

const AT = '2026-01-02T03:04:05.000Z'
const MEMBERS = [
  { id: 'u_1', email: 'admin@example.com', role: 'admin', createdAt: AT },
  { id: 'u_2', email: 'jo@example.com', role: 'viewer', createdAt: AT },
]
const INVITED = { id: 'i_1', email: 'new@example.com', role: 'operator', createdAt: AT, expiresAt: AT }
const answers = () => ({
  'GET /openapi.json': { paths: {} },
  'GET /api/members': { members: MEMBERS, invitations: [INVITED], nextCursor: null },
  'POST /api/members/invitations': {
    invitation: { ...INVITED, id: 'i_2', email: 'kim@example.com' },
    url: 'https://r.example/console#invitation=once',
  },
  'DELETE /api/members/invitations/*': undefined,
  'PATCH /api/members/u_2': { member: MEMBERS[1] },
  'DELETE /api/members/u_2': undefined,
  'GET /api/api-keys': { apiKeys: [{ id: 'k_1', name: 'Shop', scopes: ['calls:read'], createdAt: AT }], nextCursor: null },
  'POST /api/api-keys': ({ body }: { body: { name: string; scopes: string[] } }) => ({
    apiKey: { id: 'k_2', createdAt: AT, ...body },
    key: 'va_whole',
  }),
  'DELETE /api/api-keys/*': undefined,
  'GET /api/auth/sessions': {
    sessions: [
      {
        id: 's_1',
        startedAt: AT,
        lastSeenAt: AT,
        address: '203.0.113.9',
        browser: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
        current: true,
      },
      { id: 's_2', startedAt: AT, lastSeenAt: AT, current: false },
    ],
    nextCursor: null,
  },
  'DELETE /api/auth/sessions/*': undefined,
  'POST /api/auth/password': undefined,
  'GET /api/audit': ({ query }: { query: { cursor?: string } }) => ({
    deeds: [
      {
        at: AT,
        actor: { kind: query.cursor ? 'key' : 'user', id: query.cursor ? 'k_1' : 'u_2' },
        action: 'PATCH /api/agents/{id}',
        target: 'a_1',
        address: '203.0.113.9',
      },
    ],
    nextCursor: query.cursor ? null : 'older',
  }),
})
const open = async (hash: string, desk = fakeDesk(answers())) => ({ desk, page: await mountPage(new MembersPage(), desk, hash) })
const routes = (desk: ReturnType<typeof fakeDesk>) => desk.asked.map(({ route }) => route)

describe('the members’ page', () => {
  afterEach(unmountAll)

  for (const part of ['', '/keys', '/sign-ins', '/audit']) {
    it(`has nothing for axe to find at #/members${part}, also when the relay refuses`, async () => {
      for (const desk of [fakeDesk(answers()), fakeDesk({ 'GET /openapi.json': { paths: {} } })]) {
        const { page } = await open(`#/members${part}`, desk)
        expect(await axeOffences(page)).to.deep.equal([])
        page.remove()
      }
    })
  }

  it('invites somebody, with a link that is shown once, and withdraws', async () => {
    const { desk, page } = await open('#/members')
    write(named(page, 'input', 'E-mail'), 'kim@example.com')
    named(page, 'button', 'Invite').click()
    await settled(page)
    expect(desk.asked.at(-1)?.body).to.deep.equal({ email: 'kim@example.com', role: 'operator' })
    expect(wordsIn(page)).to.contain('#invitation=once')
    expect(await axeOffences(page)).to.deep.equal([])
    named(page, 'button', 'Withdraw the invitation of new@example.com').click()
    await settled(page)
    expect(routes(desk)).to.include('DELETE /api/members/invitations/i_1')
    expect(wordsIn(page)).not.to.contain('new@example.com')
  })

  it('changes roles and removes others, never oneself', async () => {
    const { desk, page } = await open('#/members')
    expect(named<HTMLSelectElement>(page, 'select', 'Role of admin@example.com').disabled).to.equal(true)
    expect(has(page, 'button', 'Remove admin@example.com')).to.equal(false)
    write(named(page, 'select', 'Role of jo@example.com'), 'operator')
    await settled(page)
    expect(desk.asked.find(({ route }) => route === 'PATCH /api/members/u_2')?.body).to.deep.equal({ role: 'operator' })
    named(page, 'button', 'Remove jo@example.com').click()
    await settled(page)
    named(page, 'dialog button', 'Remove').click()
    await settled(page)
    expect(routes(desk)).to.include('DELETE /api/members/u_2')
  })

  it('says why a role was not changed, and shows the one in force', async () => {
    const refusing = fakeDesk({
      ...answers(),
      'PATCH /api/members/u_2': new ConsoleProblem({ code: 'conflict', status: 409, message: 'The last admin stays.' }),
    })
    const { desk, page } = await open('#/members', refusing)
    write(named(page, 'select', 'Role of jo@example.com'), 'operator')
    await settled(page)
    expect(desk.told).to.deep.equal(['The last admin stays.'])
    expect(named<HTMLSelectElement>(page, 'select', 'Role of jo@example.com').value).to.equal('viewer')
  })

  it('makes a key with what it may do, shows it once, and revokes', async () => {
    const { desk, page } = await open('#/members/keys')
    write(named(page, 'input', 'Name'), 'Server')
    named(page, 'button', 'Make the key').click()
    await settled(page)
    expect(desk.told).to.deep.equal(['Choose at least one thing that the key may do.'])
    named<HTMLInputElement>(page, 'input', 'vouch for visitors').click()
    named(page, 'button', 'Make the key').click()
    await settled(page)
    expect(desk.asked.at(-1)?.body).to.deep.equal({ name: 'Server', scopes: ['visitor-tokens:write'] })
    expect(wordsIn(page)).to.contain('va_whole')
    named(page, 'button', 'Revoke Shop').click()
    await settled(page)
    named(page, 'dialog button', 'Revoke').click()
    await settled(page)
    expect(routes(desk)).to.include('DELETE /api/api-keys/k_1')
  })

  it('lists sign-ins and ends others; whoever is no admin sees only their own', async () => {
    const { desk, page } = await open('#/members', fakeDesk(answers(), { role: 'viewer' }))
    expect([has(page, 'a', 'API keys'), routes(desk)]).to.deep.equal([false, ['GET /api/auth/sessions']])
    expect(wordsIn(page)).to.contain('Firefox 140, Linux')
    expect(page.shadowRoot?.querySelector('vc-sign-ins')?.shadowRoot?.querySelectorAll('tbody button').length).to.equal(1)
    page.shadowRoot?.querySelector('vc-sign-ins')?.shadowRoot?.querySelector<HTMLElement>('tbody button')?.click()
    await settled(page)
    expect(routes(desk)).to.include('DELETE /api/auth/sessions/s_2')
  })

  it('reads the trail on, with names', async () => {
    const { desk, page } = await open('#/members/audit')
    expect(wordsIn(page)).to.contain('jo@example.com')
    named(page, 'button', 'Older').click()
    await settled(page)
    expect(wordsIn(page)).to.contain('Shop')
    write(named(page, 'input', 'Of one call, agent or number: its id'), 'a_1')
    named(page, 'button', 'Search').click()
    await settled(page)
    expect(desk.asked.at(-1)?.query).to.deep.equal({ limit: 50, target: 'a_1' })
  })

  it('names browsers as people do', () => {
    const chrome = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'
    const names = [browserName(`${chrome} Edg/141.0`), browserName(chrome), browserName('curl/8'), browserName(undefined)]
    expect(names).to.deep.equal(['Edge 141, Windows', 'Chrome 141, Windows', 'curl/8', undefined])
  })
})
