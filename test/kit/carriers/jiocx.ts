import { JIOCX_ACCOUNT } from '../../../demo/src/sandbox/jiocx/account.ts'
import type { Subject } from './subject.ts'

const PERSON = '+12025559999'
const NO_CALLBACKS = 'it is asked how a call stands; what it may tell besides has tests of its own'

/** JioCX joins the visitor with a person, whose phone nobody answers here: people talk in a test of their own. */
export const jiocx: Subject = {
  title: 'JioCX',
  carrier: 'jiocx',
  end: {
    service: 'jiocx',
    rings({ body, path, ...request }, number) {
      const asked = path.endsWith('/voice/click2call') && (body as { from?: string } | null)?.from === number
      // One that was refused for its token is asked again with another.
      return asked && (request.status !== 401 || 'fault' in request)
    },
  },
  ours: { number: JIOCX_ACCOUNT.phoneNumber, id: 'env-jiocx' },
  numbers: { prefix: '+1202555', digits: 4, country: 'US' },
  phone: { carrier: 'jiocx', answeredBy: 'person', person: PERSON },
  tells: { declined: 'busy' },
  lacks: {
    'refuses-updates': 'the visitor hears ringing until the person answers, so the talk has tests of its own',
    callbacks: NO_CALLBACKS,
    tells: NO_CALLBACKS,
    tokens: NO_CALLBACKS,
    marks: 'it brings no sound',
    waves: 'it brings no sound',
  },
  forged: () => [],
}
