import { describe, expect, it } from 'vitest'
import { readSettings } from '../../settings.ts'
import { accessOf, OptimaConfig, type OptimaVersion } from './config.ts'

const OLD = 'https://api-call.optimaccs.com'
const NEW = 'https://voice.optimaccs.com'
const PROXY = 'https://optima.shop.example'
type Env = Record<string, string>
type Own = { version?: OptimaVersion; apiBaseUrl?: string }
const baseOf = (env: Env, number: Own) => accessOf(OptimaConfig.parse({ token: 't', ...number }), readSettings(env)).base

describe('the server of a number at Optima', () => {
  it.each<[Env, Own, string]>([
    [{}, {}, OLD],
    [{}, { version: '1.0.5' }, NEW],
    [{ OPTIMA_VERSION: '1.0.5-ws' }, {}, NEW],
    [{ OPTIMA_API_BASE_URL: OLD }, {}, OLD],
    // The house's is the vendor's of another version.
    [{ OPTIMA_API_BASE_URL: OLD }, { version: '1.0.5' }, NEW],
    [{ OPTIMA_API_BASE_URL: NEW, OPTIMA_VERSION: '1.0.5' }, { version: '1.0.3' }, OLD],
    [
      { OPTIMA_API_BASE_URL: 'https://voice-2.optimaccs.com', OPTIMA_VERSION: '1.0.5' },
      { version: '1.0.5-ws' },
      'https://voice-2.optimaccs.com',
    ],
    // Whatever stands before Optima may know all of them.
    [{ OPTIMA_API_BASE_URL: PROXY }, { version: '1.0.5' }, PROXY],
    [{ OPTIMA_API_BASE_URL: 'http://127.0.0.1:9' }, { version: '1.0.5' }, 'http://127.0.0.1:9'],
    [{ OPTIMA_API_BASE_URL: PROXY }, { version: '1.0.5', apiBaseUrl: OLD }, OLD],
  ])('by %j and %j is %s', (env, number, base) => {
    expect(baseOf(env, number)).toBe(base)
  })

  it('is asked by https: nothing can be asked at wss', () => {
    expect(OptimaConfig.safeParse({ token: 't', apiBaseUrl: 'wss://voice.optimaccs.com' }).error?.issues).toMatchObject([
      { path: ['apiBaseUrl'], message: 'must begin with https://' },
    ])
  })
})
