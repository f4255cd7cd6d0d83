import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type RelayProcess, startDemo } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'
import { openCall, Visitor, visit } from '../kit/visitor.ts'

/** CONTRACT section 5, the media socket, over a raw socket. */

const FRAME_MS = 20
const OUTPUT_FRAME_BYTES = (24_000 / 1000) * FRAME_MS * 2
const INPUT_BYTES_A_MS = 32

let demo: RelayProcess
const visitors: Visitor[] = []
beforeAll(async () => {
  demo = await startDemo()
})
afterAll(() => demo?.[Symbol.asyncDispose]())
afterEach(() => {
  for (const visitor of visitors.splice(0)) visitor.leave()
})

async function caller(body: Record<string, unknown> = {}): Promise<Visitor> {
  const visitor = await visit(demo.url, body)
  visitors.push(visitor)
  return visitor
}

const errors = (visitor: Visitor) => visitor.messages.filter((message) => message.type === 'error')

describe('coming in', () => {
  it('accepts every upgrade and closes with 4401 for a token that is none', async () => {
    const { body } = await openCall(demo.url)
    for (const mediaUrl of [`${body.mediaUrl}x`, body.mediaUrl.replace(/[^/]+$/, 'nonsense'), body.mediaUrl.slice(0, -3)]) {
      const visitor = await new Visitor({ ...body, mediaUrl }).connect()
      expect(await visitor.closed).toMatchObject({ code: 4401 })
    }
  })

  it('says ready first, then where the call stands', async () => {
    const visitor = await caller({ sessionId: 'contract:socket' })
    expect(visitor.messages[0]).toEqual({ type: 'ready', callId: visitor.opened.callId, sessionId: 'contract:socket', resumed: false })
    expect(await visitor.seen('status')).toMatchObject({ status: expect.stringMatching(/^(initiated|connecting|connected)$/) })
    await visitor.seen('status', (message) => message.status === 'connected')
  })

  it('answers the same with a trailing slash', async () => {
    const { body } = await openCall(demo.url)
    const visitor = await new Visitor({ ...body, mediaUrl: `${body.mediaUrl}/` }).connect()
    visitors.push(visitor)
    await visitor.seen('ready')
  })

  it('closes the older socket with 4409 when a newer one comes', async () => {
    const visitor = await caller()
    const older = visitor.closed
    await visitor.connect()
    expect(await older).toMatchObject({ code: 4409 })
    await visitor.seen('ready', (message) => message.resumed)
  })

  it('answers ended and 4404 when the call is over', async () => {
    const visitor = await caller()
    await visitor.hangUp()
    const late = await new Visitor(visitor.opened).connect()
    expect(await late.closed).toMatchObject({ code: 4404 })
    expect(late.messages).toContainEqual({ type: 'ended', reason: 'visitor' })
  })

  it('answers 404 for a socket under no address', async () => {
    const visitor = new Visitor({
      callId: '',
      sessionId: '',
      mediaUrl: demo.url.replace('http', 'ws'),
      expiresAt: '',
      audio: {},
      agent: {},
    })
    await expect(visitor.connect('/nowhere')).rejects.toThrow(/404/)
  })
})

describe('what is said', () => {
  it('greets aloud in whole frames, and the entry becomes final only when it was heard', async () => {
    const visitor = await caller()
    const sizes = new Set<number>()
    visitor.ws.on('message', (data: Buffer, binary) => binary && sizes.add(data.length))
    const entry = await visitor.entry('the greeting', ({ role }) => role === 'agent')
    expect(entry).toMatchObject({ id: expect.any(String), final: false, startedAt: expect.stringMatching(/Z$/) })
    const spoken = await visitor.entry('the greeting, heard', ({ role, final }) => role === 'agent' && final)
    expect(spoken.id).toBe(entry.id)
    const start = await visitor.seen('mark', ({ name }) => name === 'start')
    expect(visitor.heardMs(start.utterance)).toBeGreaterThan(500)
    expect([...sizes]).toEqual([OUTPUT_FRAME_BYTES])
  })

  it('numbers every transcript message by one, and an entry keeps its id', async () => {
    const visitor = await caller()
    const answer = await visitor.question('Are you open on Sunday?')
    expect(answer.text).toMatch(/closed/i)
    const seqs = visitor.messages.flatMap((message) => (message.type === 'transcript' ? [message.seq] : []))
    expect(seqs).toEqual(seqs.map((_, at) => (seqs[0] ?? 1) + at))
    const visitorEntries = [...visitor.entries.values()].filter(({ role }) => role === 'visitor')
    expect(visitorEntries.map(({ text, final }) => ({ text, final }))).toEqual([{ text: 'Are you open on Sunday?', final: true }])
  })

  it('is silenced by interrupt, and its entry ends where it was heard', async () => {
    const visitor = await caller()
    // Who speaks into the greeting hears the disclosure again with the first answer.
    await visitor.entry('the greeting, heard', ({ role, final }) => role === 'agent' && final)
    const whole = await visitor.question('Do you ship to Pune?')
    const known = new Set(visitor.entries.keys())
    visitor.send({ type: 'text', text: 'Do you ship to Pune?' })
    const begun = await visitor.entry(
      'a second answer',
      ({ id, role, text }) => role === 'agent' && !known.has(id) && text.split(' ').length > 3,
    )
    const start = visitor.messages.findLast((message) => message.type === 'mark' && message.name === 'start')
    const { utterance } = start as { utterance: string }
    await until('a good second of it was heard', () => visitor.heardMs(utterance) > 1200)
    visitor.send({ type: 'interrupt' })
    await visitor.seen('clear', (message) => message.utterance === utterance)
    const cut = await visitor.entry('the cut answer', ({ id, final }) => id === begun.id && final)
    expect(cut.interrupted).toBe(true)
    expect(cut.text).not.toBe('')
    expect(cut.text.length, `${cut.text} is not all of ${begun.text}`).toBeLessThan(begun.text.length)
    expect(whole.text.startsWith(cut.text.replace(/[\s.…]+$/, ''))).toBe(true)
    const bytes = visitor.audioBytes
    visitor.send({ type: 'ping', t: 1 })
    await visitor.seen('pong')
    expect(visitor.audioBytes - bytes, `no audio of ${utterance} after its clear`).toBe(0)
  })

  it('comes in writing alone when the call is typed', async () => {
    const visitor = await caller({ modality: 'text' })
    const answer = await visitor.question('Are you open on Sunday?')
    expect(answer).toMatchObject({ final: true })
    expect(visitor.audioBytes).toBe(0)
  })

  it('keys reach the agent', async () => {
    const visitor = await caller()
    await visitor.entry('the greeting', ({ role, final }) => role === 'agent' && final)
    const known = new Set(visitor.entries.keys())
    visitor.send({ type: 'dtmf', digits: '1' })
    await visitor.entry('an answer to a key', ({ id, role }) => role === 'agent' && !known.has(id))
    expect(errors(visitor)).toEqual([])
  })

  it('mute, context and feedback are taken without a word', async () => {
    const visitor = await caller()
    visitor.send({ type: 'mute', muted: true })
    visitor.send({ type: 'context', text: 'The visitor looks at the Kayal.' })
    visitor.send({ type: 'feedback', score: 5, issue: 'none', comment: 'fine' })
    visitor.send({ type: 'played', utterance: 'unknown', ms: 10 })
    visitor.send({ type: 'mark', utterance: 'unknown', name: 'x' })
    visitor.send({ type: 'tool-result', id: 'unknown', result: null })
    visitor.send({ type: 'ping', t: 42 })
    expect(await visitor.seen('pong')).toEqual({ type: 'pong', t: 42 })
    expect(errors(visitor)).toEqual([])
  })
})

describe('frames that cannot be taken', () => {
  it('audio: any even length up to 100 ms; odd or longer gets bad_audio', async () => {
    const visitor = await caller()
    for (const bytes of [2, 640, 100 * INPUT_BYTES_A_MS]) visitor.ws.send(Buffer.alloc(bytes))
    for (const bytes of [1, 641, 100 * INPUT_BYTES_A_MS + 2]) visitor.ws.send(Buffer.alloc(bytes))
    visitor.send({ type: 'ping', t: 1 })
    await visitor.seen('pong')
    expect(errors(visitor)).toEqual(
      Array(3).fill(expect.objectContaining({ code: 'bad_audio', message: expect.any(String), retryable: expect.any(Boolean) })),
    )
  })

  it.each([
    ['no JSON', '{"type":'],
    ['no object', '"hangup"'],
    ['an unknown type', '{"type":"dance"}'],
    ['a missing field', '{"type":"text"}'],
    ['a wrong field', '{"type":"dtmf","digits":"x"}'],
    ['more than 64 KiB', JSON.stringify({ type: 'text', text: 'x'.repeat(64 * 1024) })],
  ])('text: %s gets an error and is ignored', async (_, frame) => {
    const visitor = await caller()
    visitor.ws.send(frame)
    visitor.send({ type: 'ping', t: 1 })
    await visitor.seen('pong')
    expect(errors(visitor)).toHaveLength(1)
  })

  it('20 in a row close with 1008; a good one in between starts over', async () => {
    const visitor = await caller()
    for (let round = 0; round < 3; round++) {
      for (let frame = 0; frame < 19; frame++) visitor.ws.send('nonsense')
      visitor.send({ type: 'ping', t: round })
      await visitor.seen('pong', ({ t }) => t === round)
    }
    for (let frame = 0; frame < 20; frame++) visitor.ws.send('nonsense')
    expect(await visitor.closed).toMatchObject({ code: 1008 })
  })
})

describe('coming back', () => {
  it('to the same call, with each entry changed since in its newest state', async () => {
    const visitor = await caller({ modality: 'text' })
    await visitor.question('Are you open on Sunday?')
    const { seq } = visitor
    visitor.send({ type: 'text', text: 'Do you ship to Pune?' })
    await visitor.entry('the second question', ({ text }) => text.includes('Pune'))
    visitor.drop()
    await visitor.closed
    const before = visitor.messages.length
    await visitor.connect(`?after=${seq}`)
    await visitor.seen('ready', ({ resumed }) => resumed)
    await visitor.entry('the second answer', ({ role, text, final }) => role === 'agent' && final && /deliver/i.test(text))
    visitor.send({ type: 'ping', t: 1 })
    await visitor.seen('pong')
    const since = visitor.messages.slice(before)
    expect(since[0]).toMatchObject({ type: 'ready', resumed: true, callId: visitor.opened.callId })
    const replayed = since.flatMap((message) => (message.type === 'transcript' ? [message] : []))
    expect(replayed.every((message) => message.seq > seq)).toBe(true)
    expect(replayed.map(({ entry }) => entry.text).join(' ')).toContain('Pune')
    expect(replayed.map(({ entry }) => entry.text).join(' ')).not.toContain('Sunday?')
  })

  it('also without ?after, when all of it is replayed', async () => {
    const visitor = await caller({ modality: 'text' })
    await visitor.question('Are you open on Sunday?')
    visitor.drop()
    await visitor.closed
    const again = await new Visitor(visitor.opened).connect()
    visitors.push(again)
    expect(await again.seen('ready')).toMatchObject({ resumed: true })
    await again.entry('the question', ({ text }) => text.includes('Sunday'))
    expect([...again.entries.keys()]).toEqual([...visitor.entries.keys()])
  })
})

describe('the end', () => {
  it('hangup answers ended and closes; the status never goes backwards', async () => {
    const visitor = await caller()
    expect(await visitor.hangUp()).toMatchObject({ code: 1000 })
    expect(await visitor.seen('ended')).toEqual({ type: 'ended', reason: 'visitor' })
    const order = ['initiated', 'connecting', 'connected', 'completed']
    const places = visitor.messages.flatMap((message) => (message.type === 'status' ? [order.indexOf(message.status)] : []))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(visitor.messages.filter(({ type }) => type === 'ended')).toHaveLength(1)
  })

  it('a page that says it goes leaves the reason page-close', async () => {
    const visitor = await caller()
    visitor.send({ type: 'hangup', reason: 'page-close' })
    expect(await visitor.seen('ended')).toEqual({ type: 'ended', reason: 'page-close' })
  })
})
