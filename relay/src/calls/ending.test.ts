import { describe, expect, test } from 'vitest'
import { answering, fakeAudioLeg, fakeVoice, scriptedEngine, world } from './fakes.test-kit.ts'
import type { Voice } from './ports.ts'

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

  test('a wish to hang up that was cut with the words around it is no wish any more', async () => {
    const engine = scriptedEngine('first', (input, context) => {
      if (input.type !== 'turn') return
      context.emit({ type: 'text', utterance: input.utterance, text: 'one two three four five six seven eight. ' })
      if (input.text === 'bye') context.clock.after(300, () => context.emit({ type: 'hang-up' }))
      else context.emit({ type: 'done', utterance: input.utterance })
    })
    const { clock, open, lines } = world([engine])
    const call = await open()
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(1000)
    leg.emit({ type: 'text', text: 'bye' })
    await clock.advance(250)
    const answer = Promise.withResolvers<number | undefined>()
    leg.clear = () => answer.promise
    leg.emit({ type: 'text', text: 'one more thing' })
    await clock.advance(100)
    answer.resolve(200)
    await clock.advance(3000)
    expect(call.stage).toBe('live')
    expect(lines().at(-1)).toBe('agent: one two three four five six seven eight.')
  })

  test('what was asked in the last moment is taken down, and given to nobody', async () => {
    const engine = answering('first', () => 'one two three four five six seven eight nine ten.')
    const { clock, open, lines, log } = world([engine])
    const call = await open()
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(1000)
    leg.emit({ type: 'text', text: 'go' })
    await clock.advance(300)
    const answer = Promise.withResolvers<number | undefined>()
    leg.clear = () => answer.promise
    leg.emit({ type: 'text', text: 'wait' })
    await clock.advance(10)
    call.hangUp('visitor')
    answer.resolve(230)
    await clock.advance(10)
    await call.closed
    expect(lines().slice(-2)).toEqual(['agent: one two —', 'visitor: wait'])
    expect(engine.inputs.filter((input) => input.type === 'turn')).toHaveLength(1)
    expect(log.types().filter((type) => type === 'turn')).toHaveLength(1)
    expect(log.types().filter((type) => type === 'utterance.cut')).toHaveLength(1)
  })

  test('before anybody came: the voice stops making the greeting', async () => {
    let stopped = 0
    const voice: Voice = {
      ...fakeVoice(),
      async *speak(_, __, signal) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        stopped += 1
      },
    }
    const { open, clock } = world([echo()], { voice })
    const call = await open()
    await clock.advance(10)
    call.hangUp('operator')
    await call.closed
    expect(stopped).toBe(1)
  })

  test('the book is closed with what the engines used, and a tool that was never answered', async () => {
    const engine = scriptedEngine('first', (input, context) => {
      if (input.type !== 'turn') return
      for (const outputTokens of [2, 3]) context.emit({ type: 'usage', model: 'm', inputTokens: 10, outputTokens })
      void context.useTool({ id: 't', name: 'look', arguments: {} }, context.signal)
    })
    const { clock, open, log } = world([engine])
    const call = await open({ tools: [{ name: 'look', description: 'looks' }] })
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(1000)
    leg.emit({ type: 'text', text: 'look' })
    await clock.advance(10)
    call.hangUp('visitor')
    await clock.advance(10)
    await call.closed
    expect(log.usage).toEqual([{ m: { inputTokens: 20, outputTokens: 5 } }])
    expect(log.events.find((event) => event.type === 'tool.finished')?.payload).toMatchObject({ result: { error: 'The call ended.' } })
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

  test('last words that are being said when the time is over are heard to their end', async () => {
    const engine = scriptedEngine('first', (input, context) => {
      if (input.type !== 'turn') return
      context.emit({ type: 'text', utterance: input.utterance, text: 'Thank you for calling, it was nice to talk, goodbye.' })
      context.emit({ type: 'hang-up' })
      context.emit({ type: 'done', utterance: input.utterance })
    })
    const { clock, open, lines, log } = world([engine])
    const call = await open({ limits: { maxDurationMs: 10_000 } })
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(9700)
    leg.emit({ type: 'text', text: 'bye' })
    await clock.advance(3000)
    expect(lines().at(-1)).toBe('agent: Thank you for calling, it was nice to talk, goodbye.')
    expect(log.closes).toMatchObject([{ endReason: 'agent' }])
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

  test('nobody is asked whether they are there while their line is away, also when it is lost again while it comes back', async () => {
    const { clock, open, lines } = world([echo()])
    const call = await open({ limits: { silenceMs: 5000 } })
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(250)
    leg.emit({ type: 'detached' })
    const answer = Promise.withResolvers<number | undefined>()
    leg.clear = () => answer.promise
    leg.emit({ type: 'attached' })
    leg.emit({ type: 'detached' })
    answer.resolve(undefined)
    await clock.advance(29_000)
    expect(lines()).toEqual(['agent: Hello there.'])
    leg.emit({ type: 'attached' })
    await clock.advance(4000)
    expect(lines()).toEqual(['agent: Hello there.'])
    await clock.advance(3000)
    expect(lines().at(-1)).toBe('agent: Are you still there?')
  })

  test('silence is asked about once, then ends the call after its goodbye was heard', async () => {
    const { clock, open, lines, log } = world([echo()])
    const call = await open({ limits: { silenceMs: 5000 } })
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(6500)
    expect(lines().at(-1)).toBe('agent: Are you still there?')
    leg.emit({ type: 'text', text: 'yes' })
    await clock.advance(7000)
    expect(lines().slice(-2)).toEqual(['agent: You said yes and I heard it well.', 'agent: Are you still there?'])
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
