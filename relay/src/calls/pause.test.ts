import { expect, test } from 'vitest'
import { answering, fakeAudioLeg, scriptedEngine, world } from './fakes.test-kit.ts'

/** An operator holds the agent back. */

async function onTheLine(engine: Parameters<typeof world>[0][number]) {
  const house = world([engine])
  const call = await house.open()
  const leg = fakeAudioLeg(house.clock)
  call.attach(leg)
  await house.clock.advance(1000)
  return { ...house, call, leg, ask: (text: string) => leg.emit({ type: 'text', text }) }
}

test('held back it is cut at once, answers nothing, and goes on with what it was not asked', async () => {
  const engine = answering('first', (text) => `You said ${text} and I heard every word of it well.`)
  const { ask, call, clock, leg, lines, log } = await onTheLine(engine)
  ask('tea')
  await clock.advance(450)
  call.holdBack(true, 'u_1')
  await clock.advance(50)
  expect(lines().at(-1)).toMatch(/^agent: You said .* —$/)
  const sent = leg.frames.length
  ask('coffee')
  ask('cake')
  await clock.advance(5000)
  expect(leg.frames).toHaveLength(sent)
  expect(lines().slice(-2)).toEqual(['visitor: coffee', 'visitor: cake'])
  expect(engine.inputs.filter(({ type }) => type === 'turn')).toHaveLength(1)
  expect(call.ai).toBe('paused')

  call.holdBack(false, 'u_1')
  await clock.advance(4000)
  expect(lines().at(-1)).toBe('agent: You said coffee cake and I heard every word of it well.')
  expect(call.ai).toBe('active')
  expect(log.types().filter((type) => type.startsWith('ai.'))).toEqual(['ai.paused', 'ai.resumed'])
})

test('told twice it is done once, and nothing unasked is asked twice', async () => {
  const engine = answering('first', (text) => `You said ${text}.`)
  const { ask, call, clock, log } = await onTheLine(engine)
  for (const isHeld of [true, true, false, false]) call.holdBack(isHeld, 'u_1')
  await clock.advance(1000)
  expect(engine.inputs).toEqual([])
  call.holdBack(true, 'u_1')
  ask('tea')
  call.holdBack(false, 'u_1')
  call.holdBack(false, 'u_1')
  await clock.advance(3000)
  expect(engine.inputs.filter(({ type }) => type === 'turn')).toHaveLength(1)
  expect(log.types().filter((type) => type === 'ai.paused')).toHaveLength(2)
})

test('an engine that hears goes on hearing: its transcript counts, its answers do not, and it is told so', async () => {
  const engine = scriptedEngine('ear', () => undefined, { hears: 'audio', speaks: 'audio', speaksHz: 24_000 })
  const { call, clock, leg, lines } = await onTheLine(engine)
  call.holdBack(true, 'u_1')
  await clock.advance(100)
  const sent = leg.frames.length
  leg.emit({ type: 'audio', bytes: new Uint8Array(640) })
  const [context] = engine.contexts
  context?.emit({ type: 'heard', id: 'h1', text: 'Is anybody there?', final: true })
  context?.emit({ type: 'answers', utterance: 'own1' })
  context?.emit({ type: 'audio', utterance: 'own1', bytes: new Uint8Array(4800) })
  context?.emit({ type: 'said', utterance: 'own1', text: 'Yes, I am.' })
  context?.emit({ type: 'hang-up' })
  await clock.advance(2000)
  expect(engine.inputs.some(({ type }) => type === 'audio')).toBe(true)
  expect(lines().at(-1)).toBe('visitor: Is anybody there?')
  expect(leg.frames).toHaveLength(sent)
  expect(engine.inputs.findLast(({ type }) => type === 'interrupted')).toEqual({ type: 'interrupted', utterance: 'own1', heard: '' })
  expect(call.endReason).toBeUndefined()

  call.holdBack(false, 'u_1')
  context?.emit({ type: 'answers', utterance: 'own2' })
  context?.emit({ type: 'audio', utterance: 'own2', bytes: new Uint8Array(4800) })
  await clock.advance(500)
  expect(leg.frames.length).toBeGreaterThan(sent)
})

test('nobody is asked whether they are still there, and a person’s own words are said', async () => {
  const engine = answering('first', (text) => `You said ${text}.`)
  const { call, clock, lines } = await onTheLine(engine)
  call.holdBack(true, 'u_1')
  await clock.advance(600_000)
  expect(lines()).toEqual(['agent: Hello there.'])
  expect(call.endReason).toBeUndefined()
  expect(call.say('One moment please.')).toBe(true)
  await clock.advance(2000)
  expect(lines().at(-1)).toBe('agent: One moment please.')
})
