import { expect } from '@esm-bundle/chai'
import { axeOffences, fakeDesk, mountPage, named, settled, unmountAll, wordsIn, write } from '../../../testing/pages.test-kit.ts'
import type { Call } from '../../call.ts'
import { ConsoleProblem } from '../../problem.ts'
import { isFirstRun } from './first-run.ts'
import { StartPage } from './start.ts'

const AGENT = { id: 'demo', name: 'Assistant', greeting: 'Hello.', allowedOrigins: [] as string[] }
const answers = () => ({
  'GET /api/agents': { agents: [AGENT], nextCursor: null },
  'GET /api/calls': { calls: [], nextCursor: null },
  'PATCH /api/agents/demo': ({ body }: { body: object }) => ({ agent: { ...AGENT, ...body } }),
  'POST /api/agents': ({ body }: { body: object }) => ({ agent: { ...AGENT, ...body } }),
})

async function open(desk = fakeDesk(answers())) {
  let told: (call: Call) => void = () => undefined
  desk.live.onCall = (listener) => {
    told = listener
    return () => undefined
  }
  const page = await mountPage(new StartPage(), desk, '#/start')
  return { desk, page, tell: (call: Partial<Call>) => told(call as Call) }
}

async function toStepTwo(page: StartPage) {
  write(named(page, 'input', 'The agent’s name'), 'Asha')
  named(page, 'button', 'Next').click()
  await settled(page)
}

describe('the first steps', () => {
  afterEach(unmountAll)

  it('has nothing for axe to find at any step, and goes on by itself', async () => {
    const { desk, page, tell } = await open()
    expect(await axeOffences(page)).to.deep.equal([])
    await toStepTwo(page)
    expect(desk.asked.at(-1)?.body).to.deep.equal({ name: 'Asha', greeting: 'Hello.' })
    expect(page.shadowRoot?.activeElement).to.equal(named(page, 'input', 'Your site’s address'))
    expect(await axeOffences(page)).to.deep.equal([])
    write(named(page, 'input', 'Your site’s address'), 'shop.example/menu')
    named(page, 'button', 'Next').click()
    await settled(page)
    expect(desk.asked.at(-1)?.body).to.deep.equal({ allowedOrigins: ['https://shop.example'] })
    expect(wordsIn(page)).to.contain('<voice-agent agent-id="demo"></voice-agent>')
    tell({ id: 'c_0', agentId: 'another' })
    await settled(page)
    expect(wordsIn(page)).to.contain('Waiting for the first call')
    tell({ id: 'c_1', agentId: 'demo' })
    await settled(page)
    expect(named(page, 'a', 'Watch it').getAttribute('href')).to.equal('#/calls/c_1')
    expect(await axeOffences(page)).to.deep.equal([])
  })

  it('takes nothing for an address that is none, and says what the relay refuses', async () => {
    const { desk, page } = await open(
      fakeDesk({
        ...answers(),
        'PATCH /api/agents/demo': ({ body }: { body: { allowedOrigins?: string[] } }) =>
          body.allowedOrigins ? new ConsoleProblem({ code: 'invalid_request', status: 400, message: 'No such site.' }) : { agent: AGENT },
      }),
    )
    await toStepTwo(page)
    const count = desk.asked.length
    const field = named<HTMLInputElement>(page, 'input', 'Your site’s address')
    write(field, 'our shop')
    named(page, 'button', 'Next').click()
    await settled(page)
    expect([field.validity.customError, desk.asked.length]).to.deep.equal([true, count])
    write(field, 'https://shop.example')
    named(page, 'button', 'Next').click()
    await settled(page)
    expect(wordsIn(page)).to.contain('No such site.')
    expect(await axeOffences(page)).to.deep.equal([])
  })

  it('makes an agent where there is none', async () => {
    const { desk, page } = await open(fakeDesk({ ...answers(), 'GET /api/agents': { agents: [], nextCursor: null } }))
    await toStepTwo(page)
    expect(desk.asked.at(-1)?.route).to.equal('POST /api/agents')
  })

  it('is shown by itself to admins of an empty house only', async () => {
    expect(await isFirstRun(fakeDesk(answers()))).to.equal(true)
    expect(await isFirstRun(fakeDesk(answers(), { role: 'operator' }))).to.equal(false)
    expect(await isFirstRun(fakeDesk({ ...answers(), 'GET /api/calls': { calls: [{}], nextCursor: null } }))).to.equal(false)
    const placed = { agents: [{ ...AGENT, allowedOrigins: ['https://shop.example'] }], nextCursor: null }
    expect(await isFirstRun(fakeDesk({ ...answers(), 'GET /api/agents': placed }))).to.equal(false)
  })
})
