import { describe, expect, test } from 'vitest'
import { answering, fakeAudioLeg, scriptedEngine, world } from './fakes.test-kit.ts'

const echo = () => answering('first', (text) => `You said ${text} and I heard it well.`)

describe('how a call ends', () => {
  test('last words longer than any deadline of ours are heard to their end, whatever is typed meanwhile', async () => {
    const goodbye = `${Array.from({ length: 12 }, () => 'Thank you so much for calling us on this very day.').join(' ')} Goodbye.`
    const engine = scriptedEngine('first', (input, context) => {
      if (input.type !== 'turn') return
      context.emit({ type: 'hang-up' })
      context.emit({ type: 'text', utterance: input.utterance, text: goodbye })
      context.emit({ type: 'done', utterance: input.utterance })
    })
    const { clock, open, log, lines } = world([engine])
    const call = await open()
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(1000)
    leg.emit({ type: 'text', text: 'bye' })
    await clock.advance(9000)
    leg.emit({ type: 'text', text: 'wait' })
    leg.emit({ type: 'interrupt' })
    leg.emit({ type: 'feedback', score: 5 })
    await clock.advance(2000)
    expect(call.stage).toBe('ending')
    await clock.advance(5000)
    expect(lines().at(-1)).toBe(`agent: ${goodbye}`)
    expect(log.closes).toMatchObject([{ status: 'completed', endReason: 'agent' }])
    expect(log.types()).toContain('feedback')
    expect(engine.inputs).toHaveLength(1)
  })

  test('who hangs up during the last words ends them; they were said for the reason that stays', async () => {
    const { clock, open, log } = world([echo()])
    const call = await open()
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(1000)
    call.sayGoodbye('operator')
    await clock.advance(500)
    expect(call.stage).toBe('ending')
    leg.emit({ type: 'closed', reason: 'visitor' })
    await clock.advance(10)
    await call.closed
    expect(log.closes).toMatchObject([{ endReason: 'operator' }])
  })

  test('the time a call may take is over: a sentence says so, then it ends with deadline', async () => {
    const { clock, open, log, lines } = world([echo()])
    const call = await open({ limits: { maxDurationMs: 10_000 } })
    call.attach(fakeAudioLeg(clock))
    await clock.advance(9900)
    expect(lines()).toHaveLength(1)
    await clock.advance(5000)
    expect(lines().at(-1)).toMatch(/^agent: Our time is up.*goodbye\.$/)
    expect(log.closes).toMatchObject([{ status: 'completed', endReason: 'deadline' }])
  })

  test('a page that said it goes is given little time to be wrong', async () => {
    const { clock, open, log } = world([echo()])
    const call = await open()
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(1000)
    leg.emit({ type: 'detached', leaving: 'page-close' })
    await clock.advance(4900)
    expect(call.stage).toBe('away')
    await clock.advance(100)
    await call.closed
    expect(log.closes).toMatchObject([{ status: 'completed', endReason: 'page-close' }])
  })

  test('a line that does not come back ends the call once', async () => {
    const { clock, open, log } = world([echo()])
    const call = await open()
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(1000)
    leg.emit({ type: 'detached' })
    await clock.advance(30_000)
    leg.emit({ type: 'attached' })
    call.hangUp('visitor')
    await call.closed
    expect(log.closes).toEqual([{ callId: call.id, status: 'completed', endReason: 'connection' }])
  })

  test('hanging up mid-word: the last line ends where the far end says it was heard', async () => {
    const { clock, open, lines, log } = world([answering('first', () => 'one two three four five six seven eight nine ten.')])
    const call = await open()
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(1000)
    leg.emit({ type: 'text', text: 'go' })
    await clock.advance(430)
    call.hangUp('visitor')
    leg.emit({ type: 'text', text: 'too late' })
    await clock.advance(10)
    await call.closed
    expect(lines().slice(-2)).toEqual(['visitor: go', 'agent: one two three four —'])
    expect(leg.cleared).toHaveLength(1)
    expect(log.types().at(-1)).not.toBe('turn')
  })

  test('nobody comes: the call fails and its book is closed', async () => {
    const { clock, open, log, calls } = world([echo()])
    await open()
    await clock.advance(60_000)
    expect(log.closes).toMatchObject([{ status: 'failed', endReason: 'connection' }])
    expect(calls.size).toBe(0)
  })

  test('silence is asked about once, then ends the call after its goodbye was heard', async () => {
    const { clock, open, lines, log } = world([echo()])
    const call = await open({ limits: { silenceMs: 5000 } })
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(6500)
    expect(lines().at(-1)).toBe('agent: Are you still there?')
    await clock.advance(5000)
    expect(log.closes).toEqual([])
    await clock.advance(4000)
    expect(lines().at(-1)).toMatch(/^agent: I cannot hear from you.*Goodbye\.$/)
    expect(log.closes).toMatchObject([{ status: 'completed', endReason: 'deadline' }])
    expect(leg.closedWith).toBe('deadline')
  })

  test('the agent hangs up only after its goodbye was heard', async () => {
    const engine = scriptedEngine('first', (input, context) => {
      if (input.type !== 'turn') return
      context.emit({ type: 'text', utterance: input.utterance, text: 'Thank you and goodbye.' })
      context.emit({ type: 'hang-up' })
      context.emit({ type: 'done', utterance: input.utterance })
    })
    const { clock, open, log, lines } = world([engine])
    const call = await open()
    call.attach(fakeAudioLeg(clock))
    await clock.advance(1000)
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    leg.emit({ type: 'text', text: 'bye' })
    await clock.advance(300)
    expect(log.closes).toEqual([])
    await clock.advance(500)
    expect(lines().at(-1)).toBe('agent: Thank you and goodbye.')
    expect(log.closes).toMatchObject([{ status: 'completed', endReason: 'agent' }])
  })
})
