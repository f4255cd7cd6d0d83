import { expect } from '@esm-bundle/chai'
import { aCall, anEntry, drawn, ToldLive } from '../../../testing/calls.test-kit.ts'
import { axeOffences, fakeDesk, has, mountPage, named, unmountAll, wordsIn, write } from '../../../testing/pages.test-kit.ts'
import type { Call } from '../../call.ts'
import { ConsoleProblem } from '../../problem.ts'
import type { Role } from '../../session.ts'
import { CallPage } from './call-page.ts'

const at = (seconds: number) => new Date(Date.parse('2026-11-21T10:00:00.000Z') + seconds * 1000).toISOString()
const EVENTS = [
  { seq: 1, at: at(0), type: 'call.opened', payload: { modality: 'voice', language: 'en' } },
  { seq: 2, at: at(1), type: 'call.connected', payload: {} },
  { seq: 3, at: at(4), type: 'utterance.cut', payload: { heard: 'We ship to' } },
  { seq: 4, at: at(6), type: 'tool.called', payload: { id: 't1', name: 'stock', arguments: {} } },
  { seq: 5, at: at(7), type: 'tool.finished', payload: { id: 't1', name: 'stock', ms: 120 } },
  { seq: 6, at: at(9), type: 'engine.handover', payload: { from: 'gemini-live', to: 'offline', message: 'the line broke' } },
]
const LATENCY = {
  turns: [{ utterance: 'u1', at: at(5), by: 'speech', endpointMs: 300, engineMs: 400, voiceMs: 90, totalMs: 790 }],
  p50Ms: 790,
  p95Ms: 790,
}
const TAKEOVERS = [
  {
    by: 'u_2',
    name: 'Ann',
    reason: 'asked for',
    notes: 'ten lamps',
    startedAt: at(10),
    endedAt: at(20),
    endedBy: 'operator',
    briefing: 'A tenth off.',
  },
]

async function show(call: Partial<Call> = {}, o: { role?: Role; answers?: Record<string, unknown>; modality?: string } = {}) {
  const live = new ToldLive()
  const events = EVENTS.map((each) =>
    each.type === 'call.opened' ? { ...each, payload: { modality: o.modality ?? 'voice', language: 'en' } } : each,
  )
  const desk = Object.assign(
    fakeDesk(
      {
        'GET /api/agents': { agents: [{ id: 'demo', name: 'Tara' }], nextCursor: null },
        'GET /api/calls/*': { call: aCall('c1', call), variables: { plan: 'gold' }, page: { title: 'Lamps' } },
        'GET /api/calls/*/events': { events },
        'GET /api/calls/*/latency': LATENCY,
        'GET /api/calls/*/takeovers': { takeovers: TAKEOVERS },
        'GET /api/calls/*/evidence': { verified: true, problems: [], events: 6, erased: false, head: 'abcdef' },
        'POST /api/calls/*/pause-ai': { call: aCall('c1', { ...call, ai: 'paused' }) },
        'DELETE /api/calls/*/pause-ai': { call: aCall('c1', { ...call, ai: 'active' }) },
        ...o.answers,
        'POST /api/calls/*/*': {},
      },
      { role: o.role ?? 'operator' },
    ),
    { live },
  )
  const page = await mountPage(new CallPage(), desk, '#/calls/c1')
  await drawn()
  const press = async (key: string) => {
    const was = page.onKey(new KeyboardEvent('keydown', { key }))
    await drawn()
    return was
  }
  const asked = (method: string) => desk.asked.filter(({ route }) => route.startsWith(method)).map(({ body, route }) => [route, body])
  return { asked, desk, live, page, press }
}

describe('one call', () => {
  afterEach(unmountAll)

  it('shows what is heard as it is heard: in its place, dimmed while it grows, with a mark where it was cut', async () => {
    const { live, page } = await show()
    live.words(anEntry('a', 1, { role: 'agent', text: 'We ship to', final: false }))
    live.words(anEntry('b', 2, { text: 'Hello?', final: false }))
    live.words(anEntry('a', 3, { role: 'agent', text: 'We ship', interrupted: true, startedAt: at(1) }))
    live.words(anEntry('a', 1, { role: 'agent', text: 'told late', startedAt: at(1) }))
    await drawn()
    const lines = [
      ...(page.renderRoot.querySelector('vc-call')?.shadowRoot?.querySelector('vc-transcript')?.shadowRoot?.querySelectorAll('li') ?? []),
    ]
    expect(lines.map(({ className }) => className)).to.deep.equal(['agent', 'visitor'])
    expect(lines[0]?.textContent).to.include('We ship').and.to.include('cut off').and.not.to.include('late')
    expect(lines[1]?.querySelector('p')?.className).to.equal('interim')
  })

  it('tells what happened, each answer with its time in parts, who took it over, what the page gave', async () => {
    const { page } = await show()
    const words = wordsIn(page)
    for (const said of [
      'Interrupted',
      'stock · 120 ms',
      'gemini-live → offline: the line broke',
      'hearing the end 300 ms · thinking 400 ms · voice 90 ms',
      'Ann',
      'ten lamps',
      'A tenth off.',
      'plan',
      'gold',
      'Lamps',
    ])
      expect(words).to.include(said)
  })

  it('is worked by keys: pause, go on, say, whisper', async () => {
    let ai: Call['ai'] = 'active'
    const { asked, live, page, press } = await show({}, { answers: { 'GET /api/calls/*': () => ({ call: aCall('c1', { ai }) }) } })
    await press(' ')
    ai = 'paused'
    live.call(aCall('c1', { ai: 'paused' }))
    await drawn()
    await press(' ')
    expect(asked('POST').concat(asked('DELETE'))).to.deep.equal([
      ['POST /api/calls/c1/pause-ai', undefined],
      ['DELETE /api/calls/c1/pause-ai', undefined],
    ])
    await press('w')
    write(named(page, 'input', 'What the AI should do; only it hears this'), 'Offer a tenth off.')
    named(page, 'button', 'Whisper').closest('form')?.requestSubmit()
    await drawn()
    expect(asked('POST').at(-1)).to.deep.equal(['POST /api/calls/c1/whisper', { text: 'Offer a tenth off.' }])
  })

  it('asks before it takes over, and shows the relay’s refusal where it was asked', async () => {
    const refusal = new ConsoleProblem({ code: 'conflict', status: 409, message: 'Ann holds this call.' })
    const { asked, page, press } = await show({}, { modality: 'text', answers: { 'POST /api/calls/*/takeover': refusal } })
    await press('t')
    write(named(page, 'input', 'Reason'), 'asked for')
    named(page, 'dialog button.primary', 'Take over').click()
    await drawn()
    expect(asked('POST')).to.deep.equal([['POST /api/calls/c1/takeover', { reason: 'asked for' }]])
    expect(wordsIn(page)).to.include('Ann holds this call.')
  })

  it('offers what can be done and nothing else', async () => {
    const viewer = await show({}, { role: 'viewer' })
    for (const words of ['Take over', 'Listen', 'Pause the AI', 'Hang up']) expect(has(viewer.page, 'button', words)).to.equal(false)
    unmountAll()
    const others = await show({ ai: 'off', heldBy: { id: 'u_2', name: 'Ann' } })
    expect(has(others.page, 'button', 'Take over')).to.equal(false)
    expect([has(others.page, 'button', 'Listen'), has(others.page, 'button', 'Pause the AI')]).to.deep.equal([true, false])
    unmountAll()
    const mine = await show({ ai: 'off', heldBy: { id: 'u_1', name: 'Me' } })
    expect([has(mine.page, 'button', 'Hand back'), has(mine.page, 'button', 'Take over')]).to.deep.equal([true, true])
    unmountAll()
    const bridge = await show({ kind: 'bridge', capabilities: ['hangup'] })
    expect([has(bridge.page, 'button', 'Listen'), has(bridge.page, 'button', 'Hang up')]).to.deep.equal([false, true])
    unmountAll()
    const typed = await show({}, { modality: 'text' })
    expect([has(typed.page, 'button', 'Listen'), has(typed.page, 'button', 'Take over')]).to.deep.equal([false, true])
    unmountAll()
    const over = await show({ status: 'completed', endedAt: at(60), durationMs: 60_000, endReason: 'visitor' })
    expect(has(over.page, 'button', 'Take over')).to.equal(false)
    expect(wordsIn(over.page)).to.include('The chain of 6 events verifies.').and.to.include('1:00')
  })

  it('says so when there is no such call', async () => {
    const { page } = await show(
      {},
      { answers: { 'GET /api/calls/*': new ConsoleProblem({ code: 'not_found', status: 404, message: '' }) } },
    )
    expect(wordsIn(page)).to.include('There is no such call')
  })

  const STATES: Record<string, () => Promise<unknown>> = {
    live: () => show(),
    paused: () => show({ ai: 'paused' }),
    held: () => show({ ai: 'off', heldBy: { id: 'u_2', name: 'Ann' } }),
    over: () => show({ status: 'failed', endReason: 'busy', endedAt: at(5), durationMs: 0 }),
    asking: async () => (await show()).press('t'),
    'without what was asked for': () =>
      show({}, { answers: { 'GET /api/calls/*': new ConsoleProblem({ code: 'internal', status: 500, message: 'It failed.' }) } }),
  }
  for (const [state, prepare] of Object.entries(STATES)) {
    for (const dir of ['ltr', 'rtl']) {
      it(`leaves axe nothing to find: ${state}, ${dir}`, async () => {
        document.documentElement.dir = dir
        await prepare()
        expect(await axeOffences(document.body)).to.deep.equal([])
        document.documentElement.dir = 'ltr'
      })
    }
  }
})
