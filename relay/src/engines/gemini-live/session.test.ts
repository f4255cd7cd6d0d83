import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ToolSpec } from '../../agents/persona.ts'
import type { EngineEvent, EngineInput } from '../../calls/ports.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { silent, testPersona } from '../conformance.test-kit.ts'
import { EngineFailure } from '../faults.ts'
import type { ConnectionEvents } from './connection.ts'
import type { Piece } from './messages.ts'
import { startSession } from './session.ts'

/** What happened, in order: what the call gave, and what the session made of it. */
type Line = { took: EngineInput } | { emitted: EngineEvent } | { closed: true }

const settled = () => new Promise((resolve) => setImmediate(resolve))

function world(route: 'realtime' | 'client-content') {
  const told: Line[] = []
  const ran: unknown[] = []
  const sent: string[] = []
  const clock = new TestClock()
  let line: ConnectionEvents | undefined
  let refusing = 0
  const session = startSession({
    model: 'm',
    route,
    logger: silent,
    context: {
      callId: 'call_1',
      persona: testPersona,
      language: 'en',
      variables: {},
      history: [],
      tools: [ToolSpec.parse({ name: 'find', description: 'Finds.' })],
      clock,
      signal: new AbortController().signal,
      emit: (event) => void told.push({ emitted: event }),
      async useTool(use) {
        ran.push(use.arguments.of)
        await settled()
        return {}
      },
    },
    async connect(_, events) {
      if (refusing > 0) {
        refusing -= 1
        throw new EngineFailure('unavailable', 'down')
      }
      line = events
      return {
        send: (json) => void sent.push(json),
        sound: (before, sound, after) => void sent.push(before + Buffer.from(sound).toString('base64') + after),
        close() {
          if (line === events) line = undefined
        },
      }
    },
  })
  return {
    told,
    ran,
    sent,
    clock,
    hear(pieces: Piece[]) {
      const [first] = pieces
      // As it comes: sound alone goes past the parser.
      if (pieces.length === 1 && first?.type === 'sound') line?.onSound(first.bytes)
      else line?.onMessage(pieces)
    },
    drop(refused: number) {
      refusing = refused
      line?.onGone(new EngineFailure('dropped', 'gone'))
    },
    take(input: EngineInput) {
      told.push({ took: input })
      session.take(input)
    },
    async close() {
      told.push({ closed: true })
      await session.close()
    },
  }
}

const sound = (): Piece => ({ type: 'sound', bytes: new Uint8Array(4) })
const server = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Piece[]>([{ type: 'words', text: 'Tea. ' }, sound()]) },
  { weight: 2, arbitrary: fc.constant<Piece[]>([sound()]) },
  { weight: 2, arbitrary: fc.constant<Piece[]>([{ type: 'generated' }]) },
  { weight: 3, arbitrary: fc.constant<Piece[]>([{ type: 'turn-over' }]) },
  { weight: 1, arbitrary: fc.constant<Piece[]>([sound(), { type: 'generated' }, { type: 'turn-over' }]) },
  { weight: 2, arbitrary: fc.constant<Piece[]>([{ type: 'interrupted' }]) },
  { weight: 2, arbitrary: fc.boolean().map((finished): Piece[] => [{ type: 'heard', text: 'what ', finished }]) },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 4 }).map((id): Piece[] => [{ type: 'use', id: `c${id}`, name: 'find', arguments: { of: `c${id}` } }]),
  },
  { weight: 1, arbitrary: fc.nat({ max: 4 }).map((id): Piece[] => [{ type: 'unuse', ids: [`c${id}`] }]) },
  { weight: 1, arbitrary: fc.constant<Piece[]>([{ type: 'handle', handle: 'h' }]) },
  { weight: 1, arbitrary: fc.constant<Piece[]>([{ type: 'go-away', leftMs: 5000 }]) },
)
const step = fc.oneof(
  { weight: 12, arbitrary: server.map((pieces) => ({ do: 'hear' as const, pieces })) },
  { weight: 2, arbitrary: fc.constantFrom('typing' as const, 'keys' as const).map((by) => ({ do: 'ask' as const, by })) },
  { weight: 2, arbitrary: fc.constant({ do: 'cut' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'note' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'sound' as const }) },
  { weight: 1, arbitrary: fc.nat({ max: 2 }).map((refused) => ({ do: 'drop' as const, refused })) },
  { weight: 1, arbitrary: fc.constantFrom(200, 2000, 6000).map((ms) => ({ do: 'wait' as const, ms })) },
)

/** The newest utterance that the call knows of. */
function newestIn(told: readonly Line[]): string | undefined {
  for (const line of told.toReversed()) {
    if ('took' in line && line.took.type === 'turn') return line.took.utterance
    if ('emitted' in line && line.emitted.type === 'answers') return line.emitted.utterance
  }
  return undefined
}

describe('a session with Gemini Live, whatever happens in whatever order', () => {
  test('says nothing of what is over, names every answer once, and ends what it began', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('realtime', 'client-content'), fc.array(step, { maxLength: 60 }), async (route, steps) => {
        const { told, ran, clock, hear, drop, take, close } = world(route)
        await settled()
        let asked = 0
        for (const one of steps) {
          if (one.do === 'hear') hear(one.pieces)
          else if (one.do === 'ask') take({ type: 'turn', utterance: `u${asked++}`, text: one.by === 'keys' ? '1' : 'Hi', by: one.by })
          else if (one.do === 'note') take({ type: 'context', text: 'They looked at tea.' })
          else if (one.do === 'sound') take({ type: 'audio', bytes: new Uint8Array(640), sampleRateHz: 16_000 })
          else if (one.do === 'drop') drop(one.refused)
          else if (one.do === 'wait') await clock.advance(one.ms)
          else {
            const utterance = newestIn(told)
            if (utterance !== undefined) take({ type: 'interrupted', utterance, heard: '' })
          }
          await settled()
        }
        await clock.advance(10_000)
        await settled()
        // Two ends: of a turn that yields, and of the one that it yields to.
        hear([sound(), { type: 'turn-over' }])
        hear([sound(), { type: 'turn-over' }])
        await settled()
        await close()
        hear([sound()])
        take({ type: 'turn', utterance: 'late', text: 'Hi', by: 'typing' })
        await clock.advance(10_000)
        await settled()
        judge(told)
        expect(new Set(ran).size).toBe(ran.length)
        expect(clock.waiting).toBe(0)
      }),
      { numRuns: 300 },
    )
  }, 60_000)
})

function judge(told: readonly Line[]) {
  const known = new Set<string>()
  const over = new Set<string>()
  const cut = new Set<string>()
  let newest: string | undefined
  let openLine: string | undefined
  const linesOver = new Set<string>()
  let closed = false
  const begin = (utterance: string) => {
    expect(known, 'an utterance begins once').not.toContain(utterance)
    if (newest !== undefined) cut.add(newest)
    known.add(utterance)
    newest = utterance
  }
  for (const line of told) {
    if ('closed' in line) closed = true
    else if ('took' in line) {
      if (line.took.type === 'turn' && !closed) begin(line.took.utterance)
      if (line.took.type === 'interrupted') cut.add(line.took.utterance)
    } else {
      const event = line.emitted
      expect(closed, `${event.type} after the end`).toBe(false)
      if (event.type === 'answers') begin(event.utterance)
      else if (event.type === 'said' || event.type === 'audio') {
        expect(known).toContain(event.utterance)
        expect(over, 'words after done').not.toContain(event.utterance)
        expect(cut, 'words of what is cut').not.toContain(event.utterance)
      } else if (event.type === 'done') {
        expect(over, 'done once').not.toContain(event.utterance)
        expect(cut, 'done of what is cut').not.toContain(event.utterance)
        over.add(event.utterance)
      } else if (event.type === 'interrupted') cut.add(event.utterance)
      else if (event.type === 'heard') {
        expect(linesOver, 'a final line grows').not.toContain(event.id)
        if (openLine !== undefined) expect(event.id, 'two lines are open').toBe(openLine)
        openLine = event.final ? undefined : event.id
        if (event.final) linesOver.add(event.id)
      } else if (event.type === 'failed') return
    }
  }
  if (newest !== undefined && !over.has(newest)) expect(cut, 'ends what it began').toContain(newest)
}
