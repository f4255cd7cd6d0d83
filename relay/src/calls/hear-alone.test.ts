import { expect, it } from 'vitest'
import { Persona } from '../agents/persona.ts'
import { TestClock } from '../clock.test-kit.ts'
import { hearAlone } from './hear-alone.ts'
import type { Engine, EngineContext, EngineEvent, EngineInput } from './ports.ts'

/** An engine that hears: it counts what it is given, and says what the test has it say. */
function ear(then: (emit: (event: EngineEvent) => void, heardMs: number) => void) {
  const state = { heardMs: 0, oddPieces: 0, rates: new Set<number>(), closed: 0, context: undefined as EngineContext | undefined }
  const engine: Engine = {
    name: 'ear',
    hears: 'audio',
    speaks: 'audio',
    stallMs: 1000,
    availability: () => ({ ok: true }),
    async start(context) {
      state.context = context
      return {
        take(input: EngineInput) {
          if (input.type !== 'audio') return
          state.rates.add(input.sampleRateHz)
          state.oddPieces += input.bytes.length % 2
          state.heardMs += (input.bytes.length * 500) / input.sampleRateHz
          then(context.emit, state.heardMs)
        },
        async close() {
          state.closed += 1
        },
      }
    },
  }
  return { engine, state }
}

const second = { sampleRateHz: 8000, bytes: new Uint8Array(16_000) }
function heard(engine: Engine, clock = new TestClock(), signal = new AbortController().signal, sound = second) {
  const persona = Persona.parse({ name: 'Asha' })
  return { clock, words: hearAlone(engine, sound, { callId: 'c_1', persona, language: 'en', clock, signal }) }
}

it('gives all of the sound, and silence behind it, and gets the words of all turns', async () => {
  const { engine, state } = ear((emit, ms) => {
    if (ms === 500) emit({ type: 'heard', id: '1', text: 'Hello.', final: true })
    if (ms === 900) emit({ type: 'heard', id: '2', text: 'Please ca', final: false })
    if (ms === 1000) emit({ type: 'heard', id: '2', text: ' Please call me back. ', final: true })
    if (ms === 3000) emit({ type: 'done', utterance: 'u' })
  })
  expect(await heard(engine).words).toBe('Hello. Please call me back.')
  expect([state.heardMs, [...state.rates], state.closed]).toEqual([3000, [8000], 1])
  expect(state.context?.signal.aborted).toBe(true)
})

it('waits a while after the last word where no answer comes, and not for ever where there is none', async () => {
  const one = ear((emit, ms) => ms === 500 && emit({ type: 'heard', id: '1', text: 'Hello.', final: true }))
  const first = heard(one.engine)
  await expect.poll(() => one.state.heardMs).toBe(3000)
  await first.clock.advance(5000)
  expect(await first.words).toBe('Hello.')
  const two = ear(() => undefined)
  const second = heard(two.engine)
  await expect.poll(() => two.state.heardMs).toBe(3000)
  await second.clock.advance(120_000)
  expect(await second.words).toBeUndefined()
  expect([one.state.closed, two.state.closed]).toEqual([1, 1])
})

it('tells a fault, and that it was given up', async () => {
  const faulty = ear((emit, ms) => ms === 200 && emit({ type: 'failed', fault: { code: 'quota', message: 'No more.', retryable: false } }))
  await expect(heard(faulty.engine).words).rejects.toThrow('No more.')
  const quiet = ear(() => undefined)
  const leaving = new AbortController()
  const { words } = heard(quiet.engine, new TestClock(), leaving.signal)
  await expect.poll(() => quiet.state.heardMs).toBe(3000)
  leaving.abort(new Error('closing'))
  await expect(words).rejects.toThrow('closing')
  expect([faulty.state.closed, quiet.state.closed]).toEqual([1, 1])
})

it('gives a voice no more samples than it needs, and whole ones', async () => {
  const given = async (sampleRateHz: number) => {
    const { engine, state } = ear(
      (emit, ms) => ms >= 2999 && emit({ type: 'failed', fault: { code: 'quota', message: 'Heard.', retryable: false } }),
    )
    const { words } = heard(engine, undefined, undefined, { sampleRateHz, bytes: new Uint8Array(2 * sampleRateHz) })
    await expect(words).rejects.toThrow('Heard.')
    return [Math.round(state.heardMs / 10) * 10, [...state.rates], state.oddPieces]
  }
  expect(await given(48_000)).toEqual([3000, [16_000], 0])
  expect(await given(44_100)).toEqual([3000, [16_000], 0])
  expect(await given(11_025)).toEqual([3000, [11_025], 0])
})

it('gives the beginning of one that is too long to wait for a connection', async () => {
  const { engine, state } = ear(() => undefined)
  const { clock, words } = heard(engine, undefined, undefined, { sampleRateHz: 8000, bytes: new Uint8Array(2 * 8000 * 300) })
  await expect.poll(() => state.heardMs).toBe(142_000)
  await clock.advance(120_000)
  expect(await words).toBeUndefined()
})
