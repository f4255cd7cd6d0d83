import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { pino } from 'pino'
import { afterAll, expect, it } from 'vitest'
import { createKeyring } from '../access/encryption.ts'
import { ownerOf } from '../lifetime.ts'
import { startTestRelay } from '../relay.test-kit.ts'
import { readSettings } from '../settings.ts'
import { calls } from '../store/schema.ts'
import { openToldJournal } from './told-journal.ts'

/** A carrier told of a recording while the database was away, and the relay died before it was back: the next one hears it again. */

const KEY = Buffer.alloc(32, 7).toString('base64')
const DATA_DIR = mkdtempSync(join(tmpdir(), 'told-'))
const env = {
  DATA_DIR,
  ENCRYPTION_KEY: KEY,
  EXOTEL_API_KEY: 'key-of-exotel',
  EXOTEL_API_TOKEN: 'token-of-exotel',
  EXOTEL_SID: 'shop1',
  EXOTEL_CALLER_ID: '+918040550199',
}
afterAll(() => rmSync(DATA_DIR, { recursive: true, force: true }))
const journalFile = () => join(DATA_DIR, readdirSync(DATA_DIR).find((name) => name.endsWith('.journal')) ?? 'none')

it('is heard again after a restart, once, and is unreadable meanwhile', async () => {
  const first = await startTestRelay({ env })
  const listed = await first.ask('/api/phone-numbers', { token: await first.token('admin') })
  const { phoneNumbers } = (await listed.json()) as { phoneNumbers: { id: string; statusUrl: string }[] }
  const { pathname } = new URL(phoneNumbers.find(({ id }) => id === 'env-exotel')?.statusUrl ?? '')
  const at = new Date()
  const call = { id: 'c1', organisationId: 'org_main', agentId: 'demo', sessionId: 'c1', carrier: 'exotel', carrierCallId: 'sid-1' }
  const over = { status: 'completed', endReason: 'callee', startedAt: at, endedAt: at, leaseUntil: at, ai: 'off' as const }
  await first.relay.store.db
    .insert(calls)
    .values({ ...call, ...over, kind: 'phone', direction: 'outbound', phoneNumberId: 'env-exotel', owner: 'nobody' })
  await first.close()

  const journal = await openToldJournal({
    dataDir: DATA_DIR,
    owner: ownerOf(readSettings({ PORT: '0', ...env })),
    keyring: createKeyring({ current: KEY, old: [] }),
    logger: pino({ level: 'silent' }),
  })
  const words = { CallSid: 'sid-1', Status: 'completed', EventType: 'terminal', RecordingUrl: 'https://recordings.exotel.com/a.mp3' }
  const told = (path: string) =>
    JSON.stringify({
      method: 'POST',
      path,
      address: '192.0.2.7',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(words)).toString('base64'),
    })
  await journal.keep(told(pathname))
  await journal.keep('no request at all')
  await journal.close()
  expect(readFileSync(journalFile(), 'utf8')).not.toMatch(/sid-1|exotel/)

  const second = await startTestRelay({ env })
  const recording = async () => (await second.relay.store.db.select().from(calls).where(eq(calls.id, 'c1')))[0]?.recording
  await expect.poll(recording).toBe('exotel:sid-1')
  await expect.poll(() => readFileSync(journalFile(), 'utf8')).toBe('')
  await second.close()
})
