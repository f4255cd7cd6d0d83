import { expect } from '@esm-bundle/chai'
import { sendKeys, setViewport } from '@web/test-runner-commands'
import { aCall, drawn } from '../testing/calls.test-kit.ts'
import { until } from '../testing/element-kit.test-kit.ts'
import { axeOffences, unmountAll } from '../testing/pages.test-kit.ts'
import './console.ts'
import type { VoiceConsole } from './console.ts'

/** The frame around the pages, against a relay that answers by a table. */

const realFetch = globalThis.fetch
const user = { id: 'u', email: 'ann@example.com', role: 'operator' }
const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
const ANSWERS: Record<string, () => Response> = {
  '/api/auth/login': () => json({ tokens: { access: 'A' }, user }),
  '/api/auth/logout': () => new Response(null, { status: 204 }),
  '/api/auth/invitations': () => json({ member: { email: 'new@example.com' } }, 201),
  '/api/agents': () => json({ agents: [], nextCursor: null }),
  '/api/calls': () => json({ calls: [aCall('c1', { status: 'completed' })], nextCursor: null }),
  '/api/calls/active': () => json({ calls: [], nextCursor: null }),
}

function relayIs(answers: Record<string, () => Response> = {}): void {
  globalThis.fetch = async (address) => {
    const { pathname } = new URL(String(address))
    const answer = { ...ANSWERS, ...answers }[pathname]
    return answer?.() ?? json({ code: 'not_found', detail: 'Nothing here.' }, 404)
  }
}

async function show(o: { tokens?: () => string; hash?: string } = {}): Promise<VoiceConsole> {
  location.hash = o.hash ?? ''
  const el = document.createElement('voice-console')
  // Nothing answers there: the live line stays away.
  el.relayUrl = 'http://127.0.0.1:9'
  el.setAttribute('standalone', '')
  if (o.tokens) el.tokenProvider = o.tokens
  document.body.append(el)
  await el.updateComplete
  await drawn()
  return el
}
const inside = (el: VoiceConsole, selector: string): HTMLElement => {
  const found = el.renderRoot.querySelector<HTMLElement>(selector)
  if (!found) throw new Error(`there is no ${selector}`)
  return found
}
const form = (el: VoiceConsole) => inside(el, 'vc-sign-in').shadowRoot as ShadowRoot
const fill = (root: ParentNode, name: string, value: string) => {
  const field = root.querySelector<HTMLInputElement>(`[name=${name}]`)
  if (field) field.value = value
}
const signedIn = async (hash = '') => {
  const el = await show({ tokens: () => 'T', hash })
  await until(() => el.renderRoot.querySelector('nav a'))
  await drawn()
  return el
}
const shown = (el: VoiceConsole) => el.renderRoot.querySelector('main')?.firstElementChild?.localName

describe('the console', () => {
  beforeEach(() => {
    localStorage.clear()
    relayIs()
  })
  afterEach(async () => {
    unmountAll()
    localStorage.clear()
    globalThis.fetch = realFetch
    await setViewport({ width: 1280, height: 800 })
  })

  it('lets people in, shows a refusal where it was asked, and lets them out again', async () => {
    const el = await show()
    const root = form(el)
    relayIs({ '/api/auth/login': () => json({ code: 'unauthorized', detail: 'E-mail or password is wrong.' }, 401) })
    fill(root, 'email', 'ann@example.com')
    fill(root, 'password', 'wrong')
    root.querySelector('form')?.requestSubmit()
    await until(() => root.querySelector('[role=alert]')?.textContent?.includes('is wrong'))
    expect(await axeOffences(el)).to.deep.equal([])
    relayIs()
    root.querySelector('form')?.requestSubmit()
    await until(() => el.renderRoot.querySelector('.who')?.textContent === 'ann@example.com')
    inside(el, '.foot button:last-child').click()
    await until(() => el.renderRoot.querySelector('vc-sign-in'))
    expect(localStorage.length).to.equal(0)
  })

  it('lets somebody join by an invitation, whose token then stands nowhere', async () => {
    const el = await show({ hash: '#invitation=abc_123' })
    fill(form(el), 'password', 'long enough to count')
    form(el).querySelector('form')?.requestSubmit()
    await until(() => form(el).querySelector<HTMLInputElement>('[name=email]')?.value === 'new@example.com')
    expect(location.hash).to.equal('')
    expect((form(el) as ShadowRoot).activeElement?.getAttribute('name')).to.equal('password')
  })

  it('shows the page of the address, and says so when there is none', async () => {
    const el = await signedIn('#/active')
    await until(() => shown(el) === 'vc-active')
    expect(inside(el, '[aria-current=page]').textContent?.trim()).to.equal('Active calls')
    location.hash = '#/nowhere'
    await until(() => inside(el, 'main').textContent?.includes('There is no such page'))
  })

  it('goes to pages by digits, shows the keys, and leaves both alone while somebody types', async () => {
    const el = await signedIn('#/active')
    await sendKeys({ press: '1' })
    await until(() => shown(el) === 'vc-dashboard')
    expect((el.renderRoot as ShadowRoot).activeElement?.localName, 'who went somewhere reads on there').to.equal('main')
    const field = document.createElement('input')
    el.after(field)
    field.focus()
    await sendKeys({ press: '2' })
    await sendKeys({ press: '?' })
    expect([field.value, location.hash, el.renderRoot.querySelector('dialog')?.open]).to.deep.equal(['2?', '#/dashboard', false])
    field.remove()
    await sendKeys({ press: '?' })
    expect(el.renderRoot.querySelector('dialog')?.open).to.equal(true)
    await sendKeys({ press: '2' })
    expect(location.hash).to.equal('#/dashboard')
    await sendKeys({ press: 'Escape' })
    expect(el.renderRoot.querySelector('dialog')?.open).to.equal(false)
  })

  it('keeps its rail behind a button where there is no room, and closes it with Escape', async () => {
    await setViewport({ width: 390, height: 780 })
    const el = await signedIn()
    const rail = inside(el, '.rail')
    expect(getComputedStyle(rail).display).to.equal('none')
    inside(el, '.bar button').click()
    await until(() => getComputedStyle(rail).display !== 'none')
    await el.updateComplete
    expect((el.renderRoot as ShadowRoot).activeElement?.localName).to.equal('a')
    expect(inside(el, 'main').inert).to.equal(true)
    expect(await axeOffences(el)).to.deep.equal([])
    await sendKeys({ press: 'Escape' })
    expect(getComputedStyle(rail).display).to.equal('none')
  })

  it('is signed out when the page around it gives no token any more', async () => {
    let token = 'T'
    const el = await show({ tokens: () => token })
    await until(() => el.renderRoot.querySelector('nav a'))
    token = ''
    relayIs({ '/api/calls/active': () => json({ code: 'unauthorized' }, 401) })
    location.hash = '#/active'
    await until(() => el.renderRoot.querySelector('vc-sign-in')?.shadowRoot?.textContent?.includes('Not signed in'))
  })

  it('leaves nothing behind when it is taken off the page', async () => {
    const el = await signedIn('#/active')
    await until(() => shown(el) === 'vc-active')
    el.remove()
    location.hash = '#/dashboard'
    await drawn()
    document.body.append(el)
    await until(() => shown(el) === 'vc-dashboard')
  })

  for (const [name, colours] of Object.entries({ light: 'light', dark: 'dark' })) {
    it(`keeps its contrast with any accent, ${name}`, async () => {
      for (const accent of ['#ffe600', '#0000ff', '#00ff88', '#111111', '#ffffff', '#ff2200']) {
        const el = await signedIn('#/active')
        el.setAttribute('theme', colours)
        el.style.setProperty('--va-accent', accent)
        await until(() => shown(el) === 'vc-active')
        expect([accent, await axeOffences(el)]).to.deep.equal([accent, []])
        el.remove()
      }
    })
  }
})
