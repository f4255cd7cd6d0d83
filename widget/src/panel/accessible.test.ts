import { expect } from '@esm-bundle/chai'
import type { VoiceAgentElement } from '../element/voice-agent-element.ts'
import { askFor, callForm, dialing } from '../testing/callback.test-kit.ts'
import { gesture, hasPart, inCall, mount, part, unmountAll, until } from '../testing/element-kit.test-kit.ts'
import { phone, Steering } from '../testing/fake-relay-client.test-kit.ts'
import 'axe-core'

type Axe = {
  run(root: Element, options: object): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>
}
const axe = (globalThis as unknown as { axe: Axe }).axe

const real = navigator.mediaDevices.getUserMedia
const browserSays = (answer: typeof real) => {
  navigator.mediaDevices.getUserMedia = answer
}

/** The states of the element, and how to get there. */
const STATES: Record<string, () => Promise<VoiceAgentElement>> = {
  launcher: () => mount('demo'),
  dismissible: () => mount('demo', { attributes: { dismissible: '' } }),
  idle: async () => {
    const el = await mount('demo')
    await el.open()
    await until(() => hasPart(el, 'language'))
    return el
  },
  inline: async () => {
    const el = await mount('demo', { attributes: { variant: 'inline' } })
    await until(() => hasPart(el, 'start'))
    return el
  },
  consent: async () => {
    localStorage.clear()
    const el = await mount('terms')
    await el.open()
    await el.startCall()
    return el
  },
  connecting: async () => {
    const el = await mount('slow')
    await el.open()
    void el.startCall()
    await until(() => el.state === 'connecting')
    return el
  },
  listening: () => inCall('raw'),
  talking: async () => {
    const el = await inCall('raw')
    await new Steering(el.callId).do(
      { send: { type: 'state', state: 'speaking' } },
      { send: { type: 'speaker', who: 'operator', name: 'Jonas' } },
      { entry: { id: 'e1', role: 'agent', text: 'Hello, how can I', final: true, interrupted: true } },
      { entry: { id: 'e2', role: 'visitor', text: 'Is it in stock?', final: true } },
      { entry: { id: 'e3', role: 'system', text: 'Jonas joined.', final: true } },
      { entry: { id: 'e4', role: 'operator', text: 'It is.', final: true } },
      { entry: { id: 'e5', role: 'agent', text: 'In green and', final: false } },
      { entry: { id: 'e6', role: 'visitor', text: 'What about', final: false } },
    )
    await until(() => el.state === 'speaking' && el.shadowRoot?.querySelectorAll('.entry').length === 6)
    return el
  },
  keypad: async () => {
    const el = await inCall('demo')
    part(el, 'keypad-toggle').click()
    await until(() => hasPart(el, 'keypad') && hasPart(el, 'volume'))
    part(el, 'volume').click()
    await el.setMuted(true)
    return el
  },
  'call me': async () => {
    const el = await mount('both', { attributes: { mode: 'both' } })
    await el.open()
    await until(() => hasPart(el, 'call-me'))
    return el
  },
  'call me, form': () => callForm('phoneterms'),
  'call me, later, refused': async () => {
    const el = await callForm('both')
    part(el, 'callback-later').click()
    askFor(el, '+12025550193')
    await until(() => hasPart(el, 'callback-refused'))
    return el
  },
  'call me, wrong number': async () => {
    const el = await callForm('phone')
    askFor(el, '+12025550191')
    await until(() => el.state === 'error')
    return el
  },
  'call me, ringing': async () => {
    const el = await dialing('both')
    await phone(el.callId, { status: 'connecting' })
    await until(() => el.state === 'ringing')
    return el
  },
  'call me, connected': async () => {
    const el = await dialing('both')
    await phone(el.callId, { status: 'connected' })
    await until(() => el.state === 'connected')
    return el
  },
  'call me, over': async () => {
    const el = await dialing('both')
    await phone(el.callId, { status: 'failed', endReason: 'no-answer' })
    await until(() => el.state === 'ended')
    return el
  },
  asking: async () => {
    browserSays(() => new Promise(() => {}))
    const el = await mount('demo')
    await el.open()
    void el.startCall()
    await until(() => hasPart(el, 'voice-action'))
    return el
  },
  denied: async () => {
    browserSays(() => Promise.reject(new DOMException('', 'NotAllowedError')))
    const el = await inCall('raw')
    await until(() => hasPart(el, 'voice-action'))
    return el
  },
  devices: async () => {
    const el = await inCall('raw')
    part(el, 'volume').click()
    await until(() => hasPart(el, 'input-device'))
    return el
  },
  muted: () => inCall('raw', { attributes: { 'start-muted': '' } }),
  reconnecting: async () => {
    const el = await inCall('raw')
    await new Steering(el.callId).do({ unreachable: true }, { drop: true })
    await until(() => el.state === 'reconnecting')
    return el
  },
  ended: async () => {
    const el = await inCall('raw')
    await new Steering(el.callId).do({ entry: { id: 'e1', role: 'agent', text: 'Goodbye.', final: true } }, { end: 'agent' })
    await until(() => el.state === 'ended')
    return el
  },
  error: async () => {
    const el = await mount('limited')
    await el.open()
    await el.startCall()
    return el
  },
}

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))

/** Entrances are over, tooltips have faded, and nothing new began meanwhile. */
async function settled(el: VoiceAgentElement): Promise<void> {
  for (;;) {
    await frame()
    const all = [...(el.shadowRoot?.children ?? [])].flatMap((child) => child.getAnimations({ subtree: true }))
    // The meter moves as long as there is a microphone.
    const ending = all.filter(
      ({ effect, playState }) =>
        effect?.getTiming().iterations === 1 && playState === 'running' && !(effect as KeyframeEffect).target?.matches('.hears'),
    )
    if (ending.length === 0) return
    await Promise.allSettled(ending.map(({ finished }) => finished))
  }
}

describe('accessible', () => {
  before(gesture)
  afterEach(async () => {
    await unmountAll()
    browserSays(real)
  })

  for (const [state, arrive] of Object.entries(STATES)) {
    for (const theme of ['light', 'dark']) {
      it(`axe finds nothing: ${state}, ${theme}`, async () => {
        document.documentElement.lang = 'en'
        document.body.style.background = theme === 'dark' ? '#111' : '#fff'
        const el = await arrive()
        el.setAttribute('theme', theme)
        await el.updateComplete
        await settled(el)
        const { violations } = await axe.run(el, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
        expect(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join('; ')}`),
        ).to.deep.equal([])
      })
    }
  }

  it('every control has a name and room for a thumb', async () => {
    for (const arrive of Object.values(STATES)) {
      const el = await arrive()
      await el.updateComplete
      await settled(el)
      for (const control of el.shadowRoot?.querySelectorAll<HTMLElement>('button, input, select, a') ?? []) {
        const name = control.getAttribute('aria-label') ?? control.closest('label')?.textContent ?? control.textContent
        expect(name?.trim(), control.outerHTML).to.match(/\S/)
        const { width, height } = control.getBoundingClientRect()
        const scaled = control.matches('.send') ? 44 * 0.82 : 44
        expect(Math.min(width, height), control.outerHTML).to.be.at.least(control.matches('a, input[type="range"]') ? 24 : scaled - 0.5)
      }
      await unmountAll()
      browserSays(real)
    }
  })

  it('tells screen readers of final lines only, of the state, and loudly of errors', async () => {
    const el = await STATES.talking?.()
    const root = el?.shadowRoot
    const log = root?.querySelector('[role="log"]')
    expect(log?.textContent).to.include('Is it in stock?').and.include('Person from the team')
    expect(log?.textContent).to.not.include('In green and')
    expect(root?.querySelector('[part~="status"]')?.getAttribute('role')).to.equal('status')
    const interim = root?.querySelector('.entry.interim')
    expect(interim?.closest('[aria-live], [role="log"], [role="status"], [role="alert"]')).to.equal(null)
  })

  it('always says that it is an AI agent, or else a person', async () => {
    for (const [state, arrive] of Object.entries(STATES)) {
      if (['launcher', 'dismissible'].includes(state)) continue
      const el = await arrive()
      expect(part(el, 'disclosure').textContent, state).to.equal(state === 'talking' ? 'Person from the team' : 'AI agent')
      expect(part(el, 'disclosure').checkVisibility(), state).to.equal(true)
      await unmountAll()
      browserSays(real)
    }
  })
})
