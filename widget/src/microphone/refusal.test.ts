import { expect } from '@esm-bundle/chai'
import { type Refusal, refusalOf } from './refusal.ts'

type Page = Window & typeof globalThis

interface Odd {
  secure?: boolean
  devices?: object | null
  policy?: boolean
  oldPolicy?: boolean
  state?: PermissionState | 'unknown name' | 'no permissions'
}

/** A page of another browser, or with another answer from its visitor. */
function page(o: Odd): Page {
  const query = async () => {
    if (o.state === 'unknown name') throw new TypeError("'microphone' is not a valid value for enumeration PermissionName")
    return { state: o.state }
  }
  const allows = (answer: boolean | undefined) => (answer === undefined ? undefined : { allowsFeature: () => answer })
  return {
    isSecureContext: o.secure ?? true,
    document: { permissionsPolicy: allows(o.policy), featurePolicy: allows(o.oldPolicy) },
    navigator: {
      mediaDevices: o.devices === null ? undefined : (o.devices ?? { getUserMedia() {} }),
      ...(o.state && o.state !== 'no permissions' ? { permissions: { query } } : {}),
    },
  } as unknown as Page
}

const error = (name: string, message = '') => new DOMException(message, name)
const attempt = (constraints: MediaStreamConstraints, of: Page): Promise<unknown> =>
  of.navigator.mediaDevices.getUserMedia(constraints).then(
    () => undefined,
    (failure: unknown) => failure,
  )

describe('refusals', () => {
  const notAllowed = error('NotAllowedError', 'Permission denied')
  const cases: [string, unknown, Odd, Refusal][] = [
    ['a page without TLS', new TypeError(), { secure: false, devices: null }, 'insecure'],
    ['a browser without microphones', new TypeError(), { devices: null }, 'unsupported'],
    ['a browser with half of them', new TypeError(), { devices: {} }, 'unsupported'],
    ['the site’s policy', notAllowed, { policy: false, state: 'denied' }, 'policy'],
    ['the site’s policy, by its older name', notAllowed, { oldPolicy: false, state: 'denied' }, 'policy'],
    ['a page without media by its policy', error('SecurityError'), {}, 'policy'],
    ['a visitor who said no', notAllowed, { policy: true, state: 'denied' }, 'denied'],
    ['a system that says no', error('NotAllowedError', 'Permission denied by system'), { state: 'granted' }, 'denied'],
    ['a visitor who closed the question', error('NotAllowedError', 'Permission dismissed'), { state: 'prompt' }, 'dismissed'],
    [
      'the same in a browser without permissions',
      error('NotAllowedError', 'Permission dismissed'),
      { state: 'no permissions' },
      'dismissed',
    ],
    ['the same under its old name', error('PermissionDismissedError'), { state: 'unknown name' }, 'dismissed'],
    ['a no in a browser that knows no such permission', notAllowed, { state: 'unknown name' }, 'denied'],
    ['a no under its old name', error('PermissionDeniedError'), { state: 'no permissions' }, 'denied'],
    ['no microphone', error('NotFoundError'), {}, 'missing'],
    ['no such microphone', error('OverconstrainedError'), {}, 'missing'],
    ['a microphone in use', error('NotReadableError'), {}, 'busy'],
    ['a microphone that fails to start', error('AbortError'), {}, 'busy'],
    ['anything else', error('InvalidStateError'), {}, 'unsupported'],
    ['nothing that is an error', undefined, {}, 'unsupported'],
  ]
  for (const [what, failure, odd, refusal] of cases) {
    it(`call ${what} ${refusal}`, async () => {
      expect(await refusalOf(failure, page(odd))).to.equal(refusal)
    })
  }

  it('know this browser’s own: a device that is not there', async () => {
    const failure = await attempt({ audio: { deviceId: { exact: 'none' } } }, window)
    expect(await refusalOf(failure, window)).to.equal('missing')
  })

  it('know this browser’s own: a frame that may not', async () => {
    const frame = document.createElement('iframe')
    frame.allow = "microphone 'none'"
    const loaded = new Promise((resolve) => {
      frame.onload = resolve
    })
    frame.srcdoc = '<title>No microphone here</title>'
    document.body.append(frame)
    await loaded
    const inner = frame.contentWindow as Page
    expect(await refusalOf(await attempt({ audio: true }, inner), inner)).to.equal('policy')
    frame.remove()
  })
})
