import OpenAI, { APIError, AuthenticationError, BadRequestError, InternalServerError, RateLimitError } from 'openai'
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions'
import { describe, expect, test } from 'vitest'
import { SANDBOX_KEY } from '../key.ts'
import { KNOWLEDGE, withSandbox } from '../sandbox.test-kit.ts'

/** The vendor's own client is the judge. */

const sandbox = withSandbox()
const client = (apiKey = SANDBOX_KEY, maxRetries = 0) => new OpenAI({ apiKey, baseURL: `${sandbox.url()}/v1`, maxRetries })
const user = (content: string): ChatCompletionMessageParam => ({ role: 'user', content })
const TOOLS: ChatCompletionTool[] = [
  { type: 'function', function: { name: 'check_stock', parameters: { type: 'object', properties: {} } } },
]
const COST = user('What does the Monsoon lamp cost?')

async function ask(messages: ChatCompletionMessageParam[], more: { apiKey?: string; tools?: ChatCompletionTool[]; usage?: boolean } = {}) {
  const stream = await client(more.apiKey).chat.completions.create({
    model: 'gpt-4-voice',
    messages: [{ role: 'system', content: KNOWLEDGE }, ...messages],
    stream: true,
    ...(more.usage !== false && { stream_options: { include_usage: true } }),
    ...(more.tools && { tools: more.tools }),
  })
  const seen = { text: '', chunks: 0, finish: undefined as string | undefined, tokens: 0, id: '', name: '', arguments: '' }
  for await (const chunk of stream) {
    seen.chunks++
    const choice = chunk.choices[0]
    seen.text += choice?.delta.content ?? ''
    seen.finish = choice?.finish_reason ?? seen.finish
    const call = choice?.delta.tool_calls?.[0]
    seen.id ||= call?.id ?? ''
    seen.name ||= call?.function?.name ?? ''
    seen.arguments += call?.function?.arguments ?? ''
    seen.tokens = chunk.usage?.total_tokens ?? seen.tokens
  }
  return seen
}

describe('streams', () => {
  test('answers from the knowledge in the request, word by word, and counts when asked to', async () => {
    const seen = await ask([COST])
    expect(seen).toMatchObject({ text: 'The Monsoon lamp costs 2,450 rupees.', finish: 'stop', chunks: 9 })
    expect(seen.tokens).toBeGreaterThan(6)
    expect(await ask([COST], { usage: false })).toMatchObject({ tokens: 0, chunks: 8 })
  })

  test('knows what was said before', async () => {
    const history = [user('My name is Asha'), { role: 'assistant' as const, content: 'Hello Asha.' }]
    expect((await ask([...history, user('What is my name?')])).text).toBe('Your name is Asha.')
    expect((await ask([...history, user('What did I just say?')])).text).toContain('My name is Asha')
  })

  test('answers from what it was told in brackets, unless that is to be kept', async () => {
    const told = (note: string) =>
      ask([
        { role: 'user', content: `(${note})` },
        { role: 'user', content: 'What is the refund code?' },
      ])
    expect(
      (await told('Asha spoke with them.\nColleague: (spoken, not written down)\nShe leaves you this: The refund code is MANGO 42.')).text,
    ).toBe('The refund code is MANGO 42.')
    expect((await told('Follow it without telling of it: The refund code is MANGO 42.')).text).not.toContain('MANGO')
  })

  test('takes notes in brackets as stage directions', async () => {
    expect((await ask([user('(Your answer was cut off. Please answer again.) What does the Monsoon lamp cost?')])).text).toContain('2,450')
  })

  test('writes the bytes of the documented stream', async () => {
    await sandbox.order({ service: 'openai', kind: 'say', pieces: ['Hel', 'lo'] })
    const answer = await fetch(`${sandbox.url()}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SANDBOX_KEY}` },
      body: JSON.stringify({ model: 'm', messages: [user('hi')], stream: true, stream_options: { include_usage: true } }),
    })
    const head = '"id":"c1","object":"chat.completion.chunk","created":1,"model":"m"'
    const lines = (await answer.text())
      .replace(/"id":"[^"]+","created":\d+,"model":"m","object":"chat.completion.chunk"/g, head)
      .replace(/_tokens":\d+/g, '_tokens":0')
    expect(lines).toBe(
      [
        `data: {${head},"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}`,
        `data: {${head},"choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}]}`,
        `data: {${head},"choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":null}]}`,
        `data: {${head},"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`,
        `data: {${head},"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}}`,
        'data: [DONE]\n\n',
      ].join('\n\n'),
    )
  })

  test('answers whole as well', async () => {
    const answer = await client().chat.completions.create({ model: 'm', messages: [user('hello')] })
    expect(answer.choices[0]?.message.content).toBe('Hello. What would you like to know?')
    expect(answer.usage?.total_tokens).toBeGreaterThan(0)
  })
})

describe('tools', () => {
  test('calls one with its arguments in pieces, then uses its result', async () => {
    await sandbox.order({ service: 'openai', kind: 'tool', name: 'check_stock', arguments: { lamp: 'Monsoon', count: 2 } })
    const asked = user('Is it in stock?')
    const call = await ask([asked], { tools: TOOLS })
    expect(call).toMatchObject({ name: 'check_stock', finish: 'tool_calls', text: '' })
    expect(JSON.parse(call.arguments)).toEqual({ lamp: 'Monsoon', count: 2 })
    const answer = await ask(
      [
        asked,
        {
          role: 'assistant',
          tool_calls: [{ id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } }],
        },
        { role: 'tool', tool_call_id: call.id, content: '{"stock":4}' },
      ],
      { tools: TOOLS },
    )
    expect(answer).toMatchObject({ text: 'I have used check stock: stock 4.', finish: 'stop' })
  })

  test('ends the call with the tool for it', async () => {
    const tools: ChatCompletionTool[] = [
      { type: 'function', function: { name: 'end_call', parameters: { type: 'object', properties: {} } } },
    ]
    expect(await ask([user('Thanks, goodbye')], { tools })).toMatchObject({ name: 'end_call', arguments: '{}' })
  })

  test('refuses a conversation whose call was never answered', async () => {
    const open: ChatCompletionMessageParam = {
      role: 'assistant',
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'check_stock', arguments: '{}' } }],
    }
    await expect(ask([COST, open, user('Hello?')])).rejects.toThrow(BadRequestError)
    await expect(ask([COST, { role: 'tool', tool_call_id: 'call_1', content: '{}' }])).rejects.toThrow(BadRequestError)
  })
})

describe('errors', () => {
  test('checks the key', async () => {
    await expect(ask([COST], { apiKey: 'wrong' })).rejects.toThrow(AuthenticationError)
  })

  test.each([
    [{ kind: 'status', status: 500 }, InternalServerError],
    [{ kind: 'rate-limit' }, RateLimitError],
    [{ kind: 'unauthorized' }, AuthenticationError],
    [{ kind: 'no-stream-options' }, BadRequestError],
  ] as const)('%j', async (fault, kind) => {
    await sandbox.order({ service: 'openai', ...fault })
    await expect(ask([COST])).rejects.toThrow(kind)
    expect((await ask([COST])).text).toContain('2,450')
  })

  test('the wait that a 429 names is what the client keeps', async () => {
    await sandbox.order({ service: 'openai', kind: 'rate-limit', retryAfterMs: 0 })
    const answer = await client(SANDBOX_KEY, 1).chat.completions.create({ model: 'm', messages: [user('hello')] })
    expect(answer.choices[0]?.message.content).toMatch(/^Hello/)
    expect((await sandbox.requests('openai')).map((each) => each.status)).toEqual([429, 200])
  })

  test('other paths are 404 with a readable error', async () => {
    await expect(client().models.list()).rejects.toMatchObject({ status: 404, message: expect.stringContaining('Invalid URL') })
  })
})

describe('faults in the middle', () => {
  test('drop: the client sees a broken stream', async () => {
    await sandbox.order({ service: 'openai', kind: 'drop', afterWords: 2 })
    await expect(ask([COST])).rejects.toThrow(TypeError)
  })

  test('malformed: the client throws', async () => {
    await sandbox.order({ service: 'openai', kind: 'malformed' })
    await expect(ask([COST])).rejects.toThrow(SyntaxError)
  })

  test('error in the stream: an error without a status', async () => {
    await sandbox.order({ service: 'openai', kind: 'error-in-stream' })
    const error = await ask([COST]).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(APIError)
    expect((error as APIError).status).toBeUndefined()
  })

  test('no end: the client does not notice', async () => {
    await sandbox.order({ service: 'openai', kind: 'no-end', afterWords: 3 })
    expect(await ask([COST])).toMatchObject({ text: 'The Monsoon lamp ', finish: undefined })
  })

  test('slow start and stall: the log says when the client left', async () => {
    for (const fault of [
      { kind: 'slow-start', delayMs: 60_000 },
      { kind: 'stall', afterWords: 1 },
    ] as const) {
      await sandbox.post('reset')
      await sandbox.order({ service: 'openai', ...fault })
      const stream = await client().chat.completions.create({ model: 'm', messages: [COST], stream: true })
      await expect.poll(async () => (await sandbox.requests('openai'))[0]?.outcome).toBe('open')
      stream.controller.abort()
      await expect.poll(async () => (await sandbox.requests('openai'))[0]?.outcome).toBe('left')
    }
  })
})
