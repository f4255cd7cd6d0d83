import { expect } from '@esm-bundle/chai'
import { mount, part, unmountAll } from '../testing/element-kit.test-kit.ts'

const WORDS = {
  'agent-id': 'agentId',
  'relay-url': 'relayUrl',
  mode: 'mode',
  variant: 'variant',
  placement: 'placement',
  language: 'language',
  theme: 'theme',
  transport: 'transport',
  'user-id': 'userId',
  'terms-key': 'termsKey',
  preload: 'preload',
} as const
const FLAGS = { 'default-open': 'defaultOpen', dismissible: 'dismissible', 'text-only': 'textOnly', 'start-muted': 'startMuted' } as const

describe('attributes', () => {
  afterEach(unmountAll)

  it('and properties stay in step', async () => {
    const el = await mount('demo')
    for (const [attribute, property] of Object.entries(WORDS)) {
      el.setAttribute(attribute, 'one')
      expect(el[property], attribute).to.equal('one')
      Object.assign(el, { [property]: 'two' })
      await el.updateComplete
      expect(el.getAttribute(attribute), property).to.equal('two')
    }
  })

  it('are on when present and not "false"', async () => {
    const el = await mount('demo')
    for (const [attribute, property] of Object.entries(FLAGS)) {
      for (const [value, on] of [
        ['', true],
        ['true', true],
        ['false', false],
      ] as const) {
        el.setAttribute(attribute, value)
        expect(el[property], `${attribute}="${value}"`).to.equal(on)
      }
      el.removeAttribute(attribute)
      expect(el[property], attribute).to.equal(false)
      Object.assign(el, { [property]: true })
      await el.updateComplete
      expect(el.getAttribute(attribute)).to.equal('')
      Object.assign(el, { [property]: false })
      await el.updateComplete
      expect(el.hasAttribute(attribute)).to.equal(false)
    }
  })

  it('take JSON for variables, and nothing for what is not JSON', async () => {
    const el = await mount('demo', { attributes: { 'dynamic-variables': '{"name":"Ada","visits":3}' } })
    expect(el.dynamicVariables).to.deep.equal({ name: 'Ada', visits: 3 })
    el.setAttribute('dynamic-variables', '{oops')
    expect(el.dynamicVariables).to.equal(undefined)
  })

  it('show the state on the host, for pages without scripts', async () => {
    const el = await mount('demo')
    expect(el.dataset.state).to.equal('idle')
    expect(el.matches(':state(idle)')).to.equal(true)
  })

  it('put the element where the page wants it', async () => {
    const right = (await mount('demo')).getBoundingClientRect()
    expect(innerWidth - right.right).to.be.closeTo(20, 1)
    expect(innerHeight - right.bottom).to.be.closeTo(20, 1)
    const left = (await mount('demo', { attributes: { placement: 'top-left' } })).getBoundingClientRect()
    expect([left.left, left.top]).to.deep.equal([20, 20])
  })

  it('stay clear of fixed bars when told of them', async () => {
    const el = await mount('demo')
    el.style.setProperty('--va-offset-y', '90px')
    expect(innerHeight - el.getBoundingClientRect().bottom).to.be.closeTo(90, 1)
  })

  it('change the words on screen with the language', async () => {
    const el = await mount('demo')
    expect(part(el, 'launcher-label').textContent).to.equal('Talk to us')
    expect(await el.setLanguage('hi')).to.deep.equal({ ok: true })
    while (part(el, 'launcher-label').textContent !== 'हमसे बात करें') await new Promise((resolve) => setTimeout(resolve, 10))
    expect(el.language).to.equal('hi')
  })
})
