import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ToolSpec } from '../../agents/persona.ts'
import { isDone, silent, type Talk, talkWith } from '../conformance.test-kit.ts'
import { createFarEnd, type FarEnd } from '../far-end.test-kit.ts'
import { conformsWithModel } from '../model-conformance.test-kit.ts'
import { gemini } from './index.ts'
import { createGeminiWire } from './wire.test-kit.ts'

const create = ({ url, apiKey }: { url: string; apiKey: string | undefined }) =>
  gemini({ apiKey, baseUrl: url, model: 'gemini-3.8-flash', logger: silent })

// Copied from vectors.json gemini.rest_stream.
const VECTOR =
  'data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hel"}]},"index":0}]}\r\n\r\n' +
  'data: {"candidates":[{"content":{"role":"model","parts":[{"text":"lo"}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2,"totalTokenCount":3}}\r\n\r\n'

conformsWithModel({
  name: 'gemini',
  wire: createGeminiWire(),
  missing: 'GEMINI_API_KEY',
  create,
  inStream: [
    [
      'an error in the stream',
      [{ say: 'Send' }, { raw: 'data: {"error":{"code":503,"message":"Overloaded","status":"UNAVAILABLE"}}\r\n\r\n' }],
      'unavailable',
    ],
    [
      'a limit met in the stream',
      [{ say: 'Send' }, { raw: 'data: {"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED"}}\r\n\r\n' }],
      'quota',
    ],
    [
      'a key Google calls invalid with a 400',
      [
        {
          status: 400,
          body: { error: { code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' } },
        },
      ],
      'unauthorized',
    ],
    ['a blocked question', [{ raw: 'data: {"promptFeedback":{"blockReason":"SAFETY"}}\r\n\r\n' }, { end: true }], 'refused'],
    ['an answer stopped for safety', [{ say: 'Send' }, { stop: 'SAFETY' }], 'refused'],
    ['a malformed function call', [{ stop: 'MALFORMED_FUNCTION_CALL' }], 'malformed'],
  ],
})

describe('Gemini', () => {
  let far: FarEnd
  const talks: Talk[] = []
  beforeEach(async () => {
    far = await createFarEnd(createGeminiWire())
  })
  afterEach(async () => {
    for (const { session } of talks.splice(0)) await session.close()
    await far.close()
  })
  const ask = async (more: Parameters<typeof talkWith>[1] = {}) => {
    const one = await talkWith(create({ url: far.url, apiKey: 'k' }), more)
    talks.push(one)
    one.turn('u1', 'How?')
    await one.until(isDone('u1'))
    return one
  }

  it('is asked at the model’s stream with the key in a header, never in the URL', async () => {
    far.next([{ say: 'Hello' }])
    await ask()
    expect(far.asked[0]?.url).toBe('/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse')
    expect(far.asked[0]?.headers['x-goog-api-key']).toBe('k')
  })

  it('is asked by the version of the API that was chosen', async () => {
    const one = await talkWith(gemini({ apiKey: 'k', baseUrl: far.url, apiVersion: 'v1', model: 'gemini-3.8-flash', logger: silent }))
    talks.push(one)
    far.next([{ say: 'Hello' }])
    one.turn('u1', 'How?')
    await one.until(isDone('u1'))
    expect(far.asked[0]?.url).toMatch(/^\/v1\/models\//)
  })

  it('understands the known stream, split anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(VECTOR.length), { maxLength: 6 }), async (cuts) => {
        const places = [...new Set(cuts)].sort((a, b) => a - b)
        const parts = [0, ...places].map((from, i) => ({ raw: VECTOR.slice(from, places[i]) }))
        far.next([...parts, { end: true }])
        const one = await ask()
        expect(one.textOf('u1')).toBe('Hello')
        expect(one.events.find((event) => event.type === 'usage')).toEqual({
          type: 'usage',
          inputTokens: 1,
          outputTokens: 2,
          model: 'gemini-3.8-flash',
        })
      }),
      { numRuns: 25 },
    )
  })

  it('takes every part of a message, but not its thoughts', async () => {
    far.next([
      {
        raw: 'data: {"candidates":[{"content":{"parts":[{"text":"Hmm","thought":true},{"text":"Hel"},{"text":"lo"}]},"finishReason":"STOP"}]}\r\n\r\n',
      },
      { end: true },
    ])
    expect((await ask()).textOf('u1')).toBe('Hello')
  })

  it('gives a tool’s schema as it is, and its use back with Gemini’s signature', async () => {
    const parameters = { type: 'object', properties: { id: { type: 'integer', minimum: 1 } }, additionalProperties: false }
    const tool = ToolSpec.parse({ name: 'get_order', description: 'Looks up.', parameters })
    far.next([{ use: { name: 'get_order', arguments: { id: 7 } } }], [{ say: 'Today.' }])
    await ask({ tools: [tool], useTool: async () => ({ ships: 'today' }) })
    expect(far.asked[0]?.body).toMatchObject({
      tools: [{ functionDeclarations: [{ name: 'get_order', parametersJsonSchema: parameters }] }],
    })
    const contents = far.asked[1]?.body.contents
    expect(contents).toMatchObject([
      { role: 'user' },
      { role: 'model', parts: [{ functionCall: { name: 'get_order', args: { id: 7 } }, thoughtSignature: 'c2lnbmVk' }] },
      { role: 'user', parts: [{ functionResponse: { name: 'get_order', response: { output: { ships: 'today' } } } }] },
    ])
  })
})
