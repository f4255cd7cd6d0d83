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
      EXOTEL_API_TOKEN: 'hunter2',
      TWILIO_MEDIA: 'conversation-relay',
      REDIS_URL: 'redis://:hunter2@r.example',
    })
    expect(about('phones')?.text).toBe('EXOTEL_API_TOKEN, TWILIO_MEDIA: fine, but not used yet')
    expect(about('several relays')?.text).toContain('REDIS_URL')
    expect(all).not.toContain('hunter2')
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
