import { expect } from '@esm-bundle/chai'
import * as fc from 'fast-check'
import { axeOffences, fakeDesk, has, mountPage, named, settled, unmountAll, wordsIn, write } from '../../../testing/pages.test-kit.ts'
import { routeOf } from '../../router.ts'
import { type Filter, filterOf, questionOf, searchOf } from './filter.ts'
import { HistoryPage } from './history.ts'

const NAMES = ['from', 'to', 'agentId', 'direction', 'carrier', 'status', 'number', 'words', 'minMessages', 'cursor', 'limit']
const DOCUMENT = {
  paths: { '/api/calls': { get: { parameters: NAMES.map((name) => ({ name, in: 'query' })) } }, '/api/calls/{id}': { delete: {} } },
}
const call = (id: string, more: object = {}) => ({
  ...{
    id,
    sessionId: 's',
    agentId: 'a_1',
    kind: 'phone',
    direction: 'inbound',
    carrier: 'twilio',
    from: '+12025550123',
    to: '+12025550100',
  },
  ...{
    status: 'completed',
    endReason: 'visitor',
    startedAt: '2026-02-03T10:00:00.000Z',
    durationMs: 65_000,
    ai: 'active',
    recording: false,
    capabilities: [],
  },
  ...more,
})
const answers = (
  pages: object[] = [
    {
      calls: [call('c_1'), call('c_2', { kind: 'web', from: undefined, carrier: undefined, status: 'failed', endReason: 'no-answer' })],
      nextCursor: null,
    },
  ],
) => ({
  'GET /openapi.json': DOCUMENT,
  'GET /api/agents': { agents: [{ id: 'a_1', name: 'Asha' }], nextCursor: null },
  'GET /api/calls': ({ query }: { query: { cursor?: string } }) => pages[Number(query.cursor ?? 0)],
  'DELETE /api/calls/*': undefined,
})
const open = async (hash = '#/history', desk = fakeDesk(answers())) => ({ desk, page: await mountPage(new HistoryPage(), desk, hash) })
const questions = (desk: ReturnType<typeof fakeDesk>) =>
  desk.asked.filter(({ route }) => route === 'GET /api/calls').map(({ query }) => query)

describe('the history', () => {
  afterEach(unmountAll)

  it('has nothing for axe to find: full, empty, narrowed to nothing, refused', async () => {
    const empty = fakeDesk(answers([{ calls: [], nextCursor: null }]))
    const refused = fakeDesk({ 'GET /openapi.json': DOCUMENT })
    for (const [hash, desk] of [
      ['#/history', undefined],
      ['#/history', empty],
      ['#/history?words=tea', empty],
      ['#/history', refused],
    ] as const) {
      const { page } = await open(hash, desk)
      expect(await axeOffences(page)).to.deep.equal([])
      page.remove()
    }
  })

  it('asks for conversations of more than two messages, and for the rest on demand', async () => {
    const { desk, page } = await open()
    expect(questions(desk)).to.deep.equal([{ minMessages: 3, limit: 50 }])
    named<HTMLInputElement>(page, 'input', 'Short calls, too').click()
    expect(desk.went).to.deep.equal(['#/history?all=1'])
    page.route = routeOf('#/history?all=1')
    await settled(page)
    expect(questions(desk).at(-1)).to.deep.equal({ limit: 50 })
  })

  it('narrows by what was written, in the address', async () => {
    const { desk, page } = await open('#/history?agentId=a_1')
    write(named(page, 'input', 'Words that were said'), 'green tea')
    named(page, 'button', 'Search').click()
    expect(desk.went).to.deep.equal(['#/history?agentId=a_1&words=green+tea'])
  })

  it('reads on where the last page ended, and says how far a search went', async () => {
    const pages = [
      { calls: [], nextCursor: '1', searchedTo: '2026-01-05T00:00:00.000Z' },
      { calls: [call('c_9')], nextCursor: null },
    ]
    const { desk, page } = await open('#/history?words=tea', fakeDesk(answers(pages)))
    expect(wordsIn(page)).to.contain('Nothing found so far')
    named(page, 'button', 'Search further back').click()
    await settled(page)
    expect(questions(desk).at(-1)).to.include({ cursor: '1', words: 'tea' })
    expect(has(page, 'button', 'Search further back')).to.equal(false)
    expect(page.renderRoot.querySelectorAll('tbody tr').length).to.equal(1)
  })

  it('shows numbers when asked, and walks by j and k', async () => {
    const { desk, page } = await open()
    expect(wordsIn(page)).not.to.contain('+12025550123')
    page.renderRoot.querySelector('vc-number')?.shadowRoot?.querySelector('button')?.click()
    await settled(page)
    expect(wordsIn(page)).to.contain('+12025550123')
    for (const key of ['j', 'j', 'j', 'k']) expect(page.onKey(new KeyboardEvent('keydown', { key }))).to.equal(true)
    await settled(page)
    const at = page.shadowRoot?.activeElement as HTMLAnchorElement
    expect(at.getAttribute('href')).to.equal('#/calls/c_1')
    at.click()
    expect(desk.went).to.deep.equal(['#/calls/c_1'])
    expect(page.onKey(new KeyboardEvent('keydown', { key: 'x' }))).to.equal(false)
  })

  it('erases a call when that is confirmed, and lets only admins', async () => {
    const { desk, page } = await open()
    page.renderRoot.querySelector<HTMLElement>('tbody .danger')?.click()
    await settled(page)
    expect(await axeOffences(page)).to.deep.equal([])
    named(page, 'dialog button', 'Erase').click()
    await settled(page)
    expect(desk.asked.map(({ route }) => route)).to.include('DELETE /api/calls/c_1')
    expect(questions(desk).length).to.equal(2)
    const operator = await open('#/history', fakeDesk(answers(), { role: 'operator' }))
    expect(operator.page.renderRoot.querySelector('tbody .danger')).to.equal(null)
  })

  it('keeps a filter through its address, and asks of whole days', () => {
    const text = fc.oneof(fc.constant(''), fc.string({ maxLength: 12 }))
    const filter = fc.record<Filter>({
      ...{ from: text, to: text, agentId: text, direction: text, carrier: text, status: text, number: text, words: text },
      all: fc.boolean(),
    })
    fc.assert(
      fc.property(filter, (given) => {
        expect(filterOf(new URLSearchParams(searchOf(given)))).to.deep.equal(given)
        questionOf(given)
      }),
    )
    const { from, to } = questionOf({ ...filterOf(new URLSearchParams()), from: '2026-03-29', to: '2026-03-29' })
    const [first, last] = [new Date(String(from)), new Date(String(to))]
    expect([first.getHours(), first.getDate(), last.getHours(), last.getDate()]).to.deep.equal([0, 29, 0, 30])
  })
})
