import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { envExample, loadEnv, readSettings, SETTINGS, type Setting, SettingsError } from './settings.ts'

const rows = Object.values(SETTINGS).flatMap((group) => Object.entries<Setting>(group))
const names = rows.map(([name]) => name)
const key = Buffer.alloc(32, 7).toString('base64')
const secret = 'a-secret-of-at-least-thirty-two-characters'

function complaint(env: Record<string, string>): string {
  try {
    readSettings(env)
  } catch (error) {
    if (error instanceof SettingsError) return error.message
    throw error
  }
  return ''
}

describe('settings', () => {
  it('reads an empty environment with the documented defaults', () => {
    const settings = readSettings({})
    expect(settings.port).toBe(8787)
    expect(settings.host).toBe('0.0.0.0')
    expect(settings.dataDir).toBe('./.data')
    expect(settings.publicUrl).toBeUndefined()
    expect(settings.trustProxy).toEqual({ kind: 'none' })
    expect(settings.openai.HOMEAI_BASE_URL).toBe('https://api.homeai.com/v1')
    expect(settings.openai.HOMEAI_MODEL).toBe('gpt-4-voice')
    expect(settings.jiocx.JIOCX_POLL_MS).toBe(1000)
    expect(settings.exotel.EXOTEL_SAMPLE_RATE).toBe(8000)
    expect(settings.optima.OPTIMA_MEDIA_HOSTS).toEqual(['*.optimaccs.com'])
  })

  it('knows every variable of CONTRACT section 2', () => {
    const wanted =
      `PORT HOST DATA_DIR PUBLIC_URL NEXT_PUBLIC_APP_URL LOG_LEVEL TRUST_PROXY DATABASE_URL REDIS_URL INSTANCE_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION RECORDINGS_BUCKET S3_ENDPOINT
      AUTH_SECRET ENCRYPTION_KEY ENCRYPTION_KEYS_OLD ADMIN_EMAIL ADMIN_PASSWORD CONSOLE_ORIGINS METRICS_TOKEN GEMINI_API_KEY GEMINI_LIVE_MODEL GEMINI_MODEL GEMINI_BASE_URL
      OPENAI_API_KEY OPENAI_BASE_URL OPENAI_MODEL HOMEAI_API_KEY HOMEAI_BASE_URL HOMEAI_MODEL ELEVENLABS_API_KEY ELEVENLABS_BASE_URL ELEVENLABS_VOICE_ID ELEVENLABS_MODEL DEEPGRAM_API_KEY DEEPGRAM_BASE_URL DEEPGRAM_MODEL
      JIOCX_ORGANIZATION_NAME JIOCX_USERNAME JIOCX_PASSWORD JIOCX_API_KEY JIOCX_SENDER_ID JIOCX_DLT_ENTITY_ID JIOCX_API_BASE_URL JIOCX_POLL_MS
      EXOTEL_API_KEY EXOTEL_API_TOKEN EXOTEL_SID EXOTEL_CALLER_ID EXOTEL_APP_ID EXOTEL_REGION EXOTEL_DOMAIN EXOTEL_API_BASE_URL EXOTEL_ALLOWED_HOSTS EXOTEL_MODE EXOTEL_CHUNK_BYTES EXOTEL_SAMPLE_RATE
      TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN TWILIO_PHONE_NUMBER TWILIO_API_KEY_SID TWILIO_API_KEY_SECRET TWILIO_TWIML_APP_SID TWILIO_API_BASE_URL TWILIO_MEDIA
      OPTIMA_TOKEN OPTIMA_VERSION OPTIMA_API_BASE_URL OPTIMA_MEDIA_HOSTS`.split(/\s+/)
    expect(names).toEqual(expect.arrayContaining(wanted))
  })

  it.each([
    ['PORT', '70000', 'whole number'],
    ['PORT', '87x', 'whole number'],
    ['LOG_LEVEL', 'loud', 'one of'],
    ['TRUST_PROXY', '10.0.0.0/99', 'networks'],
    ['TRUST_PROXY', 'yes', 'networks'],
    ['PUBLIC_URL', 'relay.example', 'origin'],
    ['PUBLIC_URL', 'https://relay.example/path', 'origin'],
    ['DATABASE_URL', 'mysql://x/y', 'postgres://'],
    ['ENCRYPTION_KEY', 'c2hvcnQ=', '32 bytes'],
    ['CALLBACK_COUNTRIES', 'US, France', 'countries'],
    ['DAILY_SPEND_LIMIT', '-5', 'amount'],
    ['CAPTCHA_URL', 'http://captcha.example/siteverify', 'https'],
    ['TOOL_PRIVATE_HOSTS', 'orders.internal, http://orders.internal', 'must hold hosts'],
    ['ENCRYPTION_KEYS_OLD', `${key},short`, '32 bytes'],
    ['AUTH_SECRET', 'short', '32 characters'],
    ['ADMIN_EMAIL', 'nobody', 'e-mail'],
    ['CONSOLE_ORIGINS', 'https://a.example/x', 'origins'],
    ['GEMINI_BASE_URL', 'http://gemini.example', 'https'],
    ['GEMINI_BASE_URL', 'ftp://gemini.example', 'https://'],
    ['OPENAI_BASE_URL', 'https://user:word@api.example', 'password'],
    ['HOMEAI_BASE_URL', 'nonsense', 'full address'],
    ['OPENAI_BASE_URL', 'wss://api.example/v1', 'https://'],
    ['GEMINI_BASE_URL', 'ws://localhost:9', 'https://'],
    ['DEEPGRAM_BASE_URL', 'ws://deepgram.example', 'wss'],
    ['EXOTEL_API_BASE_URL', 'https://api.exotel.com/v1', '/v1'],
    ['EXOTEL_API_BASE_URL', 'wss://api.exotel.com', 'https://'],
    ['OPTIMA_API_BASE_URL', 'wss://voice.optimaccs.com', 'https://'],
    ['JIOCX_API_BASE_URL', 'wss://api.jiocx.com/v1', 'https://'],
    ['EXOTEL_REGION', 'mars', 'one of'],
    ['EXOTEL_CHUNK_BYTES', '3201', '320'],
    ['TWILIO_API_BASE_URL', 'https://api.twilio.com/2010-04-01/', '2010-04-01'],
    ['TWILIO_ACCOUNT_SID', 'hello', 'AC'],
    ['TWILIO_PHONE_NUMBER', '12345', 'phone number'],
    ['OPTIMA_VERSION', '2', 'one of'],
    ['JIOCX_POLL_MS', '-1', 'whole number'],
  ])('%s=%s stops the start with one line that names it', (name, value, why) => {
    const line = complaint({ [name]: value })
    expect(line.startsWith(`${name} `)).toBe(true)
    expect(line).toContain(why)
    expect(line).not.toContain('\n')
  })

  it('never repeats a secret in a complaint', () => {
    const secrets = rows.filter(([, row]) => row.secret).map(([name]) => name)
    const value = 'tops3cret value\u0007'
    for (const name of secrets) expect(complaint({ [name]: value })).not.toContain('tops3cret')
  })

  it('allows plain addresses on loopback only', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]', 'ai.localhost'])
      expect(readSettings({ OPENAI_BASE_URL: `http://${host}:9/v1` }).openai.OPENAI_BASE_URL).toBe(`http://${host}:9/v1`)
    for (const host of ['127.0.0.1.example', 'localhost.example', '10.0.0.1'])
      expect(complaint({ OPENAI_BASE_URL: `http://${host}/v1` })).toContain('loopback')
  })

  it('wants the secrets from outside when the database is outside', () => {
    const DATABASE_URL = 'postgres://u:p@127.0.0.1/db'
    expect(complaint({ DATABASE_URL })).toMatch(/^AUTH_SECRET is required/)
    expect(complaint({ DATABASE_URL, AUTH_SECRET: secret })).toMatch(/^ENCRYPTION_KEY is required/)
    expect(readSettings({ DATABASE_URL, AUTH_SECRET: secret, ENCRYPTION_KEY: key }).storage.DATABASE_URL).toBe(DATABASE_URL)
  })

  it('takes NEXT_PUBLIC_APP_URL for PUBLIC_URL, which wins', () => {
    expect(readSettings({ NEXT_PUBLIC_APP_URL: 'https://a.example/' }).publicUrl).toBe('https://a.example')
    expect(readSettings({ NEXT_PUBLIC_APP_URL: 'https://a.example', PUBLIC_URL: 'https://b.example' }).publicUrl).toBe('https://b.example')
  })

  it('counts empty variables as missing', () => {
    expect(readSettings(Object.fromEntries(names.map((name) => [name, ' ']))).port).toBe(8787)
  })

  it('answers any text with settings or one clear line', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.string(), (name, value) => {
        const line = complaint({ [name]: value })
        expect(line === '' || line.startsWith(`${name} `) || / is required with DATABASE_URL/.test(line)).toBe(true)
      }),
    )
  })

  it('reads the environment first, then .env.local, then .env', () => {
    const dir = mkdtempSync(join(tmpdir(), 'env-'))
    try {
      writeFileSync(join(dir, '.env'), 'VA_T1=env\nVA_T2=env\nVA_T3=env\n')
      writeFileSync(join(dir, '.env.local'), 'VA_T1=local\nVA_T2="local"\n')
      process.env.VA_T1 = 'outer'
      expect(loadEnv(dir)).toMatchObject({ VA_T1: 'outer', VA_T2: 'local', VA_T3: 'env' })
    } finally {
      delete process.env.VA_T1
      rmSync(dir, { recursive: true })
    }
  })

  it('writes every variable into the example, and the example changes nothing when its lines are switched on', () => {
    const text = envExample()
    for (const name of names) expect(text).toMatch(new RegExp(`^# ${name}=`, 'm'))
    const on = Object.fromEntries([...text.matchAll(/^# ([A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]))
    expect(complaint({ ...on, DATABASE_URL: '', REDIS_URL: '' })).toBe('')
  })

  it('reads what models cost, and says what is wrong with it', () => {
    expect(readSettings({ MODEL_PRICES: 'gemini-3.8-live=3/12, x=0.3/2' }).costs.MODEL_PRICES).toEqual({
      'gemini-3.8-live': { input: 3, output: 12 },
      x: { input: 0.3, output: 2 },
    })
    expect(complaint({ MODEL_PRICES: 'gemini=3' })).toContain('MODEL_PRICES must hold prices such as')
  })

  it('is what .env.example says', () => {
    const file = new URL('../../.env.example', import.meta.url)
    expect(readFileSync(file, 'utf8')).toBe(envExample())
  })
})
