import { randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { OTHER_ORGANISATION } from '../../../relay.test-kit.ts'
import { calls } from '../../../store/schema.ts'
import { onPostgres } from '../../../store/store.test-kit.ts'
import { ACCOUNT, OURS, type PhoneHouse, said, startPhoneHouse } from './twilio.test-kit.ts'

/** What Twilio tells while the database is away; the addresses that name no call are those which people paste at Twilio. */

onPostgres('webhooks while the database is away', (room) => {
  let house: PhoneHouse
  beforeAll(async () => {
    house = await startPhoneHouse({ env: { DATABASE_URL: await room.newDatabase(), ENCRYPTION_KEY: randomBytes(32).toString('base64') } })
  })
  afterAll(async () => {
    room.door().open()
    await house?.close()
  })

  async function ring() {
    const { callId } = (await (await house.wish({})).json()) as { callId: string }
    await expect.poll(async () => (await house.view(callId)).events.some(({ type }) => type === 'line.status')).toBe(true)
    return { callId, sid: house.newest() }
  }
  const tell = async (...told: Parameters<PhoneHouse['tell']>) => (await house.tell(...told)).status

  it('are answered, end the call they tell of, and stand in the log afterwards', async () => {
    const { callId, sid } = await ring()
    expect(await tell('/api/calls/status', said(sid, 'ringing', 1))).toBe(204)
    room.door().shut()
    expect(await tell('/api/calls/status', said(sid, 'busy', 2))).toBe(204)
    expect(await tell('/api/calls/status', said(sid, 'busy', 2))).toBe(204)
    room.door().open()
    await expect.poll(async () => (await house.view(callId)).ends, { timeout: 20_000 }).toBe(1)
    expect(await house.view(callId)).toMatchObject({ status: 'failed', endReason: 'busy' })
  })

  it('a recording of a call that is over is kept until it can be written down', async () => {
    const { callId, sid } = await ring()
    await tell('/api/calls/status', said(sid, 'no-answer', 2))
    await expect.poll(async () => (await house.view(callId)).ends).toBe(1)
    const recordingOf = async () =>
      (await house.relay.store.db.select({ recording: calls.recording }).from(calls).where(eq(calls.id, callId)))[0]?.recording
    room.door().shut()
    const RecordingSid = `RE${'1'.repeat(32)}`
    const recording = { ...said(sid, 'completed'), RecordingSid, RecordingStatus: 'completed', RecordingDuration: '4' }
    expect(await tell('/api/calls/recording', recording)).toBe(204)
    expect(await tell(`/api/calls/recording/${callId}`, recording)).toBe(204)
    room.door().open()
    await expect.poll(recordingOf, { timeout: 20_000 }).toBe(`twilio:${RecordingSid}`)
  })

  it('what another organisation signed meanwhile is not written down, then either', async () => {
    const strangers = { phoneNumber: '+12025550176', token: 'a-token-of-strangers' }
    const twilioConfig = { accountSid: ACCOUNT, authToken: strangers.token }
    const json = { phoneNumber: strangers.phoneNumber, provider: 'twilio', twilioConfig }
    const by = await house.token('admin', OTHER_ORGANISATION)
    expect((await house.ask('/api/phone-numbers', { method: 'POST', token: by, json })).status).toBe(201)
    const past = async () => {
      const { callId, sid } = await ring()
      await tell('/api/calls/status', said(sid, 'no-answer', 2))
      await expect.poll(async () => (await house.view(callId)).ends).toBe(1)
      return { callId, sid }
    }
    const [one, next] = [await past(), await past()]
    const recordingOf = async (callId: string) =>
      (await house.relay.store.db.select({ recording: calls.recording }).from(calls).where(eq(calls.id, callId)))[0]?.recording
    const RecordingSid = `RE${'2'.repeat(32)}`
    const of = (sid: string, To: string) => ({ ...said(sid, 'completed'), RecordingSid, RecordingStatus: 'completed', From: To, To })
    const path = `/api/calls/recording/${one.callId}`
    // Its number is known from before.
    expect(await tell('/api/calls/recording', of(`CA${'d'.repeat(32)}`, strangers.phoneNumber), strangers)).toBe(204)
    room.door().shut()
    expect(await tell(path, of(one.sid, strangers.phoneNumber), strangers)).toBe(204)
    expect(await tell(`/api/calls/recording/${next.callId}`, of(next.sid, OURS))).toBe(204)
    room.door().open()
    await expect.poll(() => recordingOf(next.callId), { timeout: 20_000 }).toBe(`twilio:${RecordingSid}`)
    expect(await recordingOf(one.callId)).toBeNull()
  })

  it('the name of a call that was placed is written down afterwards', async () => {
    house.placing = { status: 503, body: {} }
    const { callId } = (await (await house.wish({ phoneNumber: '+12025550102' })).json()) as { callId: string }
    await expect.poll(async () => (await house.view(callId)).events.some(({ type }) => type === 'line.refused')).toBe(true)
    house.placing = undefined
    room.door().shut()
    const sid = `CA${'7'.repeat(32)}`
    expect(await tell(`/api/calls/status/${callId}`, { ...said(sid, 'ringing', 1), To: '+12025550102' })).toBe(204)
    room.door().open()
    const nameOf = async () =>
      (await house.relay.store.db.select({ sid: calls.carrierCallId }).from(calls).where(eq(calls.id, callId)))[0]?.sid
    await expect.poll(nameOf, { timeout: 20_000 }).toBe(sid)
    await tell('/api/calls/status', { ...said(sid, 'canceled', 2), To: '+12025550102' })
  })

  it('nothing is believed that is not signed', async () => {
    const { callId, sid } = await ring()
    room.door().shut()
    expect(await tell('/api/calls/status', said(sid, 'busy', 2), { token: 'another' })).toBe(403)
    expect(await tell(`/api/calls/status/${callId}`, said(sid, 'busy', 2), { unsigned: true })).toBe(403)
    // Nothing is known of a number that never was asked for: whoever says so has to say it again.
    const stranger = { ...said(`CA${'9'.repeat(32)}`, 'busy', 2), From: '+12025550177' }
    expect(await tell('/api/calls/status', { ...stranger, To: '+12025550178' })).toBe(500)
    room.door().open()
    expect(await house.view(callId)).toMatchObject({ ends: 0 })
    await tell('/api/calls/status', said(sid, 'canceled', 3))
  })
})
