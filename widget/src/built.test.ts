import { expect } from '@esm-bundle/chai'
import { until } from './testing/element-kit.test-kit.ts'
import { relayUrl } from './testing/fake-relay-client.test-kit.ts'

const SHELL_BYTES = 12_000
const CALL_BYTES = 15_000
/** Loaded after the call code, by calls that are spoken. */
const VOICE_BYTES = 8_000
/** "Call me": what rings a phone and shows how it stands; its form, which a page that asks by itself needs not. */
const CALLBACK_BYTES = 9_000
const CALLBACK_FORM_BYTES = 4_000
/** The operators' console before its first page: sign-in, rail, live line (Socket.IO's client is half of it). */
const CONSOLE_BYTES = 32_000

const frame = async (src: string): Promise<HTMLIFrameElement> => {
  const page = document.createElement('iframe')
  page.width = '800'
  page.height = '700'
  page.allow = 'autoplay'
  const loaded = new Promise((resolve) => {
    page.onload = resolve
  })
  page.src = src
  document.body.append(page)
  await loaded
  return page
}
type Tag = HTMLElementTagNameMap['voice-agent']
const tagIn = (page: HTMLIFrameElement) => page.contentDocument?.querySelector('voice-agent') as Tag

interface Declared {
  tagName?: string
  attributes: { name: string }[]
  cssParts: { name: string }[]
  events: { name: string }[]
  members: { name: string; kind: string }[]
}

describe('the manifest', () => {
  it('knows every attribute, part and method there is', async () => {
    const manifest = (await (await fetch('/custom-elements.json')).json()) as { modules: { declarations?: Declared[] }[] }
    const declared = manifest.modules.flatMap(({ declarations }) => declarations ?? []).find(({ tagName }) => tagName === 'voice-agent')
    const names = (list: { name: string }[] | undefined) => (list ?? []).map(({ name }) => name).sort()
    const { observedAttributes } = customElements.get('voice-agent') as unknown as { observedAttributes: string[] }
    expect(names(declared?.attributes)).to.deep.equal([...observedAttributes].sort())
    const sources = await Promise.all(
      [
        'panel/stage',
        'panel/terms',
        'panel/panel',
        'panel/controls',
        'panel/keypad',
        'panel/transcript-log',
        'voice/voice-view',
        'callback/callback-view',
        'callback/form-view',
      ].map(async (name) => (await fetch(`/src/${name}.ts`)).text()),
    )
    const launcher = await (await fetch('/src/element/launcher.ts')).text()
    const used = [...sources, launcher].flatMap((source) =>
      [...source.matchAll(/part="([^"$]+)(?: entry-\$[^"]*)?"/g)].flatMap((match) => match[1]?.trim().split(' ') ?? []),
    )
    expect(used.length).to.be.above(30)
    expect(names(declared?.cssParts)).to.include.members(used)
    const methods = declared?.members.filter(({ kind }) => kind === 'method').map(({ name }) => name) ?? []
    expect(methods).to.include.members(['startCall', 'endCall', 'requestCallback', 'setOutputDevice', 'toggle'])
  })
})

describe('the built files', () => {
  it('keep their budgets', async () => {
    const sizes = (await (await fetch('/built-sizes.json')).json()) as Record<string, number>
    const sum = (pattern: RegExp) => Object.entries(sizes).reduce((all, [file, bytes]) => (pattern.test(file) ? all + bytes : all), 0)
    expect(sum(/^voice-agent\.js$/), 'shell with Lit').to.be.within(5_000, SHELL_BYTES)
    expect(sum(/^assets\/(call|playback)-/), 'call code with its worklet').to.be.within(5_000, CALL_BYTES)
    expect(sum(/^assets\/callback-[\w-]{8}\.js$/), 'what rings a phone').to.be.within(3_000, CALLBACK_BYTES)
    expect(sum(/^assets\/callback-form-/), 'the form for it').to.be.within(1_000, CALLBACK_FORM_BYTES)
    expect(sum(/^(voice-console\.js|console\/console-)/), 'the console’s frame').to.be.within(15_000, CONSOLE_BYTES)
    expect(sum(/^assets\/(voice|capture)-/), 'the microphone, with its worklet and its words').to.be.within(3_000, VOICE_BYTES)
  })

  it('do nothing when a server imports them', async () => {
    const said = (await (await fetch('/imported-by-node.json')).json()) as { status: number; newGlobals: number; stderr: string }
    expect(said).to.deep.equal({ status: 0, newGlobals: 0, stderr: '' })
  })

  it('work under the strictest policy, Trusted Types included, and ask nobody else for anything', async () => {
    const page = await frame('/strict.html')
    const violations: string[] = []
    page.contentDocument?.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
      violations.push(`${violatedDirective} ${blockedURI} ${sample}`),
    )
    const el = await until(() => tagIn(page)?.shadowRoot && tagIn(page))
    expect(await el.open()).to.deep.equal({ ok: true })
    const started = await el.startCall()
    expect(started.ok, JSON.stringify(started)).to.equal(true)
    expect((await el.sendText('Hello')).ok).to.equal(true)
    await until(() => el.shadowRoot?.textContent?.includes('in stock'))
    const transcript = el.shadowRoot?.querySelector('.transcript')
    expect(transcript && getComputedStyle(transcript).overflowY, 'styles hold').to.equal('auto')
    await el.endCall()
    const own = [location.origin, await relayUrl]
    const foreign = page.contentWindow?.performance
      .getEntriesByType('resource')
      .filter(({ name }) => !own.some((origin) => name.startsWith(origin)))
    expect(foreign).to.deep.equal([])
    expect(violations).to.deep.equal([])
    page.remove()
  })

  it('bear being loaded twice, under two addresses, and an element made before', async () => {
    const relay = await relayUrl
    const page = await frame('about:blank')
    const doc = page.contentDocument as Document
    const errors: string[] = []
    page.contentWindow?.addEventListener('error', ({ message }) => errors.push(message))
    doc.body.append(doc.createElement('voice-agent'))
    for (const name of ['voice-agent.js', 'voice-agent@0.1.0.js', 'voice-agent.js?again']) {
      const script = doc.createElement('script')
      script.type = 'module'
      script.src = `${relay}/${name}`
      const done = new Promise((resolve, reject) => {
        script.onload = resolve
        script.onerror = reject
      })
      doc.head.append(script)
      await done
    }
    const el = tagIn(page)
    el.agentId = 'raw-double'
    await el.updateComplete
    expect((await el.startCall()).ok).to.equal(true)
    const shells = page.contentWindow?.performance.getEntriesByType('resource').filter(({ name }) => name.includes('/voice-agent'))
    expect(shells, 'the call code brings no shell of its own').to.have.length(3)
    await el.endCall()
    expect(errors).to.deep.equal([])
    page.remove()
  })
})
