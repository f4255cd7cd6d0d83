import { expect } from '@esm-bundle/chai'
import { axeOffences, fakeDesk, has, mountPage, named, settled, unmountAll, wordsIn, write } from '../../../testing/pages.test-kit.ts'
import { SettingsPage } from './settings.ts'

const windows = {
  type: 'array',
  items: {
    type: 'object',
    required: ['days', 'from', 'to'],
    properties: {
      days: { type: 'array', items: { type: 'string', enum: ['mon', 'sun'] }, minItems: 1 },
      from: { type: 'string', pattern: '^\\d\\d:\\d\\d$' },
      to: { type: 'string' },
    },
  },
}
const limit = {
  type: 'object',
  properties: { perHour: { type: 'integer', minimum: 0, maximum: 100 }, perDay: { type: 'integer', minimum: 0 } },
}
const RULES = {
  type: 'object',
  required: ['countries', 'consent', 'hours', 'limits', 'prices', 'currency'],
  properties: {
    countries: { type: 'array', items: { type: 'string' } },
    consent: { type: 'object', required: ['service'], properties: { service: { type: 'boolean' } } },
    hours: {
      type: 'object',
      additionalProperties: { type: 'object', properties: { service: windows, closedDays: { type: 'array', items: { type: 'string' } } } },
    },
    limits: { type: 'object', required: ['number', 'agent'], properties: { number: limit, agent: limit } },
    prices: { type: 'object', additionalProperties: { type: 'object', additionalProperties: { type: 'number', minimum: 0 } } },
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
  },
}
const DOCUMENT = {
  paths: {
    '/api/calling-rules': {
      get: { responses: { 200: { content: { 'application/json': { schema: { type: 'object', properties: { callingRules: RULES } } } } } } },
    },
    '/api/settings/status': { get: {} },
    '/api/house/do-not-call': { get: {} },
  },
}
const IN_FORCE = {
  ...{
    countries: ['US'],
    consent: { service: false },
    limits: { number: { perHour: 5 }, agent: { perHour: 60, perDay: 500 } },
    currency: 'USD',
  },
  hours: { '*': { service: [{ days: ['mon'], from: '09:00', to: '20:00' }] } },
  prices: { '*': { '+1': 0.03 } },
}
const AT = '2026-01-02T03:04:05.000Z'
const answers = () => ({
  'GET /openapi.json': DOCUMENT,
  'GET /api/agents': { agents: [{ id: 'a_1', name: 'Asha' }], nextCursor: null },
  'GET /api/calling-rules': { callingRules: IN_FORCE },
  'PATCH /api/calling-rules': { callingRules: IN_FORCE },
  'GET /api/do-not-call': { doNotCall: [{ id: 'd_1', phoneNumber: '+12025550123', reason: 'asked', createdAt: AT }], nextCursor: null },
  'GET /api/house/do-not-call': { doNotCall: [{ id: 'd_9', phoneNumber: '+12025550111', createdAt: AT }], nextCursor: null },
  'DELETE /api/house/do-not-call/d_9': undefined,
  'GET /api/gate/decisions': ({ query }: { query: { allowed?: string } }) => ({
    decisions: [
      {
        id: 'g_1',
        callId: 'c_1',
        agentId: 'a_1',
        at: AT,
        phoneNumber: '+1•••23',
        purpose: 'service',
        carrier: 'twilio',
        allowed: query.allowed === undefined,
        rule: 'calling-hours',
        amount: 0,
      },
    ],
    nextCursor: null,
  }),
  'POST /api/do-not-call': { doNotCall: { id: 'd_2', phoneNumber: '+12025550177', createdAt: AT } },
  'DELETE /api/do-not-call/*': undefined,
  'POST /api/gate/check': { allowed: false, rule: 'hours', message: 'It is night there.' },
  'GET /api/settings/status': {
    findings: [
      { state: 'ok', about: 'engine offline', text: 'always there' },
      { state: 'note', about: 'engine gemini', text: 'off: set GEMINI_API_KEY to switch it on' },
    ],
  },
})
const open = async (hash: string, desk = fakeDesk(answers())) => ({ desk, page: await mountPage(new SettingsPage(), desk, hash) })
const patched = (desk: ReturnType<typeof fakeDesk>) => desk.asked.find(({ route }) => route === 'PATCH /api/calling-rules')?.body
const save = async (page: SettingsPage) => {
  await settled(page)
  named(page, 'button', 'Save').click()
  await settled(page)
}

describe('the settings', () => {
  afterEach(unmountAll)

  for (const part of ['hours', 'limits', 'prices', 'consent', 'do-not-call', 'house', 'check', 'relay']) {
    it(`has nothing for axe to find at #/settings/${part}`, async () => {
      const { page } = await open(`#/settings/${part}`)
      expect(wordsIn(page)).not.to.contain('No answer for')
      expect(await axeOffences(page)).to.deep.equal([])
    })
  }

  it('edits a table of limits; what is emptied goes back to the default', async () => {
    const { desk, page } = await open('#/settings/limits')
    write(named(page, 'input', 'To one number, In an hour'), '7')
    write(named(page, 'input', 'By one agent, In a day'), '')
    await save(page)
    expect(patched(desk)).to.deep.equal({ limits: { number: { perHour: 7 }, agent: { perDay: null } } })
  })

  it('edits hours and prices, refuses what cannot be', async () => {
    const { desk, page } = await open('#/settings/prices')
    write(named(page, 'input', 'A minute +1'), '-1')
    await save(page)
    expect([wordsIn(page).includes('At least 0.'), patched(desk)]).to.deep.equal([true, undefined])
    write(named(page, 'input', 'A minute +1'), '0.05')
    await save(page)
    expect(patched(desk)).to.deep.equal({ prices: { '*': { '+1': 0.05 } } })
    const hours = await open('#/settings/hours')
    write(named(hours.page, 'input', 'From'), '10:00')
    await save(hours.page)
    expect(patched(hours.desk)).to.deep.equal({ hours: { '*': { service: [{ days: ['mon'], from: '10:00', to: '20:00' }] } } })
  })

  it('lists who is not called, masked, and changes the list', async () => {
    const { desk, page } = await open('#/settings/do-not-call')
    expect(wordsIn(page)).not.to.contain('+12025550123')
    write(named(page, 'input', 'Number'), '+1 202 555 0177')
    named(page, 'button', 'Call it no more').click()
    await settled(page)
    expect(desk.asked.at(-1)?.body).to.deep.equal({ phoneNumber: '+1 202 555 0177' })
    named(page, 'button', 'Take off the list: 23').click()
    await settled(page)
    expect(desk.asked.at(-1)?.route).to.equal('DELETE /api/do-not-call/d_1')
  })

  it('asks the gate and says why not', async () => {
    const { page } = await open('#/settings/check')
    write(named(page, 'input', 'Number'), '+12025550123')
    named(page, 'button', 'Ask the gate').click()
    await settled(page)
    expect(wordsIn(page)).to.contain('It is night there.')
    expect(await axeOffences(page)).to.deep.equal([])
  })

  it('tells what the gate answered, refusals alone when asked', async () => {
    const { desk, page } = await open('#/settings/check')
    expect(page.shadowRoot?.querySelector('vc-gate-decisions')?.shadowRoot?.querySelector('td a')?.getAttribute('href')).to.equal(
      '#/calls/c_1',
    )
    named(page, 'button', 'Refusals only').click()
    await settled(page)
    expect(desk.asked.at(-1)?.query).to.deep.equal({ limit: 50, allowed: 'false' })
    expect(wordsIn(page)).to.contain('Calling hours')
    expect(await axeOffences(page)).to.deep.equal([])
  })

  it('shows the list of the whole house to those who run it, and to nobody else', async () => {
    const { desk, page } = await open('#/settings/house')
    named(page, 'button', 'Take off the list: 11').click()
    await settled(page)
    expect(desk.asked.at(-1)?.route).to.equal('DELETE /api/house/do-not-call/d_9')
    const { 'GET /api/house/do-not-call': _, ...others } = answers()
    expect(has((await open('#/settings', fakeDesk(others))).page, 'a', 'Do not call, whole house')).to.equal(false)
  })

  it('says what is on and which variable switches the rest on', async () => {
    const { page } = await open('#/settings/relay')
    expect(wordsIn(page)).to.contain('set GEMINI_API_KEY')
  })

  it('shows viewers the list only', async () => {
    const { desk, page } = await open('#/settings', fakeDesk(answers(), { role: 'viewer' }))
    expect([has(page, 'a', 'Limits'), has(page, 'button', 'Call it no more'), has(page, 'a', 'Do not call')]).to.deep.equal([
      false,
      false,
      true,
    ])
    expect(desk.asked.map(({ route }) => route)).not.to.include('GET /api/calling-rules')
  })
})
