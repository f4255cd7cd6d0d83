import { describe, expect, test } from 'vitest'
import { answering, fakeTextLeg, scriptedEngine, world } from './fakes.test-kit.ts'
import type { TextLeg } from './ports.ts'

const HELLO = 'Hello there. How are you?'

/** A call whose carrier speaks: it keeps what it was told to say, and tells what the test says was heard. */
async function afar(engines = [answering('words', (text) => `You said ${text}. And more.`)], persona: Record<string, unknown> = {}) {
  const house = world(engines)
  const call = await house.open({ greeting: HELLO, ...persona })
  const fake = fakeTextLeg()
  const sent: { text: string; utterance: string; last: boolean }[] = []
  const heard = new Map<string, string>()
  const leg: TextLeg = {
    ...fake,
    speaks: true,
    say: (text, utterance, last) => void sent.push({ text, utterance, last }),
    async clear(utterance) {
      const text = heard.get(utterance)
      heard.delete(utterance)
      return text
    },
  }
  call.attach(leg)
  await house.clock.advance(0)
  const current = () => sent.at(-1)?.utterance ?? ''
  return {
    ...house,
    call,
    fake,
    sent,
    current,
    played(text: string, whole = false) {
      heard.set(current(), text)
      fake.emit({ type: 'played', utterance: current(), text, whole })
    },
  }
}

describe('an utterance that the far end speaks', () => {
  test('words go out as they are, and stand in the transcript as they are heard', async () => {
    const { lines, played, sent } = await afar()
    expect(sent).toMatchObject([
      { text: HELLO, last: false },
      { text: '', last: true },
    ])
    expect(lines()).toEqual([])
    played('Hello there.')
    expect(lines()).toEqual(['agent: Hello there. …'])
    played(HELLO, true)
    expect(lines()).toEqual([`agent: ${HELLO}`])
  })

  test('the visitor speaks over it: the line ends with what was heard, and the engine learns it', async () => {
    const engine = answering('words', (text) => `You said ${text}. And more.`)
    const { clock, current, fake, lines, log, played } = await afar([engine])
    played('Hello there. How')
    fake.emit({ type: 'speaking', speaks: true })
    fake.emit({ type: 'cut', utterance: current() })
    await clock.advance(300)
    fake.emit({ type: 'recognised', text: 'Stop please', final: true })
    fake.emit({ type: 'speaking', speaks: false })
    await clock.advance(0)
    played('You said Stop please. And more.', true)
    expect(lines()).toEqual(['agent: Hello there. How —', 'visitor: Stop please', 'agent: You said Stop please. And more.'])
    expect(engine.inputs).toMatchObject([
      { type: 'interrupted', heard: 'Hello there. How' },
      { type: 'turn', by: 'speech' },
    ])
    expect(log.events.find(({ type }) => type === 'utterance.cut')?.payload).toMatchObject({ by: 'speech', heard: 'Hello there. How' })
  })

  test('what was not heard when the socket broke is said again over the next', async () => {
    const { clock, current, fake, lines, played, sent } = await afar()
    played('Hello there.')
    fake.emit({ type: 'detached' })
    await clock.advance(1000)
    fake.emit({ type: 'attached' })
    await clock.advance(0)
    expect(sent.slice(2)).toMatchObject([
      { text: ' How are you?', last: false },
      { text: '', last: true },
    ])
    played(' How are')
    expect(lines()).toEqual(['agent: Hello there. How are …'])
    fake.emit({ type: 'played', utterance: current(), text: ' How are you?', whole: true })
    expect(lines()).toEqual([`agent: ${HELLO}`])
  })

  test('the last words are heard before the call ends, and an interruption ends them', async () => {
    const said = await afar()
    said.played(HELLO, true)
    said.call.sayGoodbye('operator')
    await said.clock.advance(2000)
    expect(said.call.endReason).toBeUndefined()
    said.played(said.sent.at(-2)?.text ?? '', true)
    await said.clock.advance(0)
    expect(said.call.endReason).toBe('operator')

    const cut = await afar()
    cut.played(HELLO, true)
    cut.call.sayGoodbye('operator')
    await cut.clock.advance(100)
    cut.fake.emit({ type: 'cut', utterance: cut.current() })
    await cut.clock.advance(0)
    expect(cut.call.endReason).toBe('operator')
  })

  test('who is heard speaking is not asked whether they are there', async () => {
    const { clock, fake, log, played } = await afar(undefined, { limits: { silenceMs: 5000 } })
    played(HELLO, true)
    fake.emit({ type: 'speaking', speaks: true })
    await clock.advance(20_000)
    expect(log.types()).not.toContain('silence.asked')
    fake.emit({ type: 'speaking', speaks: false })
    await clock.advance(5100)
    expect(log.types()).toContain('silence.asked')
  })
})

describe('an agent whose first engine wants sound', () => {
  const hearing = () => scriptedEngine('hears', () => undefined, { hears: 'audio', speaks: 'audio', speaksHz: 24_000 })

  test('is passed over before it begins, and the log says so', async () => {
    const live = hearing()
    const { call, log } = await afar([live, answering('words', () => 'Yes.')])
    expect(call.engine).toBe('words')
    expect(log.events.find(({ type }) => type === 'engine.passed-over')?.payload).toMatchObject({ engines: ['hears'] })
  })

  test('hands over when it has begun already, the open question with it', async () => {
    const live = hearing()
    const words = answering('words', (text) => `Answer to ${text}.`)
    const house = world([live, words])
    const call = await house.open({ greeting: HELLO })
    const typed = fakeTextLeg()
    await house.clock.advance(0)
    expect(live.contexts).toHaveLength(1)
    call.attach({ ...typed, speaks: true })
    await house.clock.advance(0)
    expect(live.closed).toBe(1)
    typed.emit({ type: 'recognised', text: 'Where are you', final: true })
    await house.clock.advance(0)
    expect(typed.said.join('')).toContain('Answer to Where are you.')
  })

  test('with no engine of words the call says that it cannot go on', async () => {
    const { clock, played, sent, call } = await afar([hearing()])
    await clock.advance(0)
    expect(sent.map(({ text }) => text).join(' ')).toMatch(/problem/)
    played(sent.at(-2)?.text ?? '', true)
    await clock.advance(0)
    expect(call.endReason).toBe('error')
  })
})
