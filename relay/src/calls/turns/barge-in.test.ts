import { afterAll, describe, expect, test } from 'vitest'
import { answering, type FakeAudioLeg, fakeAudioLeg, world } from '../fakes.test-kit.ts'
import { burst, closeSpeech, frames, quiet, speech } from './clips.test-kit.ts'

afterAll(closeSpeech)

const FORTY = `${Array.from({ length: 40 }, (_, at) => `word${at}`).join(' ')}.`

/** A call whose agent is in the middle of a four second answer; echo cancellation has settled. */
async function inAnAnswer(turns: Record<string, unknown> = {}) {
  const engine = answering('first', (text) => (text === 'go' ? FORTY : 'Well then.'))
  const made = world([engine])
  const call = await made.open({ turns: { settleMs: 0, ...turns } })
  const leg = fakeAudioLeg(made.clock)
  call.attach(leg)
  await made.clock.advance(1000)
  leg.emit({ type: 'text', text: 'go' })
  await made.clock.advance(800)
  return { ...made, engine, leg, hear: (...clips: Uint8Array[]) => hear(made.clock, leg, ...clips) }
}

async function hear(clock: { advance(ms: number): Promise<void> }, leg: FakeAudioLeg, ...clips: Uint8Array[]) {
  for (const bytes of frames(...clips)) {
    leg.emit({ type: 'audio', bytes })
    await clock.advance(20)
  }
}

const answer = (lines: string[]) => lines.find((line) => line.includes('word0'))

describe('the visitor makes a sound over the agent', () => {
  test.each([100, 200, 300])('a burst of %i ms changes nothing', async (ms) => {
    const { clock, lines, leg, hear, log } = await inAnAnswer()
    await hear(await burst(ms), quiet(1000))
    await clock.advance(6000)
    expect(answer(lines())).toBe(`agent: ${FORTY}`)
    expect(leg.cleared).toEqual([])
    expect(log.types()).not.toContain('utterance.held')
  })

  test('a long cough holds the agent, who goes on and is heard to the end', async () => {
    const { clock, lines, hear, log, leg } = await inAnAnswer({ takeWordMs: 1000 })
    await hear(await burst(420), quiet(1000))
    await clock.advance(6000)
    expect(log.types().filter((type) => /held|went-on/.test(type))).toEqual(['utterance.held', 'utterance.went-on'])
    expect(leg.cleared).toHaveLength(1)
    expect(answer(lines())).toBe(`agent: ${FORTY}`)
  })

  test.each(['Wait, I have another question.', 'Could you please stop talking now?'])('a sentence cuts: %s', async (text) => {
    const { clock, lines, hear, engine, leg } = await inAnAnswer()
    await hear(await speech(text), quiet(1000))
    await clock.advance(200)
    expect(answer(lines())).toMatch(/^agent: word0 .* —$/)
    const cut = engine.inputs.find((input) => input.type === 'interrupted')
    expect(answer(lines())).toBe(`agent: ${cut?.type === 'interrupted' ? cut.heard : ''} —`)
    const sent = leg.frames.length
    await clock.advance(5000)
    expect(leg.frames).toHaveLength(sent)
  })

  test('not when the owner wants the agent heard to the end', async () => {
    const { clock, lines, hear } = await inAnAnswer({ interruptible: false })
    await hear(await speech('Could you please stop talking now?'), quiet(1000))
    await clock.advance(5000)
    expect(answer(lines())).toBe(`agent: ${FORTY}`)
  })

  test('what is said while muted is not heard', async () => {
    const { clock, lines, hear, leg } = await inAnAnswer()
    leg.emit({ type: 'muted', muted: true })
    await hear(await speech('Could you please stop talking now?'))
    await clock.advance(5000)
    expect(answer(lines())).toBe(`agent: ${FORTY}`)
  })

  test('while echo cancellation settles it takes more', async () => {
    const { log, hear } = await inAnAnswer({ settleMs: 10_000 })
    await hear(await burst(420), quiet(600))
    expect(log.types()).not.toContain('utterance.held')
  })
})

describe('where words are heard', () => {
  test('a back-channel lets the agent go on, and stands in the transcript', async () => {
    const { clock, lines, hear, leg, engine } = await inAnAnswer()
    leg.emit({ type: 'recognised', text: 'mhm', final: false })
    await hear(await speech('Uh huh, yeah, right'))
    leg.emit({ type: 'recognised', text: 'uh huh yeah right', final: true })
    await hear(quiet(1000))
    await clock.advance(6000)
    expect(answer(lines())).toBe(`agent: ${FORTY}`)
    expect(lines()).toContain('visitor: uh huh yeah right')
    expect(engine.inputs.filter((input) => input.type === 'turn')).toHaveLength(1)
  })

  test('other words cut as soon as they are heard, and become the next turn once the visitor is through', async () => {
    const { clock, lines, hear, leg, engine } = await inAnAnswer()
    const clip = await speech('What does it cost?')
    await hear(clip.subarray(0, 32 * 400))
    leg.emit({ type: 'recognised', text: 'what does', final: false })
    await hear(clip.subarray(32 * 400))
    leg.emit({ type: 'recognised', text: 'what does it cost', final: true })
    await hear(quiet(1000))
    await clock.advance(3000)
    expect(answer(lines())).toMatch(/ —$/)
    expect(engine.inputs.at(-1)).toMatchObject({ type: 'turn', text: 'what does it cost', by: 'speech' })
    expect(lines().slice(-2)).toEqual(['visitor: what does it cost', 'agent: Well then.'])
  })
})
