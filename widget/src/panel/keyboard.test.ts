import { expect } from '@esm-bundle/chai'
import { sendKeys } from '@web/test-runner-commands'
import { gesture, hasPart, inCall, mount, part, unmountAll, until } from '../testing/element-kit.test-kit.ts'
import { Steering } from '../testing/fake-relay-client.test-kit.ts'

const press = (key: string) => sendKeys({ press: key })
const focused = (el: HTMLElement) => el.shadowRoot?.activeElement?.getAttribute('part') ?? ''

describe('keyboard', () => {
  before(gesture)
  afterEach(unmountAll)

  it('reaches everything from the launcher to hanging up', async () => {
    const el = await mount('demo')
    await press('Tab')
    expect(focused(el)).to.equal('launcher')
    await press('Enter')
    await until(() => el.state === 'speaking' && focused(el) === 'panel')
    const reached: string[] = []
    for (let i = 0; i < 12 && !reached.includes('end'); i += 1) {
      await press('Tab')
      reached.push(focused(el))
    }
    expect(reached).to.include.members(['volume', 'close', 'interrupt', 'transcript', 'input', 'send', 'keypad-toggle', 'end'])
    await press('Enter')
    await until(() => el.state === 'ended')
    expect(el.shadowRoot?.activeElement, 'focus does not fall out when its control goes away').to.not.equal(null)
  })

  it('Esc closes what was opened last, the call goes on, focus returns', async () => {
    const el = await inCall('demo')
    part(el, 'keypad-toggle').click()
    await until(() => hasPart(el, 'keypad') && hasPart(el, 'volume'))
    part(el, 'volume').click()
    await el.updateComplete
    part(el, 'volume').focus()
    await press('Escape')
    await el.updateComplete
    expect([hasPart(el, 'volume-slider'), hasPart(el, 'keypad')]).to.deep.equal([false, true])
    await press('Escape')
    await el.updateComplete
    expect(hasPart(el, 'keypad')).to.equal(false)
    await press('Escape')
    await until(() => focused(el) === 'launcher')
    expect(el.hasAttribute('data-open')).to.equal(false)
    expect(el.state).to.not.equal('ended')
  })

  it('Esc leaves the page alone', async () => {
    const el = await mount('demo')
    await el.open()
    let heard = 0
    const listen = () => {
      heard += 1
    }
    document.addEventListener('keydown', listen)
    await press('Escape')
    await press('Escape')
    document.removeEventListener('keydown', listen)
    expect(heard, 'the first belongs to the panel, the second to the page').to.equal(1)
  })

  it('Enter sends, but not the Enter that chooses a word in an input method', async () => {
    const el = await inCall('raw')
    const input = part<HTMLInputElement>(el, 'input')
    input.focus()
    await sendKeys({ type: 'नमस्ते' })
    const composing = new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })
    input.dispatchEvent(composing)
    expect(composing.defaultPrevented).to.equal(true)
    expect(input.value).to.equal('नमस्ते')
    await press('Enter')
    const { received } = await new Steering(el.callId).wait('text')
    expect(received).to.deep.equal([{ type: 'text', text: 'नमस्ते' }])
    expect(input.value).to.equal('')
    expect(focused(el)).to.equal('input')
  })

  it('digits press the keypad while it has the focus', async () => {
    const el = await inCall('raw')
    part(el, 'keypad-toggle').click()
    await until(() => hasPart(el, 'keypad'))
    part(el, 'key').focus()
    await press('7')
    await press('#')
    const steer = new Steering(el.callId)
    let digits = ''
    while (digits.length < 2)
      digits = (await steer.arrived()).received.map((message) => (message.type === 'dtmf' ? message.digits : '')).join('')
    expect(digits).to.equal('7#')
  })

  it('never takes the focus into an inline element', async () => {
    const el = await mount('demo', { attributes: { variant: 'inline' } })
    await until(() => hasPart(el, 'start'))
    await el.startCall()
    await el.updateComplete
    expect(document.activeElement).to.equal(document.body)
  })
})
