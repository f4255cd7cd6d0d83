import { readSettings } from '../../settings.ts'
import { carrierConformance } from '../conformance.test-kit.ts'
import type { TincanSettings } from './config.ts'
import { tincanWith } from './index.ts'
import { eventOf } from './words.ts'

const CALL = 'tin-1'
const KEY = 'scratched-into-it'
const told = (state: string) => ({ status: 200, body: { call: CALL, state } })

carrierConformance({
  carrier: tincanWith({ slack: false, did: [] }),
  config: { key: KEY },
  foreignConfigs: [
    { key: KEY, apiBaseUrl: 'https://tincan.example.evil.example' },
    { key: KEY, apiBaseUrl: 'http://127.0.0.1:1' },
  ],
  settings: (origin): TincanSettings => ({ ...readSettings({}), tincan: { TINCAN_API_BASE_URL: origin } }),
  secrets: [KEY],
  carrierCallId: CALL,
  placed: told('ringing'),
  done: told('over'),
  refusals: [
    { answer: { status: 401, body: {} }, code: 'unauthorized' },
    { answer: { status: 409, body: 'slack' }, code: 'unreachable_number' },
    { answer: { status: 429, body: '' }, code: 'rate_limited' },
  ],
  unclear: [
    { answer: { status: 500, body: '+12025550101 fell' }, code: 'server_error' },
    { answer: { status: 408, body: '' }, code: 'timeout' },
    { answer: { status: 200, body: '{"call":' }, code: 'malformed' },
    { answer: 'silence', code: 'timeout' },
    { answer: 'cut', code: 'unreachable' },
  ],
  over: [{ status: 404, body: {} }],
  statuses: [
    { answer: told('ringing'), event: { status: 'connecting' } },
    { answer: told('busy'), event: { status: 'failed', endReason: 'busy' } },
  ],
  unknownCall: { status: 404, body: {} },
  told: [
    (['ringing', 'talking', 'over'] as const).map((state) => eventOf({ call: CALL, state })),
    (['ringing', 'silent'] as const).map((state) => eventOf({ call: CALL, state })),
  ],
})
