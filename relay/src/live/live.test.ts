import { io, type Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createOperatorTokens } from '../access/operator-tokens.ts'
import { systemClock } from '../clock.ts'
import { furnish, keyWith } from '../http/route-table.test-kit.ts'
import type { CallRow, WebCall } from '../protocol/index.ts'
import { AUTH_SECRET, OTHER_ORGANISATION, ownPage, startTestRelay, type TestRelay } from '../relay.test-kit.ts'
import type { Refused, TranscriptUpdate } from './events.ts'

/** The vendor's own client against the whole relay: a page of the console, as far as its wire goes. */

let house: TestRelay
const pages: Socket[] = []
beforeAll(async () => {
  house = await startTestRelay()
})
afterAll(() => house.close())
afterEach(() => {
  for (const page of pages.splice(0)) page.disconnect()
})

function page(token: string, transports: ('polling' | 'websocket')[] = ['websocket']): Socket {
  const made = io(house.url, { auth: { token }, transports, reconnection: false, forceNew: true })
  pages.push(made)
  return made
}
const once = <T>(from: Socket, event: string) => new Promise<T>((resolve) => from.once(event, resolve))
/** Why it was not let in. @throws when it was, or when nobody says why */
const refusal = (from: Socket) =>
  new Promise<Error & { data?: { code: string } }>((resolve, reject) => {
    from.once('connect_error', resolve)
    for (const event of ['connect', 'disconnect'] as const) from.once(event, (why?: string) => reject(new Error(`${event} ${why ?? ''}`)))
  })
const ready = async (token: string, transports?: ('polling' | 'websocket')[]) => {
  const made = page(token, transports)
  await once(made, 'connect')
  return made
}
/** The first that fits; those before it are gone. */
const first = <T>(from: Socket, event: string, fits: (given: T) => boolean) =>
  new Promise<T>((resolve) => {
    const look = (given: T) => {
      if (!fits(given)) return
      from.off(event, look)
      resolve(given)
    }
    from.on(event, look)
  })
const ask = <T extends object>(from: Socket, event: string, given: unknown): Promise<({ ok: true } & T) | Refused> =>
  from.timeout(20_000).emitWithAck(event, given)

/** A typed call of the shop's. */
async function visitor() {
  const opened = await house.ask('/api/web-calls', {
    method: 'POST',
    headers: ownPage(house.relay),
    json: { agentId: 'demo', modality: 'text' },
  })
  const call = (await opened.json()) as WebCall
  const ws = new WebSocket(call.mediaUrl)
  await new Promise((resolve) => ws.once('open', resolve))
  const send = (message: object) => ws.send(JSON.stringify(message))
  return { id: call.callId, say: (text: string) => send({ type: 'text', text }), hangUp: () => send({ type: 'hangup' }), ws }
}

describe('the rooms of an organisation', () => {
  it('tell every call as it begins, changes and ends', async () => {
    const watcher = await ready(await house.token('viewer'))
    const begun = once<CallRow>(watcher, 'call:updated')
    const talking = first<CallRow>(watcher, 'call:updated', ({ status }) => status === 'connected')
    const ended = first<CallRow>(watcher, 'call:updated', ({ endReason, endedAt }) => endReason === 'visitor' && endedAt !== undefined)
    const call = await visitor()
    expect(await begun).toMatchObject({ id: call.id, agentId: 'demo', kind: 'web' })
    expect((await talking).id).toBe(call.id)
    call.hangUp()
    expect(await ended).toMatchObject({ id: call.id, status: 'completed' })
  })

  it('tell another organisation nothing, and let it join nothing', async () => {
    const stranger = await ready(await house.token('admin', OTHER_ORGANISATION))
    const heard: unknown[] = []
    stranger.onAny((...given: unknown[]) => void heard.push(given))
    const watcher = await ready(await house.token('viewer'))
    const over = first<CallRow>(watcher, 'call:updated', ({ endedAt }) => endedAt !== undefined)
    const call = await visitor()
    for (const event of ['call:join', 'transcript:subscribe']) {
      expect(await ask(stranger, event, call.id)).toMatchObject({ ok: false, error: { code: 'not_found' } })
      expect(await ask(stranger, event, 'nothing')).toMatchObject({ ok: false, error: { code: 'not_found' } })
    }
    call.say('Which lamps do you have?')
    call.hangUp()
    await over
    // What comes after this came after everything.
    await ask(stranger, 'call:leave', call.id)
    expect(heard).toEqual([])
  })

  it('answer over HTTP too, where no socket can be opened', async () => {
    const watcher = await ready(await house.token('viewer'), ['polling'])
    const call = await visitor()
    expect(await ask<{ call: CallRow }>(watcher, 'call:join', call.id)).toMatchObject({ ok: true, call: { id: call.id } })
    call.hangUp()
  })
})

describe('a transcript’s room', () => {
  it('tells every entry in order, and only what is new to whoever comes back', async () => {
    const token = await house.token('viewer')
    const watcher = await ready(token)
    const call = await visitor()
    const seen: TranscriptUpdate[] = []
    watcher.on('transcript:update', (update: TranscriptUpdate) => void seen.push(update))
    const answered = first<TranscriptUpdate>(
      watcher,
      'transcript:update',
      ({ final, role }) => final && role === 'agent' && seen.some((each) => each.role === 'visitor'),
    )
    expect(await ask(watcher, 'transcript:subscribe', call.id)).toMatchObject({ ok: true })
    call.say('Do you ship to Norway?')
    await answered
    expect(seen.map(({ seq }) => seq)).toEqual([...seen.map(({ seq }) => seq)].sort((a, b) => a - b))
    expect(new Set(seen.map(({ seq }) => seq)).size).toBe(seen.length)
    expect(seen.every(({ callId }) => callId === call.id)).toBe(true)

    const middle = seen[Math.floor(seen.length / 2)]?.seq ?? 0
    const back = await ready(token)
    const missed: TranscriptUpdate[] = []
    back.on('transcript:update', (update: TranscriptUpdate) => void missed.push(update))
    const { seq } = (await ask<{ seq: number }>(back, 'transcript:subscribe', { callId: call.id, after: middle })) as { seq: number }
    expect(seq).toBe(seen.at(-1)?.seq)
    expect(missed.length).toBeGreaterThan(0)
    expect(missed.every((each) => each.seq > middle)).toBe(true)
    // An entry is told whole: the last of each is how it stands.
    const newest = (all: TranscriptUpdate[]) => new Map(all.filter((each) => each.seq > middle).map((each) => [each.id, each.text]))
    expect(newest(missed)).toEqual(newest(seen))
    call.hangUp()
  })

  it('tells a call that is over from the log', async () => {
    const watcher = await ready(await house.token('viewer'))
    const over = first<CallRow>(watcher, 'call:updated', ({ endedAt }) => endedAt !== undefined)
    const call = await visitor()
    const spoken = new Promise<void>((resolve) => call.ws.on('message', (data) => String(data).includes('"visitor"') && resolve()))
    call.say('Hello')
    await spoken
    call.hangUp()
    await over
    const seen: TranscriptUpdate[] = []
    watcher.on('transcript:update', (update: TranscriptUpdate) => void seen.push(update))
    expect(await ask(watcher, 'transcript:subscribe', call.id)).toMatchObject({ ok: true })
    expect(seen.find(({ role }) => role === 'visitor')?.text).toBe('Hello')
  })

  it('is silent after leaving', async () => {
    const watcher = await ready(await house.token('viewer'))
    const call = await visitor()
    await ask(watcher, 'transcript:subscribe', call.id)
    await ask(watcher, 'transcript:unsubscribe', call.id)
    const seen: unknown[] = []
    watcher.on('transcript:update', (update) => void seen.push(update))
    const over = first<CallRow>(watcher, 'call:updated', ({ id, endedAt }) => id === call.id && endedAt !== undefined)
    call.say('Is anybody there?')
    call.hangUp()
    await over
    expect(seen).toEqual([])
  })
})

describe('holding the agent back', () => {
  it('is for operators, shows in every page’s list, and is done once', async () => {
    const viewer = await ready(await house.token('viewer'))
    const operator = await ready(await house.token('operator'))
    const call = await visitor()
    expect(await ask(viewer, 'ai:pause', call.id)).toMatchObject({ ok: false, error: { code: 'forbidden' } })
    const stranger = await ready(await house.token('admin', OTHER_ORGANISATION))
    expect(await ask(stranger, 'ai:pause', call.id)).toMatchObject({ ok: false, error: { code: 'not_found' } })
    const paused = first<CallRow>(viewer, 'call:updated', ({ ai, id }) => id === call.id && ai === 'paused')
    for (let time = 0; time < 2; time++) {
      expect(await ask(operator, 'ai:pause', call.id)).toMatchObject({ ok: true, call: { id: call.id, ai: 'paused' } })
    }
    await paused
    expect(await ask(operator, 'ai:resume', call.id)).toMatchObject({ ok: true, call: { ai: 'active' } })
    call.hangUp()
  })
})

describe('who may come in', () => {
  it.each([
    ['nothing', undefined],
    ['nonsense', 'nonsense'],
    ['an unknown key', 'va_unknown'],
    ['something that is no text', { a: 1 }],
  ])('%s is told why not', async (_, token) => {
    expect(await refusal(page(token as string))).toMatchObject({ data: { code: 'unauthorized' } })
  })

  it('nobody with a token for something else, of somebody else or of another time, however they come', async () => {
    const { tokens } = await furnish(house)
    const wrong = { ...tokens, 'a revoked key': await keyWith(house, ['calls:read', 'calls:write'], 'org_main', true) }
    for (const [what, token] of Object.entries(wrong)) {
      for (const transport of ['websocket', 'polling'] as const) {
        const refused = await refusal(page(token, [transport])).catch((error: Error) => error.message)
        expect(refused, `${what} over ${transport}`).toMatchObject({ data: { code: 'unauthorized' } })
      }
    }
  })

  it('of another organisation’s call nobody gets to know more than of one that never was', async () => {
    const call = await visitor()
    const strangers = [
      await house.token('admin', OTHER_ORGANISATION),
      await keyWith(house, ['calls:read', 'calls:write'], OTHER_ORGANISATION),
    ]
    for (const token of strangers) {
      const stranger = await ready(token)
      const heard: unknown[] = []
      stranger.onAny((...given: unknown[]) => void heard.push(given))
      for (const event of ['call:join', 'transcript:subscribe', 'ai:pause', 'ai:resume']) {
        const [theirs, nobodys] = [await ask(stranger, event, call.id), await ask(stranger, event, call.id.replaceAll(/[0-9]/g, '0'))]
        expect(theirs, event).toEqual(nobodys)
        expect(theirs, event).toMatchObject({ ok: false, error: { code: 'not_found' } })
      }
      for (const event of ['call:leave', 'transcript:unsubscribe']) await ask(stranger, event, call.id)
      expect(heard).toEqual([])
    }
    const answer = await house.ask(`/api/calls/${call.id}`, { token: await house.token('viewer') })
    expect(await answer.json()).toMatchObject({ call: { ai: 'active' } })
    call.hangUp()
  })

  it('a key that may not read calls is told which scope it lacks', async () => {
    const made = await house.ask('/api/api-keys', {
      method: 'POST',
      token: await house.token('admin'),
      json: { name: 'agents only', scopes: ['agents:read'] },
    })
    const { key } = (await made.json()) as { key: string }
    const refused = await once<Error & { data?: { code: string } }>(page(key), 'connect_error')
    expect(refused).toMatchObject({ message: expect.stringContaining('calls:read'), data: { code: 'forbidden' } })
  })

  it('a page is disconnected when its token expires', async () => {
    const nearlyOver = { ...systemClock, nowMs: () => Date.now() - 15 * 60_000 + 2000 }
    const { token } = await createOperatorTokens({ authSecret: AUTH_SECRET, clock: nearlyOver }).issue({
      id: 'u_test',
      organisationId: 'org_main',
      role: 'viewer',
    })
    const watcher = await ready(token)
    expect(await once(watcher, 'disconnect')).toBe('io server disconnect')
  })

  it('answers whatever is asked, and refuses what is too much', async () => {
    const watcher = await ready(await house.token('viewer'))
    for (const given of [null, 7, {}, [], 'x'.repeat(100), { callId: 'a', after: -1 }, '../..']) {
      expect(await ask(watcher, 'transcript:subscribe', given)).toMatchObject({ ok: false })
      expect(await ask(watcher, 'call:join', given)).toMatchObject({ ok: false })
    }
    const answers = await Promise.all(Array.from({ length: 150 }, () => ask(watcher, 'call:leave', 'nothing')))
    expect(answers.filter(({ ok }) => !ok)).not.toHaveLength(0)
    expect(answers.find(({ ok }) => !ok)).toMatchObject({ error: { code: 'rate_limited' } })
  })
})
