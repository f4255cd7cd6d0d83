import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EngineFailure } from '../faults.ts'
import type { ChatPiece } from '../text/chat-model.ts'
import { eventsOf } from './model.ts'
import { createAssembly, messagesOf } from './wire.ts'

// Copied from vectors.json openai.sse.
const VECTOR =
  'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n' +
  'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}]}\n\n' +
  'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":null}]}\n\n' +
  'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n' +
  'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n' +
  'data: [DONE]\n\n'

// Copied from vectors.json openai.tool_call_deltas.
const DELTAS = [
  { tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'end_call', arguments: '' } }] },
  { tool_calls: [{ index: 0, function: { arguments: '{"rea' } }] },
  { tool_calls: [{ index: 0, function: { arguments: 'son":"done"}' } }] },
]

async function decode(bytes: Uint8Array, cuts: number[]): Promise<string[]> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  const chunks = [0, ...places].map((from, i) => bytes.slice(from, places[i] ?? bytes.length))
  const events: string[] = []
  for await (const data of eventsOf('test', chunks)) events.push(data)
  return events
}

function assemble(events: string[]): ChatPiece[] {
  const assembly = createAssembly('test')
  return [...events.flatMap((data) => assembly.take(data)), ...assembly.finish()]
}

const textOf = (pieces: ChatPiece[]) => pieces.flatMap((piece) => (piece.type === 'text' ? [piece.text] : [])).join('')
const usesOf = (pieces: ChatPiece[]) => pieces.flatMap((piece) => (piece.type === 'use' ? [piece.use] : []))
const deltas = (all: object[]) => [...all.map((delta) => JSON.stringify({ choices: [{ delta }] })), '[DONE]']

describe('server-sent events', () => {
  it('are the same wherever the bytes are split, in any script', async () => {
    const cuts = fc.array(fc.nat(2000), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 8 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        cuts,
        async (texts, line, splits) => {
          const sent = texts.map((text) => JSON.stringify({ text }))
          const bytes = new TextEncoder().encode(sent.map((data) => `data: ${data}${line}${line}`).join(''))
          expect(await decode(bytes, splits)).toEqual(sent)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('survive any bytes: events, or one failure', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(300), { maxLength: 5 }), async (bytes, cuts) => {
        const assembly = createAssembly('test')
        try {
          for (const data of await decode(bytes, cuts)) assembly.take(data)
        } catch (error) {
          expect(error instanceof EngineFailure || error instanceof SyntaxError).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('an answer put together', () => {
  it('is that of the known stream, split anywhere', async () => {
    const bytes = new TextEncoder().encode(VECTOR)
    for (let cut = 0; cut <= bytes.length; cut += 7) {
      const pieces = assemble(await decode(bytes, [cut]))
      expect(textOf(pieces)).toBe('Hello')
      expect(pieces.at(-1)).toEqual({ type: 'usage', inputTokens: 3, outputTokens: 2, model: 'm' })
    }
  })

  it('joins the known tool deltas', () => {
    expect(usesOf(assemble(deltas(DELTAS)))).toEqual([{ id: 'call_1', name: 'end_call', arguments: { reason: 'done' } }])
  })

  it('joins tool deltas however arguments are cut, interleaved, with id and name repeated', () => {
    const value = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean()), {
      maxKeys: 4,
    })
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 5 })),
        fc.infiniteStream(fc.nat(3)),
        fc.boolean(),
        (values, sizes, order, repeats) => {
          const left = values.map((each) => JSON.stringify(each))
          const sent: object[] = []
          for (const index of values.keys())
            sent.push({ tool_calls: [{ index, id: `c${index}`, function: { name: `f${index}`, arguments: '' } }] })
          const [size, pick] = [sizes[Symbol.iterator](), order[Symbol.iterator]()]
          while (left.some((text) => text !== '')) {
            const open = left.flatMap((text, index) => (text === '' ? [] : [index]))
            const index = open[(pick.next().value as number) % open.length] ?? 0
            const take = size.next().value as number
            const again = repeats ? { id: `c${index}` } : {}
            sent.push({
              tool_calls: [
                { index, ...again, function: { arguments: (left[index] ?? '').slice(0, take), ...(repeats ? { name: `f${index}` } : {}) } },
              ],
            })
            left[index] = (left[index] ?? '').slice(take)
          }
          expect(usesOf(assemble(deltas(sent)))).toEqual(
            values.map((each, index) => ({ id: `c${index}`, name: `f${index}`, arguments: { ...each } })),
          )
        },
      ),
    )
  })

  it('takes a missing index for 0, and a new id without one for the next tool', () => {
    const piece = (id: string | undefined, name: string | undefined, text: string) => ({
      tool_calls: [{ ...(id ? { id } : {}), function: { ...(name ? { name } : {}), arguments: text } }],
    })
    expect(usesOf(assemble(deltas([piece('a', 'f', '{"x"'), piece(undefined, undefined, ':1}')])))).toEqual([
      { id: 'a', name: 'f', arguments: { x: 1 } },
    ])
    expect(usesOf(assemble(deltas([piece('a', 'f', '{}'), piece('b', 'g', '{"y"'), piece(undefined, undefined, ':2}')])))).toEqual([
      { id: 'a', name: 'f', arguments: {} },
      { id: 'b', name: 'g', arguments: { y: 2 } },
    ])
  })

  it('is not complete without [DONE] or a reason to stop', () => {
    const assembly = createAssembly('test')
    assembly.take('{"choices":[{"delta":{"content":"Hel"}}]}')
    expect(() => assembly.finish()).toThrow('in the middle')
  })

  it('survives chunks of any shape', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.json().map((json) => `{"choices":[{"delta":${json}}]}`),
          fc.json().map((json) => `{"choices":[{"delta":{"tool_calls":[${json}]}}]}`),
          fc.json().map((json) => `{"choices":${json}}`),
        ),
        (json) => {
          try {
            createAssembly('test').take(json)
          } catch (error) {
            expect(error).toBeInstanceOf(EngineFailure)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('has limits', () => {
    const assembly = createAssembly('test')
    const many = Array.from({ length: 17 }, (_, index) => ({ index, id: `c${index}`, function: { name: 'f', arguments: '' } }))
    expect(() => assembly.take(JSON.stringify({ choices: [{ delta: { tool_calls: many } }] }))).toThrow('more than 16 tools')
    const long = { index: 0, id: 'c', function: { name: 'f', arguments: 'x'.repeat(300_000) } }
    expect(() => createAssembly('test').take(JSON.stringify({ choices: [{ delta: { tool_calls: [long] } }] }))).toThrow('endless')
  })
})

describe('messages', () => {
  it('carry tool uses and results the way OpenAI pairs them', () => {
    const use = { id: 'c1', name: 'get_order', arguments: { id: 7 } }
    expect(
      messagesOf('sys', [
        { role: 'visitor', text: 'Where?' },
        { role: 'agent', text: '', uses: [use] },
        { role: 'tools', results: [{ id: 'c1', name: 'get_order', result: undefined }] },
      ]),
    ).toEqual([
      { role: 'system', content: 'sys' },
      { role: 'user', content: 'Where?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_order', arguments: '{"id":7}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'null' },
    ])
  })
})
