import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { withSandbox } from '../sandbox.test-kit.ts'
import { QUICK, sessionsOf, turnComplete, Visitor, voice } from './live.test-kit.ts'
import { BareSocket, refused } from './socket.test-kit.ts'

/** What can be ordered to go wrong. */

const sandbox = withSandbox()
beforeEach(async () => void (await sandbox.post('gemini-live/settings', QUICK)))
afterAll(() => voice.close())
const service = 'gemini-live' as const
const COST = 'What does the Monsoon lamp cost?'
const ANSWER = 'The Monsoon lamp costs 2,450 rupees.'
const ask = async () => {
  const visitor = await Visitor.connect(sandbox)
  visitor.session.sendRealtimeInput({ text: COST })
  return visitor
}

describe('at the door', () => {
  test.each([
    [
      { kind: 'status', status: 503 },
      { status: 503, retryAfter: undefined },
    ],
    [{ kind: 'unauthorized' }, { status: 401, retryAfter: undefined }],
    [
      { kind: 'rate-limit', retryAfterMs: 7000 },
      { status: 429, retryAfter: '7' },
    ],
  ] as const)('%j', async (fault, seen) => {
    await sandbox.order({ service, ...fault })
    expect(await refused(sandbox.url())).toEqual(seen)
    await Visitor.connect(sandbox)
  })
})

describe('instead of setupComplete', () => {
  test.each([
    [{ kind: 'close', code: 1011, reason: 'Deadline expired', when: 'setup' }, '1011'],
    [{ kind: 'close', code: 1008, reason: 'Policy', when: 'setup' }, '1008'],
    [{ kind: 'quota' }, 'RESOURCE_EXHAUSTED'],
    [{ kind: 'drop', when: 'setup' }, '1006'],
  ] as const)('%j', async (fault, words) => {
    await sandbox.order({ service, ...fault })
    await expect(Visitor.connect(sandbox)).rejects.toThrow(words)
    await Visitor.connect(sandbox)
  })

  test('silence, until released', async () => {
    await sandbox.order({ service, kind: 'stall', when: 'setup' })
    const connecting = Visitor.connect(sandbox)
    await expect.poll(async () => (await sessionsOf(sandbox))[0]?.faults).toMatchObject([{ kind: 'stall' }])
    await sandbox.post('release')
    await connecting
  })
})

describe('amid an answer', () => {
  test.each([
    [
      { kind: 'close', code: 1011, reason: 'Deadline expired' },
      { code: 1011, reason: 'Deadline expired' },
    ],
    [
      { kind: 'close', code: 1007, reason: 'x' },
      { code: 1007, reason: 'x' },
    ],
    [
      { kind: 'quota', when: 'answer' },
      { code: 1011, reason: expect.stringContaining('RESOURCE_EXHAUSTED') },
    ],
    [{ kind: 'error-in-stream' }, { code: 1011, reason: 'Internal error encountered.' }],
    [{ kind: 'drop' }, { code: 1006, reason: '' }],
  ] as const)('%j', async (fault, seen) => {
    await sandbox.order({ service, ...fault, afterWords: 2 })
    const visitor = await ask()
    expect(await visitor.closed.promise).toEqual(seen)
    expect(visitor.spoken()).toBe('The Monsoon ')
    expect((await sessionsOf(sandbox))[0]).toMatchObject({ faults: [{ kind: fault.kind }], closed: { by: 'sandbox', code: seen.code } })
  })

  test('stall: the socket stays and says nothing, not even to new words, until released', async () => {
    await sandbox.order({ service, kind: 'stall', afterWords: 2 })
    const visitor = await ask()
    await expect.poll(async () => (await sessionsOf(sandbox))[0]?.faults[0]?.metMs).toBeDefined()
    await visitor.until(() => visitor.spoken() === 'The Monsoon ')
    visitor.session.sendRealtimeInput({ text: COST })
    await expect.poll(async () => (await sessionsOf(sandbox))[0]?.answers[1]?.completeMs).toBeDefined()
    expect([visitor.spoken(), visitor.messages.some((each) => each.serverContent?.interrupted)]).toEqual(['The Monsoon ', false])
    await sandbox.post('release')
    await visitor.until((each) => each.serverContent?.interrupted)
    await visitor.until((each) => each.serverContent?.generationComplete)
  })

  test('stall for a time', async () => {
    await sandbox.order({ service, kind: 'stall', afterWords: 1, forMs: 100 })
    const visitor = await ask()
    await visitor.until(turnComplete)
    expect(visitor.spoken()).toBe(ANSWER)
  })

  test('malformed: a frame that is no JSON, then the rest', async () => {
    await sandbox.order({ service, kind: 'malformed', afterWords: 1 })
    const socket = await new BareSocket(sandbox.url()).ready()
    socket.send({ realtimeInput: { text: COST } })
    await expect.poll(() => socket.frames.some(({ json }) => json.includes('turnComplete'))).toBe(true)
    const broken = socket.frames.filter(({ json }) => {
      try {
        return !JSON.parse(json)
      } catch {
        return true
      }
    })
    expect(broken).toHaveLength(1)
  })

  test('odd-chunk: audio that ends amid a sample', async () => {
    await sandbox.order({ service, kind: 'odd-chunk', afterWords: 1 })
    const visitor = await ask()
    await visitor.until(turnComplete)
    const odd = visitor.messages.filter((each) => Buffer.from(each.data ?? '', 'base64').length % 2 === 1)
    expect(odd).toHaveLength(1)
  })

  test('no-end: all words, neither generationComplete nor turnComplete', async () => {
    await sandbox.order({ service, kind: 'no-end' })
    const visitor = await ask()
    const whole = await voice.say(ANSWER, 'slt', 24_000)
    await visitor.until(() => visitor.sound().length === whole.length)
    visitor.session.sendRealtimeInput({ text: 'My name is Asha' })
    await visitor.until(() => visitor.spoken().includes('Asha'))
    const first = visitor.messages.findIndex((each) => each.serverContent?.outputTranscription?.text?.includes('Nice'))
    expect(visitor.messages.slice(0, first).some((each) => turnComplete(each) || each.serverContent?.generationComplete)).toBe(false)
  })

  test('slow-start and say', async () => {
    await sandbox.order({ service, kind: 'slow-start', delayMs: 400 })
    await sandbox.order({ service, kind: 'say', pieces: ['One ', 'two.'], match: 'count' })
    const visitor = await Visitor.connect(sandbox)
    visitor.session.sendRealtimeInput({ text: COST })
    await visitor.until(turnComplete)
    const from = visitor.messages.length
    visitor.session.sendRealtimeInput({ text: 'Please count' })
    await visitor.until(turnComplete, from)
    expect(visitor.spoken(from)).toBe('One two.')
    const [slow] = (await sessionsOf(sandbox))[0]?.answers ?? []
    expect((slow?.firstAudioMs ?? 0) - (slow?.begunMs ?? 0)).toBeGreaterThanOrEqual(395)
  })

  test('an order for one service is none for another', async () => {
    await sandbox.order({ service: 'gemini', kind: 'drop' })
    const visitor = await ask()
    await visitor.until(turnComplete)
    expect(visitor.spoken()).toBe(ANSWER)
  })
})

describe('at once', () => {
  test.each([
    [{ do: 'drop' }, { code: 1006, reason: '' }],
    [
      { do: 'close', code: 1011, reason: 'Deadline expired' },
      { code: 1011, reason: 'Deadline expired' },
    ],
  ])('%j', async (order, seen) => {
    const visitor = await Visitor.connect(sandbox)
    await sandbox.post('gemini-live/now', order)
    expect(await visitor.closed.promise).toEqual(seen)
  })

  test('stall and release', async () => {
    const visitor = await Visitor.connect(sandbox)
    await sandbox.post('gemini-live/now', { do: 'stall' })
    visitor.session.sendRealtimeInput({ text: COST })
    await expect.poll(async () => (await sessionsOf(sandbox))[0]?.answers[0]?.completeMs).toBeDefined()
    expect(visitor.spoken()).toBe('')
    await sandbox.post('release')
    await visitor.until(turnComplete)
    expect(visitor.spoken()).toBe(ANSWER)
  })
})
