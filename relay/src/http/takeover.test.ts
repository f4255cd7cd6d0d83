import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../clock.ts'
import { OTHER_ORGANISATION, startTestRelay, type TestRelay } from '../relay.test-kit.ts'
import { apiKeys } from '../store/schema.ts'
import { keyWith } from './route-table.test-kit.ts'
import { end, operatorOf, visit } from './takeover.test-kit.ts'

/** What is asked again and again, run when a test says so; and a wall that can be put forward. */
const due = new Set<() => void>()
const wall = { aheadMs: 0 }
const clock = {
  ...systemClock,
  nowMs: () => systemClock.nowMs() + wall.aheadMs,
  after(delayMs: number, task: () => void) {
    if (delayMs !== 10_000) return systemClock.after(delayMs, task)
    due.add(task)
    return () => void due.delete(task)
  },
}

let house: TestRelay
let asha: ReturnType<typeof operatorOf>
/** Another operator: a key of the same house. */
let ben: ReturnType<typeof operatorOf>
beforeAll(async () => {
  house = await startTestRelay({ clock, env: { OPERATOR_AWAY_MS: '1000' } })
  asha = operatorOf(house, await house.token('operator'))
  ben = operatorOf(house, await keyWith(house, ['calls:write', 'calls:read']))
})
afterAll(() => house.close())

/** A typed call that was greeted. */
async function typed() {
  const { callId, visitor } = await visit(house, { modality: 'text' })
  await visitor.until('transcript', ({ entry }) => entry.role === 'agent' && entry.final)
  return { callId, visitor }
}

describe('taking a typed call over', () => {
  it('silences the agent, lets both write, and gives it back with what the operator leaves', async () => {
    const { callId, visitor } = await typed()
    const { body, status } = await asha.takeOver(callId, { reason: 'refund', notes: 'calm them' })
    expect(status).toBe(200)
    expect(body.call).toMatchObject({ ai: 'off', heldBy: { id: 'u_test', name: 'Operator' } })
    const operator = await end(body.mediaUrl)
    expect(await operator.until('ready')).toMatchObject({ callId, role: 'takeover', resumed: false })
    await visitor.until('speaker', ({ name, who }) => who === 'operator' && name === 'Operator')
    operator.tell({ type: 'text', text: 'I am a person.' })
    await visitor.until('transcript', ({ entry }) => entry.role === 'operator' && entry.text === 'I am a person.')
    visitor.tell({ type: 'text', text: 'What is your refund code?' })
    await operator.until('transcript', ({ entry }) => entry.role === 'visitor' && entry.text.startsWith('What is'))
    const back = await asha.handBack(callId, { briefing: 'The refund code is MANGO 42.' })
    expect(back.status).toBe(200)
    expect(back.body.call.ai).toBe('active')
    expect(back.body.call.heldBy).toBeUndefined()
    expect(await operator.closed).toBe(1000)
    await visitor.until('speaker', ({ who }) => who === 'agent', 5)
    const from = visitor.told.length
    visitor.tell({ type: 'text', text: 'What is the refund code?' })
    const answer = await visitor.until(
      'transcript',
      ({ entry }) => entry.role === 'agent' && entry.final && /MANGO 42/.test(entry.text),
      from,
    )
    expect(answer.entry.text).toContain('MANGO 42')
    expect((await asha.takeovers(callId)).body.takeovers).toMatchObject([
      { by: 'u_test', reason: 'refund', notes: 'calm them', endedBy: 'operator', briefing: 'The refund code is MANGO 42.' },
    ])
    visitor.ws.close()
  })
})

describe('who holds a call', () => {
  it('is one operator: others are told who, and what the agent would do waits', async () => {
    const { callId, visitor } = await typed()
    expect((await asha.handBack(callId)).status).toBe(409)
    expect((await asha.takeOver(callId)).status).toBe(200)
    const refused = await ben.takeOver(callId)
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      409,
      'conflict',
      expect.stringContaining('Operator holds this call'),
    ])
    expect((await ben.handBack(callId)).status).toBe(409)
    for (const [path, json] of [
      ['pause-ai', undefined],
      ['say', { text: 'Hi.' }],
    ] as const) {
      expect((await ben.act('POST', `/api/calls/${callId}/${path}`, json)).status).toBe(409)
    }
    expect((await ben.act('POST', `/api/calls/${callId}/whisper`, { text: 'Be kind.' })).status).toBe(204)
    const listed = await ben.act('GET', `/api/calls/${callId}`)
    expect(listed.body.call).toMatchObject({ ai: 'off', heldBy: { id: 'u_test' } })
    expect((await asha.handBack(callId)).status).toBe(200)
    expect((await ben.takeOver(callId)).body.call.heldBy?.name).toBe('test')
    visitor.tell({ type: 'hangup' })
    await visitor.closed
    expect((await ben.takeOver(callId)).status).toBe(404)
    const { takeovers } = (await ben.takeovers(callId)).body
    expect(takeovers).toMatchObject([
      { by: 'u_test', endedBy: 'operator' },
      { name: 'test', endedBy: 'call' },
    ])
    const trail = await operatorOf(house, await house.token('admin')).act('GET', `/api/audit?target=${callId}`)
    expect(JSON.stringify(trail.body)).toContain('POST /api/calls/{id}/takeover')
  })

  it('comes back to the same address; gone for longer, the agent has the visitor again and says so', async () => {
    const { callId, visitor } = await typed()
    const { mediaUrl } = (await asha.takeOver(callId)).body
    const first = await end(mediaUrl)
    await visitor.until('speaker', ({ who }) => who === 'operator')
    const second = await end(`${mediaUrl}?after=1`)
    expect(await first.closed).toBe(4409)
    expect(await second.until('ready')).toMatchObject({ resumed: true, role: 'takeover' })
    second.ws.terminate()
    await visitor.until('transcript', ({ entry }) => entry.role === 'agent' && entry.text.includes('lost the connection'))
    expect(await (await end(mediaUrl)).closed).toBe(4401)
    expect((await asha.takeovers(callId)).body.takeovers).toMatchObject([{ endedBy: 'connection' }])
    visitor.ws.terminate()
  })

  it('loses it with the right to it', async () => {
    const { callId, visitor } = await typed()
    const spare = operatorOf(house, await keyWith(house, ['calls:write', 'calls:read', 'agents:read']))
    const operator = await end((await spare.takeOver(callId)).body.mediaUrl)
    await visitor.until('speaker', ({ who }) => who === 'operator')
    await house.relay.store.db.update(apiKeys).set({ revokedAt: new Date() })
    for (const task of [...due]) task()
    expect(await operator.closed).toBe(4401)
    await visitor.until('transcript', ({ entry }) => entry.role === 'agent' && entry.text.includes('lost the connection'))
    await house.relay.store.db.update(apiKeys).set({ revokedAt: null })
    visitor.ws.terminate()
  })
})

describe('an address to listen at', () => {
  it('works once, for half a minute, and lets nobody speak', async () => {
    const { callId, visitor } = await visit(house)
    await visitor.untilHeard(1)
    const { body, status } = await asha.listen(callId)
    expect(status).toBe(200)
    expect(Date.parse(body.expiresAt) - clock.nowMs()).toBeLessThanOrEqual(30_000)
    const listener = await end(body.url)
    expect(await listener.until('ready')).toMatchObject({ role: 'listen' })
    await listener.untilHeard(10)
    expect(new Set(listener.heard.map(({ length }) => length))).toEqual(new Set([960]))
    listener.ws.send(new Uint8Array(640))
    expect(await listener.until('error')).toMatchObject({ code: 'listening_only' })
    listener.tell({ type: 'text', text: 'psst' })
    expect(await (await end(body.url)).closed).toBe(4401)
    const late = (await asha.listen(callId)).body.url
    wall.aheadMs += 31_000
    expect(await (await end(late)).closed).toBe(4401)
    expect(await (await end(late.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')))).closed).toBe(4401)
    expect(await (await end(`${new URL(late).origin}/media/operators/nothing`)).closed).toBe(4401)
    listener.tell({ type: 'hangup' })
    expect(await listener.closed).toBe(1000)
    // The one who listened left; the call goes on.
    expect((await asha.act('GET', `/api/calls/${callId}`)).body.call).toMatchObject({ status: 'connected' })
    visitor.ws.terminate()
  })

  it('is not to be had for calls without sound, by viewers, or by another organisation', async () => {
    const { callId, visitor } = await typed()
    expect((await asha.listen(callId)).body).toMatchObject({ code: 'conflict', detail: 'This call is typed: read its transcript.' })
    const viewer = operatorOf(house, await house.token('viewer'))
    const stranger = operatorOf(house, await house.token('admin', OTHER_ORGANISATION))
    for (const act of ['listen', 'takeOver', 'handBack'] as const) {
      expect((await viewer[act](callId)).status).toBe(403)
      expect((await stranger[act](callId)).status).toBe(404)
    }
    expect((await viewer.takeovers(callId)).status).toBe(200)
    expect((await stranger.takeovers(callId)).status).toBe(404)
    visitor.ws.terminate()
  })
})
