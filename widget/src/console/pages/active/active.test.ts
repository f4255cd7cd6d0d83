import { expect } from '@esm-bundle/chai'
import { resetMouse, sendKeys, sendMouse } from '@web/test-runner-commands'
import { aCall, drawn, nthCall, ToldLive } from '../../../testing/calls.test-kit.ts'
import { axeOffences, fakeDesk, mountPage, unmountAll, wordsIn } from '../../../testing/pages.test-kit.ts'
import { routeOf } from '../../router.ts'
import { ActivePage } from './active.ts'

const AGENTS = {
  agents: [
    { id: 'demo', name: 'Tara' },
    { id: 'other', name: 'Uwe' },
  ],
  nextCursor: null,
}

async function show(calls: unknown, hash = '#/active') {
  const live = new ToldLive()
  const desk = Object.assign(
    fakeDesk({
      'GET /api/agents': AGENTS,
      'GET /api/calls/active': calls,
      'GET /api/calls/*': ({ path }: { path: string }) => ({ call: aCall(path.split('/').at(-1) ?? '') }),
      'GET /api/calls/*/events': { events: [] },
    }),
    { live },
  )
  const page = await mountPage(new ActivePage(), desk, hash)
  await drawn()
  const row = (id: string) => page.renderRoot.querySelector<HTMLElement>(`[data-id=${id}]`)
  const order = () => [...page.renderRoot.querySelectorAll<HTMLElement>('a.call')].map(({ dataset }) => dataset.id)
  const tops = () => Object.fromEntries(order().map((id) => [id, row(id ?? '')?.getBoundingClientRect().top]))
  return { desk, live, page, row, order, tops }
}
const list = (...calls: unknown[]) => ({ calls, nextCursor: null })

describe('active calls', () => {
  afterEach(async () => {
    unmountAll()
    await resetMouse()
  })

  it('stand newest first; new ones come and ended ones go by themselves', async () => {
    const { live, order } = await show(list(nthCall(1), nthCall(2)))
    expect(order()).to.deep.equal(['c2', 'c1'])
    live.call(nthCall(3))
    live.call(nthCall(1, { status: 'completed' }))
    await drawn()
    expect(order()).to.deep.equal(['c3', 'c2'])
  })

  it('believe the live line over a list that was read meanwhile', async () => {
    const asked = Promise.withResolvers<unknown>()
    const { live, order, page } = await show(() => asked.promise)
    live.call(nthCall(2))
    live.call(nthCall(1, { status: 'completed' }))
    asked.resolve(list(nthCall(1), nthCall(3)))
    await drawn()
    await page.updateComplete
    expect(order()).to.deep.equal(['c3', 'c2'])
  })

  it('are read anew when the line comes back', async () => {
    let calls = list(nthCall(1))
    const { live, order } = await show(() => calls)
    calls = list(nthCall(2))
    live.back()
    await drawn()
    expect(order()).to.deep.equal(['c2'])
  })

  it('never move under the pointer, whatever comes, changes or goes', async () => {
    const { live, order, row, tops } = await show(list(...[1, 2, 3, 4, 5, 6].map((n) => nthCall(n))))
    const { left, top } = row('c3')?.getBoundingClientRect() ?? { left: 0, top: 0 }
    await sendMouse({ type: 'move', position: [Math.round(left) + 40, Math.round(top) + 20] })
    const before = tops()
    for (let n = 7; n < 57; n += 1) {
      live.call(nthCall(n))
      live.call(
        nthCall((n % 6) + 1, {
          ai: n % 2 ? 'paused' : 'active',
          heldBy: { id: 'u', name: 'A very long name of an operator who holds it' },
        }),
      )
      if (n === 20) live.call(nthCall(5, { status: 'completed' }))
      if (n === 30) live.call(nthCall(3, { status: 'failed' }))
      if (n % 10 === 0) {
        await drawn()
        const now = tops()
        for (const [id, at] of Object.entries(before)) expect([id, now[id]]).to.deep.equal([id, at])
      }
    }
    expect(row('c3')?.textContent).to.include('Ended')
    await sendMouse({ type: 'move', position: [1, 1] })
    await drawn()
    expect(order()[0]).to.equal('c56')
    expect(order()).not.to.include('c3')
  })

  it('are walked by j and k and opened by Enter; the focused row keeps its place and the focus', async () => {
    const { desk, live, page, row, tops } = await show(list(nthCall(1), nthCall(2), nthCall(3)))
    const press = (key: string) => page.onKey(new KeyboardEvent('keydown', { key }))
    const focused = () => ((page.renderRoot as ShadowRoot).activeElement as HTMLElement | null)?.dataset.id
    press('j')
    expect(focused()).to.equal('c3')
    press('j')
    press('j')
    press('j')
    expect(focused()).to.equal('c1')
    press('k')
    expect(focused()).to.equal('c2')
    const before = tops()
    live.call(nthCall(9))
    await drawn()
    expect([focused(), tops().c2]).to.deep.equal(['c2', before.c2])
    row('c2')?.focus()
    await sendKeys({ press: 'Enter' })
    expect(desk.went).to.deep.equal(['#/active/c2'])
  })

  it('step through open calls, and close one with Escape', async () => {
    const { desk, page } = await show(list(nthCall(1), nthCall(2)), '#/active/c2')
    page.onKey(new KeyboardEvent('keydown', { key: 'j' }))
    expect(desk.went).to.deep.equal(['#/active/c1'])
    page.route = routeOf('#/active/c1')
    await page.updateComplete
    page.onKey(new KeyboardEvent('keydown', { key: 'Escape' }))
    expect(desk.went.at(-1)).to.equal('#/active')
  })

  it('mask numbers until somebody asks', async () => {
    const { page } = await show(list(nthCall(1)))
    expect(wordsIn(page)).not.to.include('2025551001')
    page.renderRoot.querySelector<HTMLElement>('button[aria-pressed]')?.click()
    await page.updateComplete
    expect(wordsIn(page)).to.include('+12025551001')
  })

  it('can be those of one agent', async () => {
    const { desk, order, page } = await show(list(nthCall(1), nthCall(2, { agentId: 'other' })), '#/active?agent=other')
    expect(order()).to.deep.equal(['c2'])
    const filter = page.renderRoot.querySelector('select')
    if (filter) filter.value = 'demo'
    filter?.dispatchEvent(new Event('change'))
    expect(desk.went).to.deep.equal(['#/active?agent=demo'])
  })

  for (const [state, calls] of Object.entries({ full: list(nthCall(1), nthCall(2, { ai: 'paused' })), empty: list() })) {
    it(`leave axe nothing to find when ${state}`, async () => {
      const { page } = await show(calls)
      expect(await axeOffences(page)).to.deep.equal([])
    })
  }
})
