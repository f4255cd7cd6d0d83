import { expect } from '@esm-bundle/chai'
import { axeOffences, fakeDesk, has, mountPage, named, settled, unmountAll, wordsIn, write } from '../../../testing/pages.test-kit.ts'
import { ConsoleProblem } from '../../problem.ts'
import { routeOf } from '../../router.ts'
import { AgentsPage } from './agents.ts'
import { originOf, snippetOf } from './snippet.ts'

const SCHEMA = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 80 },
    greeting: { type: 'string', maxLength: 1000, default: 'Hello.' },
    prompt: { type: 'string', maxLength: 20_000, default: '' },
    languages: { type: 'array', items: { type: 'string' }, minItems: 1, default: ['en'] },
    manner: {
      type: 'object',
      default: {},
      properties: {
        personality: { type: 'string', default: 'friendly' },
        responseSpeed: { type: 'string', enum: ['fast', 'normal', 'slow'], default: 'normal' },
        objections: {
          type: 'array',
          default: [],
          items: {
            type: 'object',
            required: ['objection', 'answer'],
            properties: { objection: { type: 'string', minLength: 1 }, answer: { type: 'string', minLength: 1 } },
          },
        },
      },
    },
    allowedOrigins: { type: 'array', items: { type: 'string' }, default: [] },
    phone: { type: 'object', default: {}, properties: { ringMs: { type: 'integer', minimum: 5000, maximum: 120_000, default: 30_000 } } },
    voice: { type: 'object', default: {}, properties: { speed: { type: 'number', minimum: 0.5, maximum: 2, default: 1 } } },
    unheardOf: { type: 'boolean', default: false },
  },
}
const json = (schema: object) => ({ requestBody: { content: { 'application/json': { schema } } } })
const DOCUMENT = {
  paths: {
    '/api/agents': { post: json(SCHEMA) },
    '/api/agents/management/{id}/voice': { get: {} },
    '/api/agents/management/{id}/voice/test': { post: json({ type: 'object', properties: { test_message: {}, voice_model: {} } }) },
    '/api/agents/management/{id}/calling': { get: {} },
  },
}
const AGENT = {
  id: 'a_1',
  createdAt: '2026-01-02T03:04:05.000Z',
  updatedAt: '2026-01-02T03:04:05.000Z',
  name: 'Asha',
  greeting: 'Hello.',
  prompt: '',
  languages: ['en'],
  // No talking in the page: the agent itself is tried in first-run.e2e.
  modes: ['call-me'],
  visibility: 'public',
  engine: 'offline',
  allowedOrigins: [] as string[],
  manner: { personality: 'friendly', responseSpeed: 'normal', objections: [{ objection: 'Too dear', answer: 'It is worth it.' }] },
  phone: { ringMs: 30_000 },
  voice: { speed: 1 },
  unheardOf: false,
}
const VOICES = {
  current_settings: { voice_model: 'sarah', personality_type: 'friendly' },
  available_voices: [
    { id: 'sarah', name: 'Sarah', accent: 'American' },
    { id: 'alan', name: 'Alan' },
  ],
  personality_options: [
    { id: 'friendly', name: 'Friendly' },
    { id: 'professional', name: 'Professional' },
  ],
}
const CALLING = { phone_numbers: [{ number: '+12025550123', type: 'main', active: true }], twilio_features: { machine_detection: true } }
const answers = () => ({
  'GET /openapi.json': DOCUMENT,
  'GET /api/agents': {
    agents: [AGENT, { ...AGENT, id: 'a_2', name: 'Ravi', visibility: 'private', allowedOrigins: ['https://shop.example'] }],
    nextCursor: null,
  },
  'GET /api/agents/a_1': { agent: AGENT },
  'PATCH /api/agents/a_1': ({ body }: { body: object }) => ({ agent: { ...AGENT, ...body } }),
  'DELETE /api/agents/a_1': undefined,
  'GET /api/agents/management/a_1/voice': VOICES,
  'POST /api/agents/management/a_1/voice': {},
  'POST /api/agents/management/a_1/voice/test': { agent_response: 'Hello, I am Sarah.', response_time_ms: 150, test_successful: true },
  'GET /api/agents/management/a_1/calling': CALLING,
  'POST /api/agents/management/a_1/calling/test': { call_id: 'c_1', status: 'queued' },
  'POST /api/agents': ({ body }: { body: object }) => ({ agent: { ...AGENT, ...body, id: 'a_3' } }),
})

const open = (hash: string, o: { desk?: ReturnType<typeof fakeDesk> } = {}) => {
  const desk = o.desk ?? fakeDesk(answers())
  return mountPage(new AgentsPage(), desk, hash).then((page) => ({ page, desk }))
}

describe('the agents’ page', () => {
  afterEach(unmountAll)

  for (const hash of [
    '#/agents',
    '#/agents/new',
    '#/agents/gone',
    ...['', '/voice', '/manner', '/site', '/phone', '/more'].map((part) => `#/agents/a_1${part}`),
  ]) {
    it(`has nothing for axe to find at ${hash}`, async () => {
      const { page } = await open(hash)
      expect(await axeOffences(page)).to.deep.equal([])
    })
  }

  it('saves what was changed and nothing else, and keeps it when somebody looks elsewhere', async () => {
    const { desk, page } = await open('#/agents/a_1')
    expect(has(page, 'button', 'Save')).to.equal(false)
    write(named(page, 'textarea', 'Greeting'), 'Welcome.')
    await settled(page)
    page.route = routeOf('#/agents')
    await settled(page)
    page.route = routeOf('#/agents/a_1/phone')
    await settled(page)
    write(named(page, 'input', 'How long a phone rings'), '20')
    await settled(page)
    named(page, 'button', 'Save').click()
    await settled(page)
    expect(desk.asked.find(({ route }) => route === 'PATCH /api/agents/a_1')?.body).to.deep.equal({
      greeting: 'Welcome.',
      phone: { ringMs: 20_000 },
    })
    expect(has(page, 'button', 'Save')).to.equal(false)
  })

  it('leads to the fault, ours and the relay’s', async () => {
    const desk = fakeDesk({
      ...answers(),
      'PATCH /api/agents/a_1': new ConsoleProblem({
        code: 'invalid_request',
        status: 400,
        message: 'Not so.',
        errors: [{ path: 'phone.ringMs', message: 'is odd' }],
      }),
    })
    const { page } = await open('#/agents/a_1', { desk })
    write(named(page, 'input', 'Name'), '')
    await settled(page)
    named(page, 'button', 'Save').click()
    await settled(page)
    expect(wordsIn(page)).to.contain('This is needed.')
    expect(desk.asked.some(({ route }) => route.startsWith('PATCH'))).to.equal(false)
    write(named(page, 'input', 'Name'), 'Asha II')
    await settled(page)
    named(page, 'button', 'Save').click()
    await settled(page)
    expect(desk.went).to.deep.equal(['#/agents/a_1/phone'])
    page.route = routeOf('#/agents/a_1/phone')
    await settled(page)
    expect(wordsIn(page)).to.contain('is odd')
    expect(await axeOffences(page)).to.deep.equal([])
    named(page, 'button', 'Discard').click()
  })

  it('offers the personalities there are, and shows settings nobody placed', async () => {
    const { page } = await open('#/agents/a_1/manner')
    expect([...named<HTMLSelectElement>(page, 'select', 'Personality').options].map(({ value }) => value)).to.deep.equal([
      'friendly',
      'professional',
    ])
    expect(has(page, 'a', 'More')).to.equal(true)
  })

  it('plays a voice and puts another in force without losing what is being written', async () => {
    const { desk, page } = await open('#/agents/a_1/voice')
    write(named(page, 'input', 'Speed'), '1.5')
    named(page, 'button', 'Play Alan').click()
    await settled(page)
    expect(desk.asked.find(({ route }) => route.endsWith('/voice/test'))?.body).to.include({ voice_model: 'alan' })
    expect(wordsIn(page)).to.contain('150 ms')
    named(page, 'button', 'Use Alan').click()
    await settled(page)
    expect(desk.asked.find(({ route }) => route === 'POST /api/agents/management/a_1/voice')?.body).to.deep.equal({ voice_model: 'alan' })
    expect(named<HTMLInputElement>(page, 'input', 'Speed').value).to.equal('1.5')
    named(page, 'button', 'Discard').click()
  })

  it('rings a phone, and leads to the call', async () => {
    const { desk, page } = await open('#/agents/a_1/phone')
    expect(wordsIn(page)).not.to.contain('+12025550123')
    write(named(page, 'input', 'Ring this phone'), '+12025550177')
    named(page, 'button', 'Ring it').click()
    await settled(page)
    expect(desk.asked.at(-1)).to.deep.include({ body: { test_number: '+12025550177' } })
    expect(named<HTMLAnchorElement>(page, 'a', 'Watch it').getAttribute('href')).to.equal('#/calls/c_1')
  })

  it('asks before an agent goes', async () => {
    const { desk, page } = await open('#/agents/a_1')
    const gone = () => desk.asked.some(({ route }) => route.startsWith('DELETE'))
    named(page, 'button', 'Delete').click()
    await settled(page)
    expect(await axeOffences(page)).to.deep.equal([])
    named(page, 'dialog button', 'Cancel').click()
    await settled(page)
    expect(gone()).to.equal(false)
    named(page, 'header button', 'Delete').click()
    await settled(page)
    named(page, 'dialog button', 'Delete').click()
    await settled(page)
    expect([gone(), desk.went]).to.deep.equal([true, ['#/agents']])
  })

  it('makes an agent', async () => {
    const { desk, page } = await open('#/agents/new')
    named(page, 'button', 'Make the agent').click()
    await settled(page)
    expect(wordsIn(page)).to.contain('This is needed.')
    write(named(page, 'input', 'Name'), 'Mira')
    named(page, 'input', 'Name').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, composed: true }))
    await settled(page)
    expect(desk.asked.at(-1)?.body).to.include({ name: 'Mira' })
    expect(desk.went).to.deep.equal(['#/agents/a_3'])
  })

  it('lets viewers read and no more', async () => {
    const { page } = await open('#/agents/a_1', { desk: fakeDesk(answers(), { role: 'viewer' }) })
    expect(named<HTMLInputElement>(page, 'input', 'Name').readOnly).to.equal(true)
    for (const words of ['Delete', 'Save']) expect(has(page, 'button', words)).to.equal(false)
    expect(await axeOffences(page)).to.deep.equal([])
  })
})

describe('the two lines for a page', () => {
  it('are markup whatever the names hold', () => {
    expect(snippetOf('https://r.example', 'a"><script>')).to.contain('agent-id="a&quot;&gt;&lt;script&gt;"')
  })

  it('stand on a site’s origin, however its address was written', () => {
    const origins = [
      'shop.example',
      ' https://Shop.example/menu?x=1 ',
      'http://localhost:8080',
      'http://[::1]:3',
      'shop',
      'ftp://shop.example',
      'a b.c',
      '',
    ]
    expect(origins.map(originOf)).to.deep.equal([
      'https://shop.example',
      'https://shop.example',
      'http://localhost:8080',
      'http://[::1]:3',
      ...[undefined, undefined, undefined, undefined],
    ])
  })
})
