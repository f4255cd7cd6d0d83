import fc from 'fast-check'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Persona } from '../agents/persona.ts'
import type { Engine, EngineContext, EngineEvent, EngineInput, EngineSession } from '../calls/ports.ts'
import { TestClock } from '../clock.test-kit.ts'

export const silent = pino({ level: 'silent' })

/** One engine with all that has to be closed after a test. */
export interface World {
  engine: Engine
  /** Makes the next turns answerable; engines without a far end need nothing. */
  ready(turns: number): void
  /** Resolves when nothing the engine started can still make it speak. */
  quiet(): Promise<void>
  close(): Promise<void>
}

/** A started session and everything it emitted. */
export interface Talk {
  session: EngineSession
  events: EngineEvent[]
  /** Stands for the call's end or a replaced engine. */
  abort: AbortController
  turn(utterance: string, text: string, by?: 'typing' | 'keys'): void
  /** Resolves with the first event that fits, from now on or before. */
  until(fits: (event: EngineEvent) => boolean): Promise<EngineEvent>
  /** Called with every event at the moment it is emitted. */
  watch(watcher: (event: EngineEvent) => void): void
  textOf(utterance: string): string
}

export const testPersona = Persona.parse({
  name: 'Asha',
  prompt: 'You sell tea for {{shop}}.',
  knowledge: {
    questions: [
      {
        question: 'How can I return an order?',
        answer: 'Send it back within 30 days. We refund you in five days. Opened packs stay with you.',
      },
      { question: 'What are your opening hours?', answer: 'We open at nine. We close at six. On Sunday we rest.' },
    ],
  },
  keyMenu: [
    { digit: '1', label: 'opening hours', say: 'We open at nine at {{shop}}.' },
    { digit: '2', label: 'returns' },
    { digit: '8', label: 'this menu', action: 'menu' },
    { digit: '0', label: 'goodbye', action: 'end', say: 'Goodbye then.' },
  ],
})

export async function talkWith(engine: Engine, more: Partial<EngineContext> = {}): Promise<Talk> {
  const events: EngineEvent[] = []
  const waiting = new Set<{ fits: (event: EngineEvent) => boolean; resolve: (event: EngineEvent) => void }>()
  const watchers: ((event: EngineEvent) => void)[] = []
  const abort = new AbortController()
  const session = await engine.start({
    callId: 'call_1',
    persona: testPersona,
    language: 'en',
    variables: { shop: 'Kettle' },
    history: [],
    tools: [],
    clock: new TestClock(),
    signal: abort.signal,
    emit(event) {
      events.push(event)
      for (const watcher of watchers) watcher(event)
      for (const one of waiting) {
        if (!one.fits(event)) continue
        waiting.delete(one)
        one.resolve(event)
      }
    },
    useTool: async () => ({ error: 'no tools here' }),
    ...more,
  })
  return {
    session,
    events,
    abort,
    turn: (utterance, text, by = 'typing') => session.take({ type: 'turn', utterance, text, by }),
    until(fits) {
      const found = events.find(fits)
      return found ? Promise.resolve(found) : new Promise((resolve) => waiting.add({ fits, resolve }))
    },
    watch: (watcher) => void watchers.push(watcher),
    textOf: (utterance) => events.flatMap((event) => (event.type === 'text' && event.utterance === utterance ? [event.text] : [])).join(''),
  }
}

/** Some rounds of the event loop: whatever was about to happen has happened. */
export async function rounds(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
}

export const isDone = (utterance: string) => (event: EngineEvent) => event.type === 'done' && event.utterance === utterance
const RETURNS = 'How can I return an order?'
const HOURS = 'What are your opening hours?'

/** What every engine that hears and speaks text has to do, whatever is behind it. Its answers to turns are several pieces long. */
export function conforms(name: string, createWorld: () => Promise<World>): void {
  describe(`${name} as an engine`, () => {
    let world: World
    const talks: Talk[] = []
    beforeEach(async () => {
      world = await createWorld()
    })
    afterEach(async () => {
      for (const { session } of talks.splice(0)) await session.close()
      await world.close()
    })
    const talk = async (more?: Partial<EngineContext>) => {
      const one = await talkWith(world.engine, more)
      talks.push(one)
      return one
    }
    const afterwards = async () => {
      await world.quiet()
      await rounds()
    }

    it('hears and speaks text, is available, and says how long it may be silent', () => {
      expect(world.engine).toMatchObject({ hears: 'text', speaks: 'text' })
      expect(world.engine.availability()).toEqual({ ok: true })
      expect(world.engine.stallMs).toBeGreaterThan(0)
    })

    it('says nothing before it is asked', async () => {
      const { events, session } = await talk()
      session.take({ type: 'context', text: 'The visitor looks at green tea.' })
      session.take({ type: 'whisper', text: 'Be brief.' })
      session.take({ type: 'interrupted', utterance: 'greeting', heard: 'Hello' })
      await afterwards()
      expect(events).toEqual([])
    })

    it('answers a turn with text in pieces, then done, all under its utterance', async () => {
      world.ready(1)
      const { turn, until, events, textOf } = await talk()
      turn('u1', RETURNS)
      await until(isDone('u1'))
      await afterwards()
      const kinds = events.filter((event) => event.type !== 'usage').map((event) => event.type)
      expect(kinds.length).toBeGreaterThan(2)
      expect(kinds).toEqual([...new Array(kinds.length - 1).fill('text'), 'done'])
      expect(events.every((event) => !('utterance' in event) || event.utterance === 'u1')).toBe(true)
      expect(textOf('u1')).not.toMatch(/^\s|\s$/)
    })

    it('answers turn after turn', async () => {
      world.ready(2)
      const { turn, until, textOf } = await talk()
      turn('u1', RETURNS)
      await until(isDone('u1'))
      turn('u2', HOURS)
      await until(isDone('u2'))
      expect(textOf('u2')).not.toBe('')
    })

    const stops: [string, (talk: Talk) => void | Promise<void>][] = [
      ['a newer turn', ({ turn }) => turn('u2', HOURS)],
      ['an interruption', ({ session }) => session.take({ type: 'interrupted', utterance: 'u1', heard: '' })],
      ['close', ({ session }) => session.close()],
      ['its signal', ({ abort }) => abort.abort()],
    ]

    it.each(stops)('%s in the middle of an answer stops that answer at once', async (_, stop) => {
      world.ready(2)
      const one = await talk()
      let stopped: Promise<void> | undefined
      let before = 0
      one.watch((event) => {
        if (event.type !== 'text' || event.utterance !== 'u1' || stopped) return
        before = one.events.length
        stopped = Promise.resolve(stop(one))
      })
      one.turn('u1', RETURNS)
      await one.until((event) => event.type === 'text')
      await stopped
      await afterwards()
      expect(one.events.slice(before).filter((event) => 'utterance' in event && event.utterance === 'u1')).toEqual([])
    })

    it.each(stops.slice(0, 2))('after %s the next turn is answered', async (_, stop) => {
      world.ready(3)
      const one = await talk()
      one.turn('u1', RETURNS)
      await stop(one)
      one.turn('u3', HOURS)
      await one.until(isDone('u3'))
      expect(one.textOf('u3')).not.toBe('')
    })

    it.each(stops.slice(2))('after %s it hears nothing more, and closing again does no harm', async (_, stop) => {
      world.ready(1)
      const one = await talk()
      await stop(one)
      one.turn('u1', RETURNS)
      one.session.take({ type: 'context', text: 'more' })
      await one.session.close()
      await one.session.close()
      await afterwards()
      expect(one.events).toEqual([])
    })

    it('started for a call that is over, it says nothing', async () => {
      world.ready(1)
      const one = await talk({ signal: AbortSignal.abort() })
      one.turn('u1', RETURNS)
      await afterwards()
      expect(one.events).toEqual([])
    })

    it('an interruption of something else does not stop the answer', async () => {
      world.ready(1)
      const one = await talk()
      one.turn('u1', RETURNS)
      one.session.take({ type: 'interrupted', utterance: 'greeting', heard: 'Hel' })
      await one.until(isDone('u1'))
    })

    it('keys of the menu get the owner’s words, exactly', async () => {
      const one = await talk()
      one.turn('u1', '1', 'keys')
      await one.until(isDone('u1'))
      expect(one.textOf('u1')).toBe('We open at nine at Kettle.')
      one.turn('u2', '8', 'keys')
      await one.until(isDone('u2'))
      expect(one.textOf('u2')).toBe('Press 1 for opening hours. Press 2 for returns. Press 8 for this menu. Press 0 for goodbye.')
      one.turn('u3', '0', 'keys')
      await one.until(isDone('u3'))
      expect(one.textOf('u3')).toBe('Goodbye then.')
      expect(one.events.filter((event) => event.type === 'hang-up').length).toBe(1)
    })

    it('keeps the order of events whatever order inputs come in', async () => {
      const input: fc.Arbitrary<EngineInput | 'wait' | 'close'> = fc.oneof(
        {
          weight: 4,
          arbitrary: fc
            .constantFrom('a', 'b', 'c', 'd')
            .map((text): EngineInput => ({ type: 'turn', utterance: '', text: `${text} ${RETURNS}`, by: 'typing' })),
        },
        {
          weight: 3,
          arbitrary: fc.constantFrom(0, 1, 2).map((back): EngineInput => ({ type: 'interrupted', utterance: `u${back}`, heard: 'Send' })),
        },
        { weight: 1, arbitrary: fc.constant<EngineInput>({ type: 'context', text: 'note' }) },
        { weight: 4, arbitrary: fc.constant('wait' as const) },
        { weight: 1, arbitrary: fc.constant('close' as const) },
      )
      await fc.assert(
        fc.asyncProperty(fc.array(input, { maxLength: 12 }), async (inputs) => {
          const one = await talk()
          let turns = 0
          let live: string | undefined
          let closed = false
          const wrong: EngineEvent[] = []
          one.watch((event) => {
            if (closed) wrong.push(event)
            if (!('utterance' in event)) return
            if (event.utterance !== live) wrong.push(event)
            if (event.type === 'done') live = undefined
          })
          for (const each of inputs) {
            if (each === 'wait') await rounds()
            else if (each === 'close') {
              closed = true
              await one.session.close()
            } else if (each.type === 'turn') {
              world.ready(1)
              turns++
              live = closed ? undefined : `t${turns}`
              one.session.take({ ...each, utterance: `t${turns}` })
            } else if (each.type === 'interrupted') {
              const utterance = `t${turns - Number(each.utterance.slice(1))}`
              if (live === utterance) live = undefined
              one.session.take({ ...each, utterance })
            } else one.session.take(each)
          }
          await rounds()
          await one.session.close()
          closed = true
          await afterwards()
          expect(wrong).toEqual([])
        }),
        { numRuns: 15 },
      )
    })
  })
}
