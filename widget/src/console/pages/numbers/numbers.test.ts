import { expect } from '@esm-bundle/chai'
import { axeOffences, fakeDesk, has, mountPage, named, settled, unmountAll, wordsIn, write } from '../../../testing/pages.test-kit.ts'
import { ConsoleProblem } from '../../problem.ts'
import { NumbersPage } from './numbers.ts'

const SECRET = { type: 'string', minLength: 1, writeOnly: true }
const SCHEMA = {
  type: 'object',
  required: ['phoneNumber', 'provider'],
  properties: {
    phoneNumber: { type: 'string', minLength: 1 },
    displayName: { type: 'string', minLength: 1, maxLength: 120 },
    linkedAgentId: { type: ['string', 'null'] },
    provider: { type: 'string', enum: ['twilio', 'exotel'] },
    status: { type: 'string', enum: ['active', 'inactive'] },
    inboundAnswer: { type: 'string', enum: ['auto', 'xml'] },
    allowedIps: { type: 'array', items: { type: 'string' } },
    carriers: { type: 'array', items: { type: 'string' } },
    exotelConfig: {
      type: 'object',
      properties: { apiKey: SECRET, sid: SECRET, region: { type: 'string', enum: ['in', 'sg'], default: 'in' } },
      additionalProperties: { type: ['string', 'null'] },
      'x-required': ['apiKey', 'sid'],
    },
  },
}
const DOCUMENT = {
  paths: {
    '/api/phone-numbers': { post: { requestBody: { content: { 'application/json': { schema: SCHEMA } } } } },
    '/api/settings/status': { get: {} },
  },
}
const NUMBER = {
  ...{ id: 'pn_1', phoneNumber: '+918022222222', displayName: 'Support line', provider: 'exotel', linkedAgentId: 'a_1', status: 'active' },
  ...{ webhookUrl: 'https://r.example/api/telephony/webhook/pn_1/s3cret', statusUrl: 'https://r.example/api/telephony/status/pn_1/s3cret' },
  ...{ inboundAnswer: 'auto', allowedIps: [], carriers: [], abilities: {}, credentialsSet: ['apiKey', 'sid'], fromEnvironment: false },
  exotelConfig: { region: 'in' },
}
const answers = (number: object = NUMBER) => ({
  'GET /openapi.json': DOCUMENT,
  'GET /api/agents': { agents: [{ id: 'a_1', name: 'Asha' }], nextCursor: null },
  'GET /api/phone-numbers': { success: true, phoneNumbers: [number] },
  'GET /api/phone-numbers/pn_1': { success: true, phoneNumber: number },
  'PUT /api/phone-numbers/pn_1': { success: true, phoneNumber: number },
  'DELETE /api/phone-numbers/pn_1': { success: true },
  'POST /api/phone-numbers': { success: true, phoneNumber: number },
  'POST /api/phone-numbers/pn_1/rotate-secret': {
    success: true,
    phoneNumber: { ...number, webhookUrl: 'https://r.example/api/telephony/webhook/pn_1/n3wer' },
  },
  'GET /api/settings/status': {
    findings: [
      { state: 'ok', about: 'node', text: '24' },
      { state: 'broken', about: 'carrier exotel', text: 'does not take the key' },
    ],
  },
})
const open = async (hash: string, desk = fakeDesk(answers())) => ({ desk, page: await mountPage(new NumbersPage(), desk, hash) })
const sent = (desk: ReturnType<typeof fakeDesk>, route: string) => desk.asked.find((each) => each.route === route)?.body

describe('the numbers’ page', () => {
  afterEach(unmountAll)

  it('has nothing for axe to find in any state', async () => {
    const none = fakeDesk({ ...answers(), 'GET /api/phone-numbers': { success: true, phoneNumbers: [] } })
    const fixed = fakeDesk(answers({ ...NUMBER, fromEnvironment: true }))
    const states = [
      ['#/numbers'],
      ['#/numbers', none],
      ['#/numbers/new'],
      ['#/numbers/new/exotel'],
      ['#/numbers/pn_1'],
      ['#/numbers/pn_1', fixed],
      ['#/numbers/gone'],
    ] as const
    for (const [hash, desk] of states) {
      const { page } = await open(hash, desk)
      expect([hash, await axeOffences(page)]).to.deep.equal([hash, []])
      page.remove()
    }
  })

  it('adds a number with its carrier’s own fields, and leads to what is left to do there', async () => {
    const { desk, page } = await open('#/numbers/new/exotel')
    named(page, 'button', 'Add the number').click()
    await settled(page)
    expect(wordsIn(page).match(/This is needed\./g)?.length).to.equal(3)
    write(named(page, 'input', 'Number'), '+918022222222')
    write(named(page, 'input', 'API key'), 'key')
    write(named(page, 'input', 'Account SID'), 'acme1')
    write(named(page, 'select', 'Who answers'), 'a_1')
    await settled(page)
    named(page, 'button', 'Add the number').click()
    await settled(page)
    const wanted = { phoneNumber: '+918022222222', linkedAgentId: 'a_1', provider: 'exotel', exotelConfig: { apiKey: 'key', sid: 'acme1' } }
    expect(sent(desk, 'POST /api/phone-numbers')).to.deep.equal(wanted)
    expect(desk.went).to.deep.equal(['#/numbers/pn_1'])
  })

  it('leaves stored credentials alone, takes the agent away with null, and shows the relay’s faults at their fields', async () => {
    const { desk, page } = await open('#/numbers/pn_1')
    expect(named<HTMLInputElement>(page, 'input', 'API key').value).to.equal('')
    write(named(page, 'select', 'Who answers'), '')
    await settled(page)
    named(page, 'button', 'Save').click()
    await settled(page)
    expect(sent(desk, 'PUT /api/phone-numbers/pn_1')).to.deep.equal({ linkedAgentId: null })
    page.remove()
    const errors = [{ path: 'exotelConfig.sid', message: 'must be given again' }]
    const refusing = fakeDesk({
      ...answers(),
      'PUT /api/phone-numbers/pn_1': new ConsoleProblem({ code: 'invalid_request', status: 400, message: 'No.', errors }),
    })
    const other = await open('#/numbers/pn_1', refusing)
    write(named(other.page, 'select', 'Region'), 'sg')
    await settled(other.page)
    named(other.page, 'button', 'Save').click()
    await settled(other.page)
    expect(wordsIn(other.page)).to.contain('must be given again')
    expect(await axeOffences(other.page)).to.deep.equal([])
  })

  it('hides the secret in the addresses until asked, tells what the doctor found, and changes the secret when that is confirmed', async () => {
    const { page } = await open('#/numbers/pn_1')
    expect(wordsIn(page)).not.to.contain('s3cret')
    expect(wordsIn(page)).to.contain('does not take the key').and.not.to.contain(' 24 ')
    named(page, 'button', 'Show: Voicebot URL').click()
    await settled(page)
    expect(wordsIn(page)).to.contain('s3cret')
    named(page, 'button', 'Change the secret').click()
    await settled(page)
    named(page, 'dialog button', 'Change it').click()
    await settled(page)
    expect(wordsIn(page)).to.contain('n3wer')
  })

  it('changes nothing but the agent of a number that variables set up, and lets operators only read', async () => {
    const fixed = await open('#/numbers/pn_1', fakeDesk(answers({ ...NUMBER, fromEnvironment: true })))
    expect([
      has(fixed.page, 'input', 'Number'),
      has(fixed.page, 'button', 'Remove'),
      has(fixed.page, 'select', 'Who answers'),
    ]).to.deep.equal([false, false, true])
    const reading = await open('#/numbers/pn_1', fakeDesk(answers(), { role: 'operator' }))
    for (const words of ['Save', 'Remove', 'Change the secret']) expect(has(reading.page, 'button', words)).to.equal(false)
  })
})
