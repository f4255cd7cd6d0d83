import { describe, expect, test } from 'vitest'
import { OPTIMA_ACCOUNT } from './account.ts'
import { CALLEE, NativeCustomer, withOptima } from './customer.test-kit.ts'
import vectors from './optima.vectors.json' with { type: 'json' }

/** The sandbox's Optima against the vectors, judged by Socket.IO's own client. */

const optima = withOptima()
const statuses = (told: { status?: unknown }[]) => told.map(({ status }) => status)
const TONE = Int16Array.from({ length: 160 }, (_, n) => Math.round(8000 * Math.sin(n / 3)))
const tone = () => Buffer.from(TONE.buffer.slice(0))

describe('1.0.3', () => {
  test('answers and refuses as the vectors have it', async () => {
    await optima.settings({ version: '1.0.3', queueMs: 60_000 })
    const { json, path } = vectors.rest.call_request
    const { body, status } = await optima.rest(path, json)
    expect([status, body]).toEqual([
      200,
      { ...vectors.rest.call_response_103, data: { phoneNumber: json.phoneNumber, sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/) } },
    ])
    const [badNumber, noToken] = vectors.rest.errors
    expect(await optima.rest(path, { phoneNumber: 'me' })).toEqual({ status: 400, body: badNumber })
    expect(await optima.rest(path, json, 'another')).toEqual({ status: 401, body: noToken })
    expect((await optima.rest(path, { ...json, timeout: 30 })).status).toBe(400)
    expect((await optima.rest(vectors.rest.hangup_request.path, vectors.rest.hangup_request.json)).body).toMatchObject({ status: 404 })
    expect((await optima.rest('/v1/cdr/x')).status).toBe(404)
    const sessionId = body.data?.sessionId ?? ''
    expect((await optima.rest('/pbx/hangup', { sessionId })).body).toEqual({ status: 200, errors: '', data: { sessionId } })
    expect((await optima.call(sessionId)).to).toBe('+6289608675796')
  })

  test('tells every connection of a session, and only the room of what follows', async () => {
    await optima.script({ says: [{ waitForSpeechMs: 20 }, { digits: '5' }], hangsUpAfterMs: 2000 })
    const [ours, other] = [await optima.connect(), await optima.connect()]
    const sessionId = await optima.place()
    expect(await ours.until(() => ours.of('newSession', sessionId)[0])).toEqual({ sessionId, type: 'outbound' })
    expect(await ours.join(sessionId)).toEqual({ sessionId, status: 'success' })
    await ours.until(() => ours.of('dialStatus').some(({ status }) => status === 'Connected'))
    const [sound] = await ours.until(() => ours.of('audio').length > 0 && ours.of('audio'))
    expect(Buffer.isBuffer(sound?.audioData) && sound.audioData.length).toBe(320)
    for (let n = 0; n < 50; n++) ours.say('audio', { sessionId, audioData: tone(), audioFormat: 'pcm16' })
    ours.say('checkPoint', { sessionId, name: 'm1' })
    expect(await ours.until(() => ours.of('checkPoint')[0])).toEqual({ sessionId, name: 'm1' })
    expect(await ours.until(() => ours.of('dtmf')[0])).toEqual({ sessionId, digit: '5' })
    expect(await ours.until(() => ours.of('hangup')[0])).toEqual({ sessionId })
    expect(statuses(ours.of('dialStatus', sessionId)).filter((each) => each !== 'Dialing')).toEqual(['Ringing', 'Connected'])
    expect(ours.acks).toEqual(Array.from({ length: 50 }, () => ({ success: true, error: null })))
    expect(other.told.map(({ event }) => event)).toEqual(['newSession'])
    expect((await optima.call(sessionId)).sound.warnings).toEqual([])
  })

  test.each([
    [{ does: 'busy' }, ['Busy']],
    [{ does: 'fail' }, []],
    [{ does: 'no-answer' }, ['Ringing']],
  ])('%j is told in as many words as 1.0.3 has', async (script, told) => {
    await optima.settings({ ringMs: 300, newSession: 'before', queueMs: 100 })
    await optima.script(script)
    const customer = await optima.connect()
    const sessionId = await optima.place()
    await customer.join(sessionId)
    await customer.until(() => customer.of('hangup')[0])
    expect(statuses(customer.of('dialStatus', sessionId)).filter((status) => status !== 'Dialing')).toEqual(told)
  })

  test('plays what it is given, cuts it, and presses keys', async () => {
    await optima.settings({ newSession: 'before' })
    await optima.script({ says: [{ pauseMs: 60_000 }] })
    const customer = await optima.connect()
    const sessionId = await optima.place()
    await customer.join(sessionId)
    await customer.until(() => customer.of('audio')[0])
    for (const audioFormat of ['pcm16', 'mp3', undefined]) customer.say('audio', { sessionId, audioData: tone(), audioFormat })
    for (const digit of vectors.digits.send) customer.say('dtmf', { sessionId, digit, duration: 200 })
    customer.say('dtmf', { sessionId, digit: 'A', duration: 200 })
    for (let n = 0; n < 500; n++) customer.say('audio', { sessionId, audioData: tone(), audioFormat: 'pcm16' })
    customer.say('interruption', { sessionId })
    customer.say('checkPoint', { sessionId, name: 'after' })
    await customer.until(() => customer.of('checkPoint').at(-1)?.name === 'after')
    customer.say('hangup', { sessionId })
    await customer.until(() => customer.of('hangup')[0])
    const { sound } = await optima.call(sessionId)
    expect(sound.received).toMatchObject({ audio: 503, interruptions: 1, formats: ['pcm16', 'mp3'], keys: [...vectors.digits.send] })
    expect(sound.warnings.join()).toMatch(/^mp3.*,mp3.*,dtmf/)
  })

  test('lets nobody in who has no token, and nobody say anything outside of a room', async () => {
    await expect(optima.connect('another')).rejects.toThrow('Authentication token is required')
    const customer = await optima.connect()
    const sessionId = await optima.place()
    customer.say('hangup', { sessionId })
    customer.say('joinRoom', { sessionId: 'nobody' })
    await customer.until(() => customer.of('roomJoined')[0]?.status === 'failed')
    expect((await optima.call(sessionId)).sound.warnings).toEqual(['hangup from outside of the room'])
  })

  test('a phone that calls is answered by who joins', async () => {
    const customer = await optima.connect()
    await optima.script({ number: '+12025550102', says: [{ text: 'Hello' }], hangsUpAfterMs: 0 })
    await fetch(`${optima.url()}/sandbox/phones/dial`, {
      method: 'POST',
      body: JSON.stringify({ from: '+12025550102', to: OPTIMA_ACCOUNT.phoneNumber }),
    })
    const told = await customer.until(() => customer.of('newSession')[0])
    expect(told).toEqual({ sessionId: expect.any(String), type: 'inbound' })
    await customer.join(String(told.sessionId))
    await customer.until(() => customer.of('hangup')[0])
    expect(Math.max(...customer.sound())).toBeGreaterThan(2000)
  })
})

describe('1.0.5', () => {
  test('asks for digits and answers with the call’s own host', async () => {
    await optima.settings({ version: '1.0.5', endpointUrl: 'https://voice-02.optimaccs.com' })
    const { body } = await optima.rest('/pbx/call', vectors.rest_105.call_request)
    expect(body).toEqual({
      ...vectors.rest_105.call_response,
      data: { ...vectors.rest_105.call_response.data, sessionId: expect.any(String) },
    })
    const wrong = await optima.rest('/pbx/call', { phoneNumber: '+6289608675796' })
    expect(wrong).toMatchObject({
      status: 422,
      body: { code: 422, message: expect.any(String), errors: { phoneNumber: [expect.any(String)] } },
    })
  })

  test.each([
    [{ does: 'busy' }, 'Busy', 'BUSY'],
    [{ does: 'fail' }, 'Failed', 'FAILED'],
    [{ does: 'no-answer' }, 'Ringing', 'NO ANSWER'],
    [{ says: [{ waitForSilenceMs: 100 }], hangsUpAfterMs: 0 }, 'Connected', 'ANSWERED'],
  ])('%j: %s, and its record says %s', async (script, last, disposition) => {
    await optima.settings({ version: '1.0.5', newSession: 'before', queueMs: 100 })
    await optima.script(script)
    const customer = await optima.connect()
    const sessionId = await optima.place({ timeout: 1 })
    await customer.join(sessionId)
    if (disposition === 'ANSWERED') {
      await customer.until(() => customer.of('audio')[0])
      for (let n = 0; n < 10; n++) customer.say('audio', { sessionId, audioData: tone(), audioFormat: 'pcm16' })
    }
    const cdr = await customer.until(() => customer.of('cdr')[0])
    expect(statuses(customer.of('dialStatus', sessionId)).at(-1)).toBe(last)
    const { body } = await optima.rest(`/v1/cdr/${sessionId}`)
    expect(body.data).toEqual(cdr)
    expect(cdr).toMatchObject({ sessionId, disposition, source: '02112345678', destination: CALLEE })
    expect(customer.acks).toEqual([])
  })

  test('over a WebSocket of the call: binary sound, JSON for the rest', async () => {
    await optima.settings({ version: '1.0.5-ws' })
    await optima.script({ says: [{ waitForSpeechMs: 20 }, { digits: '1' }, { pauseMs: 60_000 }] })
    const sessionId = await optima.place({ audio: { input: 'alaw', output: 'alaw' } })
    expect(await optima.open(sessionId, 'another')).toBe(401)
    expect(await optima.open('00000000-0000-0000-0000-000000000000')).toBe(404)
    const customer = await optima.open(sessionId)
    if (!(customer instanceof NativeCustomer)) throw new Error(`refused with ${customer}`)
    const [sound] = await customer.until(() => customer.of('audio').length > 0 && customer.of('audio'))
    expect(Buffer.isBuffer(sound?.data) && sound.data.length).toBe(160)
    for (let n = 0; n < 30; n++) customer.ws.send(Buffer.alloc(160, n % 2 ? 0x2a : 0xaa))
    for (const each of vectors.ws_105.out)
      if (typeof each === 'object' && each.event === 'checkPoint') customer.ws.send(JSON.stringify(each))
    expect(await customer.until(() => customer.of('CheckPoint')[0])).toEqual({ data: 'm1' })
    expect(await customer.until(() => customer.of('dtmf')[0])).toEqual({ digit: '1' })
    for (const each of vectors.ws_105.out) if (typeof each === 'object') customer.ws.send(JSON.stringify(each))
    customer.ws.send('{"event":"dance"}')
    await customer.until(() => customer.of('hangup')[0])
    await customer.until(() => customer.closed)
    const { sound: said } = await optima.call(sessionId)
    expect(said.received).toMatchObject({ audio: 30, interruptions: 1, keys: ['1'], checkPoints: ['m1', 'm1'] })
  })
})

describe('what can be ordered to go wrong', () => {
  const order = (kind: string, more: object = {}) => optima.order({ service: 'optima', kind: kind as 'place-500', ...more })

  test('placements', async () => {
    await order('place-500')
    await order('place-then-500')
    await order('place-hangs', { forMs: 50, rings: true })
    await order('rate-limit')
    await order('status', { status: 503 })
    await order('unauthorized')
    const answers = []
    for (let n = 0; n < 7; n++) answers.push((await optima.rest('/pbx/call', { phoneNumber: CALLEE.slice(1) })).status)
    expect(answers).toEqual([429, 503, 401, 500, 500, 504, 200])
  })

  test('hang-ups, rooms and connections', async () => {
    await order('stream-refused')
    await order('update-404')
    const customer = await optima.connect()
    const sessionId = await optima.place()
    expect(await customer.join(sessionId)).toMatchObject({ status: 'failed' })
    expect((await optima.rest('/pbx/hangup', { sessionId })).status).toBe(404)
    expect((await optima.rest('/pbx/hangup', { sessionId })).status).toBe(200)
    expect(await optima.post('connections/end', { how: 'away' })).toEqual({ ended: 1 })
    await customer.until(() => customer.breaks > 0)
    const other = await optima.connect()
    const { sessions } = (await optima.post('foreign', { times: 3 })) as { sessions: string[] }
    await other.until(() => sessions.length === 3 && sessions.every((id) => other.of('newSession', id).length === 1))
    expect(await other.join(sessions[0] ?? '')).toMatchObject({ status: 'failed' })
  })

  test('events late, again and never, and lines that break', async () => {
    await optima.settings({ newSession: 'before', queueMs: 100 })
    await order('callbacks-repeated', { more: 2 })
    await order('stream-dropped', { afterMs: 100 })
    await optima.script({ says: [{ pauseMs: 60_000 }] })
    const customer = await optima.connect()
    const sessionId = await optima.place()
    await customer.join(sessionId)
    await customer.until(() => statuses(customer.of('dialStatus')).filter((status) => status === 'Connected').length === 3)
    for (let n = 0; n < 50; n++) customer.say('audio', { sessionId, audioData: tone(), audioFormat: 'pcm16' })
    await customer.until(() => customer.breaks > 0)
    const back = await optima.connect()
    expect(await back.join(sessionId)).toMatchObject({ status: 'success' })
    await back.until(() => back.of('audio')[0])
    await order('callbacks-lost', { only: ['Ringing'] })
    await optima.script({ says: [{ pauseMs: 60_000 }] })
    const second = await optima.place()
    await back.join(second)
    await back.until(() => statuses(back.of('dialStatus', second)).includes('Connected'))
    expect(statuses(back.of('dialStatus', second))).not.toContain('Ringing')
  })

  test('events in the wrong order: the last of all first', async () => {
    await optima.settings({ version: '1.0.5', newSession: 'before', queueMs: 100 })
    await order('callbacks-reordered')
    await optima.script({ hangsUpAfterMs: 0 })
    const customer = await optima.connect()
    const sessionId = await optima.place()
    await customer.join(sessionId)
    await customer.until(() => statuses(customer.of('dialStatus', sessionId)).includes('Dialing'))
    const told = customer.told.filter(({ data, event }) => data.sessionId === sessionId && /dialStatus|hangup|cdr/.test(event))
    expect(told.map(({ data, event }) => data.status ?? event)).toEqual(['cdr', 'hangup', 'Connected', 'Ringing', 'Dialing'])
  })
})
