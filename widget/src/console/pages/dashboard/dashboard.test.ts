import { expect } from '@esm-bundle/chai'
import fc from 'fast-check'
import { aCall, drawn, ToldLive } from '../../../testing/calls.test-kit.ts'
import { axeOffences, fakeDesk, mountPage, unmountAll, wordsIn } from '../../../testing/pages.test-kit.ts'
import type { Call } from '../../call.ts'
import { ConsoleProblem } from '../../problem.ts'
import { Dashboard } from './dashboard.ts'
import { figuresOf, midnight } from './today.ts'

const noon = midnight(Date.now()) + 12 * 3_600_000
const today = (id: string, hour: number, o: Partial<Call> = {}) => {
  const startedAt = new Date(midnight(Date.now()) + hour * 3_600_000).toISOString()
  return aCall(id, { startedAt, connectedAt: startedAt, ...o })
}
const over = (ms: number): Partial<Call> => ({ status: 'completed', durationMs: ms })

async function show(calls: readonly Call[], answers: Record<string, unknown> = {}) {
  const live = new ToldLive()
  const desk = Object.assign(
    fakeDesk(
      {
        'GET /api/agents': { agents: [{ id: 'demo', name: 'Tara', allowedOrigins: ['https://shop.example'] }], nextCursor: null },
        'GET /api/calls': { calls, nextCursor: null },
        'GET /api/calls/active': { calls: calls.filter(({ status }) => status === 'connected'), nextCursor: null },
        'GET /api/calls/*/latency': { turns: [{ utterance: 'u', at: '', by: 'speech', totalMs: 800 }] },
        ...answers,
      },
      { role: 'operator' },
    ),
    { live },
  )
  const page = await mountPage(new Dashboard(), desk, '#/dashboard')
  await drawn()
  const figures = () => [...page.renderRoot.querySelectorAll('.figure b')].map(({ textContent }) => textContent)
  return { desk, figures, live, page }
}

describe('the dashboard', () => {
  afterEach(unmountAll)

  it('counts today: live, answered, failed, how long, how soon', async () => {
    const { figures, live, page } = await show([
      today('a', 9, over(60_000)),
      today('b', 10, over(120_000)),
      today('c', 11),
      today('d', 11, { status: 'failed', endReason: 'busy' }),
      aCall('yesterday', { startedAt: new Date(noon - 86_400_000).toISOString(), ...over(5000) }),
    ])
    expect(figures()).to.deep.equal(['1', '4', '1', '1:30', '800 ms'])
    live.call(today('c', 11, over(180_000)))
    live.call(today('e', 12))
    await drawn()
    expect(figures()).to.deep.equal(['1', '5', '1', '2:00', '800 ms'])
    const rows = [...(page.renderRoot.querySelector('vc-hours')?.shadowRoot?.querySelectorAll('tbody tr') ?? [])].map((row) =>
      [...row.children].map(({ textContent }) => textContent),
    )
    expect(rows).to.deep.equal([
      ['9', '1'],
      ['10', '1'],
      ['11', '2'],
      ['12', '1'],
    ])
  })

  it('never counts a call twice or loses one, in whatever order it is told', () => {
    const status = fc.constantFrom<Call['status']>('initiated', 'connecting', 'connected', 'completed', 'failed')
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 23 }), status)), (all) => {
        const calls = all.map(([hour, is], n) => today(`c${n}`, hour, { status: is }))
        const { failed, hours, live } = figuresOf(calls, midnight(Date.now()))
        expect(hours.reduce((sum, count) => sum + count, 0)).to.equal(calls.length)
        expect(live + failed + calls.filter(({ status: is }) => is === 'completed').length).to.equal(calls.length)
      }),
    )
  })

  it('teaches the next step while nobody talks, and says why it shows nothing', async () => {
    const empty = await show([])
    expect(wordsIn(empty.page)).to.include('talk to the agent')
    expect(await axeOffences(empty.page)).to.deep.equal([])
    unmountAll()
    const away = await show([], {
      'GET /api/calls/active': new ConsoleProblem({ code: 'unreachable', status: 0, message: 'The relay cannot be reached.' }),
    })
    expect(wordsIn(away.page)).to.include('The relay cannot be reached.')
  })

  it('leaves axe nothing to find on a full day', async () => {
    const { page } = await show([today('a', 9, over(60_000)), today('c', 11, { ai: 'paused' })])
    expect(await axeOffences(page)).to.deep.equal([])
  })
})
