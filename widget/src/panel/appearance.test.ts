import { expect } from '@esm-bundle/chai'
import { emulateMedia, setViewport } from '@web/test-runner-commands'
import fc from 'fast-check'
import { gesture, hasPart, inCall, mount, part, unmountAll, until } from '../testing/element-kit.test-kit.ts'
import { Steering } from '../testing/fake-relay-client.test-kit.ts'

/** The colour as the screen shows it. */
function pixel(color: string): [number, number, number] {
  const canvas = new OffscreenCanvas(1, 1)
  const context = canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D
  context.fillStyle = color
  context.fillRect(0, 0, 1, 1)
  const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data
  return [r, g, b]
}
const luminance = (rgb: readonly number[]) =>
  rgb
    .map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * ([0.2126, 0.7152, 0.0722][i] ?? 0), 0)
function contrast(one: string, other: string): number {
  const [high, low] = [luminance(pixel(one)), luminance(pixel(other))].sort((a, b) => b - a) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

describe('appearance', () => {
  before(gesture)
  afterEach(unmountAll)

  for (const theme of ['light', 'dark']) {
    it(`stays readable whatever accent the owner likes: ${theme}`, async () => {
      const el = await inCall('raw', { attributes: { theme } })
      await new Steering(el.callId).do(
        { entry: { id: 'e1', role: 'visitor', text: 'Hello', final: true } },
        { entry: { id: 'e2', role: 'operator', text: 'Hi', final: true } },
      )
      await until(() => hasPart(el, 'entry-operator'))
      const bubble = part(el, 'entry-visitor')
      const link = el.shadowRoot?.querySelector('.speaker') as HTMLElement
      const soft = part(el, 'entry-operator')
      const accent = fc
        .tuple(fc.nat(255), fc.nat(255), fc.nat(255))
        .map((rgb) => `#${rgb.map((c) => c.toString(16).padStart(2, '0')).join('')}`)
      fc.assert(
        fc.property(accent, (color) => {
          el.style.setProperty('--va-accent', color)
          const { color: on, backgroundColor } = getComputedStyle(bubble)
          expect(contrast(on, backgroundColor), `on ${color}`).to.be.at.least(4.5)
          expect(contrast(getComputedStyle(link).color, getComputedStyle(soft).backgroundColor), `${color} as text`).to.be.at.least(4.5)
        }),
        {
          numRuns: 150,
          examples: [['#000000'], ['#ffffff'], ['#ffff00'], ['#0000ff'], ['#ff0000'], ['#00ff00'], ['#777777'], ['#de138c']],
        },
      )
    })
  }

  it('runs from right to left when the language does', async () => {
    const el = await inCall('raw', { attributes: { language: 'ar' } })
    await new Steering(el.callId).do(
      { entry: { id: 'e1', role: 'visitor', text: 'مرحبا', final: true } },
      { entry: { id: 'e2', role: 'agent', text: 'أهلا', final: true } },
    )
    await until(() => hasPart(el, 'entry-agent'))
    const middle = (element: Element) => element.getBoundingClientRect().left + element.getBoundingClientRect().width / 2
    expect(middle(part(el, 'entry-visitor'))).to.be.below(middle(part(el, 'entry-agent')))
    expect(middle(part(el, 'end'))).to.be.below(middle(part(el, 'input')))
    expect(middle(part(el, 'close'))).to.be.below(middle(part(el, 'name')))
    expect(el.shadowRoot?.querySelector('.root')?.getAttribute('dir')).to.equal('rtl')
  })

  it('runs as the page does when no language is given', async () => {
    document.documentElement.dir = 'rtl'
    try {
      const el = await mount('demo')
      expect(el.shadowRoot?.querySelector('.root')?.getAttribute('dir')).to.equal('rtl')
      expect(el.getBoundingClientRect().left).to.be.closeTo(20, 1)
    } finally {
      document.documentElement.dir = ''
    }
  })

  it('stands still for those who ask for it, and shows the level all the same', async () => {
    await emulateMedia({ reducedMotion: 'reduce' })
    try {
      const el = await inCall('raw')
      await new Steering(el.callId).do({ send: { type: 'state', state: 'speaking' } }, { audio: { ms: 3_000 } })
      await until(() => Number(el.shadowRoot?.querySelector<HTMLElement>('.orb')?.style.getPropertyValue('--level')) > 0.3)
      expect(el.shadowRoot?.getAnimations()).to.deep.equal([])
      expect(getComputedStyle(el.shadowRoot?.querySelector('.ball') as Element).transform).to.equal('none')
      expect(Number(getComputedStyle(el.shadowRoot?.querySelector('.glow') as Element).opacity)).to.be.above(0.3)
    } finally {
      await emulateMedia({ reducedMotion: 'no-preference' })
    }
  })

  it('follows the system between light and dark', async () => {
    const el = await mount('demo')
    await el.open()
    const lightness = () => luminance(pixel(getComputedStyle(part(el, 'panel')).backgroundColor))
    await emulateMedia({ colorScheme: 'dark' })
    expect(lightness()).to.be.below(0.05)
    await emulateMedia({ colorScheme: 'light' })
    expect(lightness()).to.be.above(0.9)
    el.theme = 'dark'
    await el.updateComplete
    expect(lightness()).to.be.below(0.05)
  })

  it('is a sheet from edge to edge on a phone, and fits a low window', async () => {
    await setViewport({ width: 390, height: 700 })
    try {
      const el = await mount('demo')
      await el.open()
      await Promise.all(
        part(el, 'panel')
          .getAnimations()
          .map(({ finished }) => finished),
      )
      const { left, right, bottom, top } = part(el, 'panel').getBoundingClientRect()
      expect([left, right, Math.round(bottom)]).to.deep.equal([0, 390, 700])
      expect(top).to.be.above(20)
      await setViewport({ width: 1024, height: 420 })
      expect(part(el, 'panel').getBoundingClientRect().top).to.be.at.least(10)
      expect(part(el, 'input').getBoundingClientRect().bottom).to.be.below(420)
    } finally {
      await setViewport({ width: 800, height: 600 })
    }
  })

  it('folds the label away when the page is scrolled', async () => {
    const tall = document.createElement('div')
    tall.style.height = '3000px'
    document.body.append(tall)
    const el = await mount('demo')
    expect(part(el, 'launcher-label').checkVisibility({ visibilityProperty: true })).to.equal(true)
    scrollTo(0, 400)
    await until(() => !part(el, 'launcher-label').checkVisibility({ visibilityProperty: true }))
    expect(part(el, 'launcher').getAttribute('aria-label')).to.equal('Talk to us')
    scrollTo(0, 0)
    tall.remove()
  })

  it('obeys the page’s tokens and parts', async () => {
    const el = await mount('demo')
    el.style.setProperty('--va-radius', '4px')
    el.style.setProperty('--va-width', '300px')
    const sheet = document.createElement('style')
    sheet.textContent = 'voice-agent::part(start) { text-transform: uppercase }'
    document.head.append(sheet)
    await el.open()
    const style = getComputedStyle(part(el, 'panel'))
    expect([style.borderRadius, style.width]).to.deep.equal(['4px', '300px'])
    expect(getComputedStyle(part(el, 'start')).textTransform).to.equal('uppercase')
    sheet.remove()
  })
})
