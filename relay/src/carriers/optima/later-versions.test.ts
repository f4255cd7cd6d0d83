import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CALLEE, type OptimaHouse, type OptimaSockets, OURS, openOptimaSockets, startOptimaHouse, TOKEN, until } from './optima.test-kit.ts'

/** The relay's side of Optima 1.0.5: media hosts of each call, over Socket.IO or a WebSocket of its own. */

let house: OptimaHouse
const becomes = (callId: string, wanted: object) =>
  until(async () => {
    const view = await house.view(callId)
    return Object.entries(wanted).every(([name, value]) => view[name as keyof typeof view] === value)
  })
const record = (sessionId: string, disposition: string) => ({
  status: 200,
  body: { status: 200, errors: '', data: { sessionId, disposition, billableSeconds: 0 } },
})

describe('1.0.5 over Socket.IO', () => {
  const server = createServer()
  let media: OptimaSockets
  let origin = ''
  beforeAll(async () => {
    media = openOptimaSockets(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    house = await startOptimaHouse({
      env: { OPTIMA_VERSION: '1.0.5', OPTIMA_MEDIA_HOSTS: '127.0.0.1', OPTIMA_AUDIO: 'alaw', OPTIMA_FRAME_MS: '160' },
    })
  })
  afterEach(() => {
    house.answerMore = {}
  })
  afterAll(async () => {
    await house.close()
    await media.close()
    server.close()
  })
  const joined = (sockets: OptimaSockets, sid: string) =>
    sockets.said.some(({ data, event }) => event === 'joinRoom' && data.sessionId === sid)
  const sound = (sid: string) => media.said.filter(({ data, event }) => event === 'audio' && data.sessionId === sid)

  it('goes to the call’s own host, in the format and the length that are set, and asks for no acknowledgement', async () => {
    house.answerMore = { endpointUrl: origin }
    media.acks = false
    const { callId, sid } = await house.wish()
    expect(house.placed.at(-1)).toMatchObject({
      phoneNumber: '089608675796',
      callerId: '02112345678',
      audio: { input: 'alaw', output: 'alaw' },
    })
    await until(() => joined(media, sid))
    expect(joined(house.optima, sid)).toBe(false)
    for (const status of ['Ringing', 'Connected']) media.tell('dialStatus', { sessionId: sid, status })
    await until(() => sound(sid).length > 2)
    expect(sound(sid)[0]?.data).toMatchObject({ audioFormat: 'alaw' })
    expect(sound(sid)[0]?.data.audioData?.length).toBe(1280)
    expect(sound(sid).map(({ asks }) => asks)).not.toContain(true)
    media.tell('dtmf', { sessionId: sid, digit: 'a' })
    media.tell('CheckPoint', { sessionId: sid, name: 'm1' })
    media.tell('hangup', { sessionId: sid })
    await becomes(callId, { status: 'completed', endReason: 'callee' })
  })

  it.each(['https://media.evil.example', 'http://10.0.0.1', 'ftp://127.0.0.1', 'https://user@127.0.0.1', 'not a host'])(
    '%s gets no token: the call is hung up',
    async (endpointUrl) => {
      house.answerMore = { endpointUrl }
      const { callId, sid } = await house.wish()
      await becomes(callId, { status: 'failed', endReason: 'error' })
      await until(() => house.hungUp.includes(sid))
      expect(joined(house.optima, sid)).toBe(false)
    },
  )

  it.each([
    ['BUSY', 'busy'],
    ['NO ANSWER', 'no-answer'],
    ['FAILED', 'error'],
  ])('a hang-up before anybody answered is what its record says: %s', async (disposition, endReason) => {
    house.record = (sessionId) => record(sessionId, disposition)
    const { callId, sid } = await house.wish()
    await until(() => joined(house.optima, sid))
    house.optima.tell('hangup', { sessionId: sid })
    await becomes(callId, { status: 'failed', endReason, ends: 1 })
  })

  it('that was over before its room could be entered ended as its record says', async () => {
    house.record = (sessionId) => record(sessionId, 'BUSY')
    house.optima.joining = 'failed'
    const { callId } = await house.wish()
    await becomes(callId, { status: 'failed', endReason: 'busy', ends: 1 })
    house.optima.joining = 'success'
  })

  it('is over by its record alone, whoever tells of it', async () => {
    const { callId, sid } = await house.wish()
    await until(() => joined(house.optima, sid))
    house.optima.tell('dialStatus', { sessionId: sid, status: 'Failed' })
    await becomes(callId, { status: 'failed', endReason: 'error' })
    const other = await house.wish({ phoneNumber: '+6289608675797' })
    await until(() => joined(house.optima, other.sid))
    house.optima.tell('cdr', { sessionId: other.sid, disposition: 'CANCEL' })
    await becomes(other.callId, { status: 'failed', endReason: 'canceled' })
  })
})

describe('1.0.5 over a WebSocket of each call', () => {
  beforeAll(async () => {
    house = await startOptimaHouse({
      env: { OPTIMA_VERSION: '1.0.5-ws', OPTIMA_CHECKPOINT: 'CheckPoint' },
      persona: { keyMenu: [{ digit: '5', label: 'hours', say: 'We are open from ten to seven.' }] },
    })
  })
  afterAll(() => house.close())
  const say = (sid: string, event: string, data?: unknown) => house.optima.native(sid)?.send(JSON.stringify({ event, data }))
  const connected = async (sid: string) => {
    await until(() => house.optima.native(sid)?.readyState === 1)
    say(sid, 'dialStatus', { sessionId: sid, status: 'Connected' })
    await until(() => house.of(sid, 'audio').length > 0)
  }

  it('carries sound in binary frames and everything else in JSON, with the token in a header', async () => {
    const { callId, callUrl, sid } = await house.wish()
    await connected(sid)
    expect(house.optima.authorizations.at(-1)).toBe(`Bearer ${TOKEN}`)
    expect(house.of(sid, 'audio')[0]?.data.audioData?.length).toBe(320)
    await until(() => house.of(sid, 'CheckPoint').length > 0)
    say(sid, 'CheckPoint', house.of(sid, 'CheckPoint')[0]?.data.name)
    house.optima.native(sid)?.send(Buffer.alloc(320, 1))
    house.optima.native(sid)?.send('no JSON')
    say(sid, 'dtmf', { digit: '5' })
    await until(async () => (await house.transcript(callId)).includes('"text":"5"'))
    await until(() => house.of(sid, 'interruption').length > 0)
    expect((await fetch(callUrl, { method: 'DELETE' })).status).toBe(204)
    await until(() => house.of(sid, 'hangup').length > 0 && house.hungUp.includes(sid))
    say(sid, 'hangup')
    await becomes(callId, { status: 'completed' })
    await until(() => house.optima.native(sid)?.readyState === 3)
  })

  it('comes back after its line broke', async () => {
    const { callId, sid } = await house.wish()
    await connected(sid)
    const first = house.optima.native(sid)
    first?.terminate()
    await until(() => house.optima.native(sid) !== first && house.optima.native(sid)?.readyState === 1)
    const heard = house.of(sid, 'audio').length
    say(sid, 'dtmf', { digit: '5' })
    await until(() => house.of(sid, 'audio').length > heard)
    say(sid, 'hangup')
    await becomes(callId, { status: 'completed', endReason: 'callee' })
  })

  it('answered while its line is broken is known by its sound', async () => {
    const { callId, sid } = await house.wish()
    await until(() => house.optima.native(sid)?.readyState === 1)
    say(sid, 'dialStatus', { status: 'Ringing' })
    await becomes(callId, { status: 'connecting' })
    const first = house.optima.native(sid)
    first?.terminate()
    await until(() => house.optima.native(sid) !== first && house.optima.native(sid)?.readyState === 1)
    expect(house.of(sid, 'audio')).toEqual([])
    await until(() => {
      house.optima.native(sid)?.send(Buffer.alloc(320, 1))
      return house.of(sid, 'audio').length > 0
    })
    await becomes(callId, { status: 'connected' })
    say(sid, 'hangup')
    await becomes(callId, { status: 'completed', endReason: 'callee' })
  })

  it('is hung up where Optima lets it in five times not', async () => {
    house.optima.refuseAll = true
    const before = house.optima.authorizations.length
    const { callId, sid } = await house.wish()
    await becomes(callId, { status: 'failed', endReason: 'connection' })
    expect(house.optima.authorizations.length - before).toBe(5)
    await until(() => house.hungUp.includes(sid))
    house.optima.refuseAll = false
  })

  it('comes in, too, where Optima tells of it', async () => {
    const sessionId = 'incoming-1'
    // The connection was refused in the test before and has come back, or stands still.
    await until(() => house.optima.connections() > 0, 70_000)
    house.optima.tellAll('newSession', { sessionId, type: 'inbound' })
    await until(() => house.of(sessionId, 'audio').length > 0)
    const [call] = (await house.calls()).filter((each) => each.sessionId === sessionId)
    expect(call).toMatchObject({ direction: 'inbound', status: 'connected', to: OURS })
    say(sessionId, 'hangup')
    await becomes(call?.id ?? '', { status: 'completed', endReason: 'visitor' })
  })

  it('writes numbers in digits', () => expect(house.placed[0]?.phoneNumber).toBe(CALLEE.replace('+62', '0')))
})
