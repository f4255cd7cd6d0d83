import { expect, it } from 'vitest'
import { CARRIER_TABLE } from './carriers/index.ts'
import { capabilitiesOf } from './telephones.ts'

const able = capabilitiesOf(CARRIER_TABLE)
const AGENTS = ['say', 'context', 'whisper', 'listen', 'takeover']

it.each([
  ['of a page', { carrier: null, kind: 'web' }, ['hangup', ...AGENTS]],
  ['with an agent', { carrier: 'twilio', kind: 'phone' }, ['hangup', ...AGENTS, 'dtmf', 'transfer']],
  ['with an agent', { carrier: 'optima', kind: 'phone' }, ['hangup', ...AGENTS, 'dtmf']],
  // Its stream is closed, which ends it.
  ['with an agent', { carrier: 'exotel', kind: 'phone' }, ['hangup', ...AGENTS]],
  // Keys would take the two apart.
  ['between two phones', { carrier: 'twilio', kind: 'bridge' }, ['hangup']],
  ['between two phones', { carrier: 'jiocx', kind: 'bridge' }, ['hangup']],
  // There is no stream to close.
  ['between two phones', { carrier: 'exotel', kind: 'bridge' }, []],
  ['of a carrier that is not there any more', { carrier: 'gone', kind: 'phone' }, []],
])('a call %s, %o, can be %j', (_, call, capabilities) => {
  expect(able(call)).toEqual(capabilities)
})
