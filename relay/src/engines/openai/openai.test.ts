import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isDone, silent, type Talk, talkWith } from '../conformance.test-kit.ts'
import { createFarEnd, type FarEnd } from '../far-end.test-kit.ts'
import { conformsWithModel } from '../model-conformance.test-kit.ts'
import { openAiCompatible } from './index.ts'
import { createOpenAiWire } from './wire.test-kit.ts'

const create = ({ url, apiKey }: { url: string; apiKey: string | undefined }) =>
  openAiCompatible({ name: 'openai', apiKey, baseUrl: `${url}/v1/`, model: 'test-model', missing: 'OPENAI_API_KEY', logger: silent })

conformsWithModel({
  name: 'openai',
  wire: createOpenAiWire(),
  missing: 'OPENAI_API_KEY',
  create,
  inStream: [
    [
      'an error in the stream',
      [{ say: 'Send' }, { raw: 'data: {"error":{"message":"Overloaded","type":"server_error"}}\n\n' }],
      'unavailable',
    ],
    [
      'a limit met in the stream',
      [{ say: 'Send' }, { raw: 'data: {"error":{"message":"slow down","code":"rate_limit_exceeded"}}\n\n' }],
      'quota',
    ],
    ['a key that expires in the stream', [{ raw: 'data: {"error":{"message":"bad","code":"invalid_api_key"}}\n\n' }], 'unauthorized'],
    ['a filtered answer', [{ say: 'Send' }, { stop: 'content_filter' }], 'refused'],
    [
      'tool arguments that are no object',
      [
        {
          raw: 'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"[1"}}]},"finish_reason":"tool_calls"}]}\n\n',
        },
      ],
      'malformed',
    ],
  ],
})

describe('an OpenAI-compatible server', () => {
  let far: FarEnd
  const talks: Talk[] = []
  beforeEach(async () => {
    far = await createFarEnd(createOpenAiWire())
  })
  afterEach(async () => {
    for (const { session } of talks.splice(0)) await session.close()
    await far.close()
  })
  const ask = async (engine = create({ url: far.url, apiKey: 'k' }), utterance = 'u1') => {
    const one = await talkWith(engine)
    talks.push(one)
    one.turn(utterance, 'How?')
    await one.until(isDone(utterance))
    return one
  }

  it('is asked at its path with the key, the model and the usage option', async () => {
    far.next([{ say: 'Hello' }])
    await ask()
    expect(far.asked[0]).toMatchObject({
      url: '/v1/chat/completions',
      headers: { authorization: 'Bearer k' },
      body: { model: 'test-model', stream: true, stream_options: { include_usage: true } },
    })
  })

  it('that does not know stream_options is asked without, once and for all', async () => {
    far.next(
      [{ status: 400, body: { error: { message: "Unrecognized request argument supplied: 'stream_options'" } } }],
      [{ say: 'Hello' }],
      [{ say: 'Hello' }],
    )
    const engine = create({ url: far.url, apiKey: 'k' })
    expect((await ask(engine)).textOf('u1')).toBe('Hello')
    await ask(engine)
    expect(far.asked.map(({ body }) => 'stream_options' in body)).toEqual([true, false, false])
  })

  it('may end with [DONE] and no finish reason, or with a finish reason and no [DONE]', async () => {
    const text = 'data: {"choices":[{"delta":{"content":"Hello"}}]}\n\n'
    far.next(
      [{ raw: `${text}data: [DONE]\n\n` }, { end: true }],
      [{ raw: `${text}data: {"choices":[{"delta":{},"finish_reason":"length"}]}` }, { end: true }],
    )
    expect((await ask()).textOf('u1')).toBe('Hello')
    expect((await ask()).textOf('u1')).toBe('Hello')
  })

  it('may send comments, empty lines and CRLF between events', async () => {
    far.next([{ raw: ': ping\r\n\r\ndata: {"choices":[{"delta":{"role":"assistant","content":null}}]}\r\n\r\n' }, { say: 'Hello' }])
    expect((await ask()).textOf('u1')).toBe('Hello')
  })

  it('may answer the whole at once', async () => {
    far.next([
      {
        status: 200,
        body: {
          model: 'm',
          choices: [{ message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 1, completion_tokens: 1 },
        },
      },
    ])
    expect((await ask()).textOf('u1')).toBe('Hello')
  })

  it('is called by its own name, with its own variable', () => {
    const homeai = openAiCompatible({
      name: 'homeai',
      baseUrl: 'https://api.homeai.example/v1',
      model: 'gpt-4-voice',
      missing: 'HOMEAI_API_KEY',
      logger: silent,
    })
    expect(homeai.name).toBe('homeai')
    expect(homeai.availability()).toEqual({ ok: false, missing: 'HOMEAI_API_KEY' })
    expect(homeai.stallMs).toBe(4000)
  })
})
