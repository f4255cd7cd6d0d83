import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { takeDataFolder } from '../store/data-folder.ts'
import { examine } from './findings.ts'

const dir = mkdtempSync(join(tmpdir(), 'doctor-'))
afterAll(() => rmSync(dir, { recursive: true }))
mkdirSync(join(dir, 'widget'))
writeFileSync(join(dir, 'widget', 'voice-agent.js'), '')

const look = async (env: Record<string, string> = {}, widgetDir = join(dir, 'widget')) => {
  const findings = await examine({ DATA_DIR: join(dir, 'data'), PORT: '0', HOST: '127.0.0.1', ...env }, { widgetDir })
  return { findings, about: (name: string) => findings.find((each) => each.about === name), all: JSON.stringify(findings) }
}

describe('the doctor', () => {
  it('finds nothing broken on a fresh machine', async () => {
    const { findings, about } = await look()
    expect(findings.filter(({ state }) => state === 'broken')).toEqual([])
    expect(about('storage')?.text).toContain('embedded')
    expect(about('engine gemini')).toMatchObject({ state: 'note', text: expect.stringContaining('GEMINI_API_KEY') })
    expect(about('public address')?.text).toContain('PUBLIC_URL')
  })

  it('names the variable that cannot be used, and no secret', async () => {
    const { findings, all } = await look({ AUTH_SECRET: 'hunter2', OPENAI_API_KEY: 'sk-hunter2' })
    expect(findings.find(({ state }) => state === 'broken')?.text).toContain('AUTH_SECRET')
    expect(all).not.toContain('hunter2')
  })

  it('says what a port, a widget, a database or a key needs', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const taken = String((server.address() as AddressInfo).port)
    expect((await look({ PORT: taken })).about('port')).toMatchObject({ state: 'broken', text: expect.stringContaining('in use') })
    server.close()
    expect((await look({}, join(dir, 'nowhere'))).about('widget')).toMatchObject({
      state: 'broken',
      text: expect.stringContaining('npm run build'),
    })
    const env = {
      DATABASE_URL: 'postgres://voice:hunter2@127.0.0.1:1/x',
      AUTH_SECRET: 'x'.repeat(32),
      ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
    }
    const away = await look(env)
    expect(away.about('storage')).toMatchObject({ state: 'broken', text: expect.stringContaining('DATABASE_URL') })
    expect(away.all).not.toContain('hunter2')
    const { about: withKey } = await look({ GEMINI_API_KEY: 'k' })
    for (const engine of ['gemini', 'gemini-live']) expect(withKey(`engine ${engine}`)).toMatchObject({ state: 'ok' })
    expect((await look({ PUBLIC_URL: 'http://relay.example' })).about('public address')).toMatchObject({ state: 'note' })
  })

  it('says of later parts’ variables that they are not used yet', async () => {
    const { about, all } = await look({
      ELEVENLABS_MODEL: 'SHOP',
    })
    expect(about('voice agents')?.text).toBe('ELEVENLABS_MODEL: fine, but not used yet')
    expect(all).not.toContain('SHOP')
    expect(about('several relays')).toBeUndefined()
  })

  it('says what several relays lack', async () => {
    const one = { REDIS_URL: 'redis://:hunter2@127.0.0.1:1' }
    const { about, all } = await look(one)
    expect(about('settings')?.text).toContain('DATABASE_URL is required with REDIS_URL')
    const secrets = { AUTH_SECRET: 'hunter2'.repeat(10), ENCRYPTION_KEY: Buffer.alloc(32).toString('base64') }
    const shared = { ...one, ...secrets, DATABASE_URL: 'postgres://:hunter2@127.0.0.1:1/none' }
    expect((await look(shared)).about('settings')?.text).toContain('INSTANCE_URL is required with REDIS_URL')
    const whole = await look({ ...shared, INSTANCE_URL: 'http://127.0.0.1:8787' })
    expect(whole.about('several relays')).toMatchObject({
      state: 'broken',
      text: expect.stringContaining('REDIS_URL names a server that does not answer'),
    })
    for (const said of [all, whole.all]) expect(said).not.toContain('hunter2')
  })

  it('says what Twilio still needs, and whether Twilio can reach the relay', async () => {
    const number = { TWILIO_ACCOUNT_SID: `AC${'ab'.repeat(16)}`, TWILIO_AUTH_TOKEN: 'hunter2', TWILIO_PHONE_NUMBER: '+12025550123' }
    // Nobody is there: what Twilio itself says of an account is its own test's matter.
    const whole = { ...number, TWILIO_API_BASE_URL: 'https://twilio.invalid' }
    const said = async (env: Record<string, string>) => {
      const { about, all } = await look(env)
      expect(all).not.toContain('hunter2')
      return [about('carrier twilio')?.text, about('calls back from twilio')?.text]
    }
    expect((await said({}))[0]).toBe(
      'off: set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_PHONE_NUMBER, or import a number under /api/phone-numbers',
    )
    expect((await said({ ...whole, TWILIO_AUTH_TOKEN: '' }))[0]).toBe('off: TWILIO_AUTH_TOKEN is missing, the rest is set')
    expect((await said({ TWILIO_AUTH_TOKEN: 'hunter2' }))[0]).toContain('TWILIO_ACCOUNT_SID and TWILIO_PHONE_NUMBER are missing')
    expect(await said({ ...whole, PUBLIC_URL: 'https://relay.example' })).toEqual(['account, token and number are set', undefined])
    for (const [url, why] of [
      ['', 'is unset'],
      ['http://relay.example', 'is not https'],
      ['https://localhost:8787', 'network alone'],
      ['https://10.1.2.3', 'network alone'],
      ['https://[fd00::1]', 'network alone'],
      ['https://relay', 'network alone'],
      ['https://relay.local', 'network alone'],
    ] as const) {
      const [, back] = await said({ ...whole, PUBLIC_URL: url })
      expect(back).toContain(`PUBLIC_URL ${why === 'network alone' ? 'is an address of this machine or network alone' : why}`)
      expect(back).toContain('Set PUBLIC_URL to an https address')
    }
    expect(await said({ ...whole, TWILIO_API_BASE_URL: 'http://127.0.0.1:4000' })).toEqual(['account, token and number are set', undefined])
    const { findings } = await look({ ...whole, TWILIO_API_KEY_SID: `SK${'ab'.repeat(16)}`, PUBLIC_URL: 'https://8.8.8.8' })
    expect(findings.filter(({ about }) => about.includes('twilio')).map(({ text }) => text)).toEqual([
      'account, token and number are set',
      'TWILIO_API_KEY_SECRET is missing: the API key is not used without it',
      expect.stringContaining('Twilio could not be reached'),
    ])
    const relayed = await look({ ...whole, TWILIO_MEDIA: 'conversation-relay', PUBLIC_URL: 'https://8.8.8.8' })
    expect(relayed.findings.map(({ text }) => text)).toContain(
      'operators can take over calls of ConversationRelay by phone only: for their pages set TWILIO_API_KEY_SID, TWILIO_API_KEY_SECRET, TWILIO_TWIML_APP_SID',
    )
  })

  it('sees a relay at work, and secrets that others may read', async () => {
    const folder = await takeDataFolder(join(dir, 'data'))
    expect((await look()).about('lock')).toMatchObject({ state: 'note', text: expect.stringContaining('a relay uses') })
    await folder.release()
    writeFileSync(join(dir, 'data', 'secrets.json'), '{}')
    chmodSync(join(dir, 'data', 'secrets.json'), 0o644)
    expect((await look()).about('data folder')).toMatchObject({ state: 'broken', text: expect.stringContaining('chmod 600') })
  })
})
