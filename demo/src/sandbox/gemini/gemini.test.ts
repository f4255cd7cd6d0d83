import { ApiError, type Content, GoogleGenAI } from '@google/genai'
import { describe, expect, test } from 'vitest'
import { SANDBOX_KEY } from '../key.ts'
import { KNOWLEDGE, withSandbox } from '../sandbox.test-kit.ts'

/** The vendor's own client is the judge. */

const sandbox = withSandbox()
const MODEL = 'gemini-3.8-flash'
const client = (apiKey = SANDBOX_KEY) => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: sandbox.url() } })
const user = (text: string): Content => ({ role: 'user', parts: [{ text }] })
const TOOLS = [{ functionDeclarations: [{ name: 'check_stock', description: 'looks', parametersJsonSchema: { type: 'object' } }] }]

async function ask(contents: Content[], more: { apiKey?: string; abortSignal?: AbortSignal; tools?: typeof TOOLS; model?: string } = {}) {
  const stream = await client(more.apiKey).models.generateContentStream({
    model: more.model ?? MODEL,
    contents,
    config: {
      systemInstruction: KNOWLEDGE,
      ...(more.tools && { tools: more.tools }),
      ...(more.abortSignal && { abortSignal: more.abortSignal }),
    },
  })
  const seen = {
    text: '',
    chunks: 0,
    finish: undefined as string | undefined,
    tokens: 0,
    calls: [] as unknown[],
    parts: [] as Content['parts'],
  }
  for await (const chunk of stream) {
    seen.chunks++
    for (const part of chunk.candidates?.[0]?.content?.parts ?? []) {
      seen.parts?.push(part)
      seen.text += part.text ?? ''
    }
    seen.calls.push(...(chunk.functionCalls ?? []))
    seen.finish = chunk.candidates?.[0]?.finishReason ?? seen.finish
    seen.tokens = chunk.usageMetadata?.totalTokenCount ?? seen.tokens
  }
  return seen
}

const status = async (asked: Promise<unknown>) => {
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ApiError)
  return { status: (error as ApiError).status, message: (error as ApiError).message }
}

describe('streams', () => {
  test('answers from the knowledge in the request, word by word, and counts', async () => {
    const seen = await ask([user('What does the Monsoon lamp cost?')])
    expect(seen.text).toBe('The Monsoon lamp costs 2,450 rupees.')
    expect(seen.chunks).toBe(6)
    expect(seen.finish).toBe('STOP')
    expect(seen.tokens).toBeGreaterThan(6)
  })

  test('knows what was said before, and says so when it does not know', async () => {
    const history = [user('My name is Asha'), { role: 'model', parts: [{ text: 'Hello Asha.' }] }]
    expect((await ask([...history, user('What is my name?')])).text).toBe('Your name is Asha.')
    expect((await ask([user('Who won the cricket match?')])).text).toMatch(/do not know/)
  })

  test('writes the bytes of the recorded stream', async () => {
    await sandbox.order({ service: 'gemini', kind: 'say', pieces: ['Hel', 'lo'] })
    const answer = await fetch(`${sandbox.url()}/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, {
      method: 'POST',
      headers: { 'x-goog-api-key': SANDBOX_KEY },
      body: JSON.stringify({ contents: [user('hi')], systemInstruction: { parts: [{ text: 'sys' }], role: 'user' } }),
    })
    expect((await answer.text()).replace(/"(\w+TokenCount)":\d+/g, '"$1":0')).toBe(
      'data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hel"}]},"index":0}]}\r\n\r\n' +
        'data: {"candidates":[{"content":{"role":"model","parts":[{"text":"lo"}]},"finishReason":"STOP","index":0}],' +
        '"usageMetadata":{"promptTokenCount":0,"candidatesTokenCount":0,"totalTokenCount":0}}\r\n\r\n',
    )
  })

  test('answers whole as well', async () => {
    const answer = await client().models.generateContent({ model: MODEL, contents: [user('hello')] })
    expect(answer.text).toBe('Hello. What would you like to know?')
  })
})

describe('tools', () => {
  test('calls one with its arguments, then uses its result', async () => {
    await sandbox.order({ service: 'gemini', kind: 'tool', name: 'check_stock', arguments: { lamp: 'Monsoon' } })
    const asked = user('Is it in stock?')
    const call = await ask([asked], { tools: TOOLS })
    expect(call.calls).toEqual([{ id: expect.any(String), name: 'check_stock', args: { lamp: 'Monsoon' } }])
    const answer = await ask(
      [
        asked,
        { role: 'model', parts: call.parts ?? [] },
        { role: 'user', parts: [{ functionResponse: { name: 'check_stock', response: { stock: 4 } } }] },
      ],
      { tools: TOOLS },
    )
    expect(answer.text).toBe('I have used check stock: stock 4.')
  })

  test('refuses a call that comes back without its signature, from Gemini 3 on', async () => {
    const contents: Content[] = [
      user('Is it in stock?'),
      { role: 'model', parts: [{ functionCall: { name: 'check_stock', args: {} } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'check_stock', response: { stock: 4 } } }] },
    ]
    expect(await status(ask(contents, { tools: TOOLS }))).toEqual({ status: 400, message: expect.stringContaining('thought_signature') })
    expect((await ask(contents, { tools: TOOLS, model: 'gemini-2.5-flash' })).text).toContain('stock 4')
  })

  test('refuses responses that answer no call', async () => {
    const contents: Content[] = [user('hi'), { role: 'user', parts: [{ functionResponse: { name: 'check_stock', response: {} } }] }]
    expect((await status(ask(contents, { tools: TOOLS }))).status).toBe(400)
  })
})

describe('errors', () => {
  test('checks the key', async () => {
    expect(await status(ask([user('hi')], { apiKey: 'wrong' }))).toEqual({
      status: 400,
      message: expect.stringContaining('API_KEY_INVALID'),
    })
  })

  test.each([
    [{ kind: 'status', status: 500 }, 500, 'INTERNAL'],
    [{ kind: 'rate-limit' }, 429, 'RESOURCE_EXHAUSTED'],
    [{ kind: 'unauthorized' }, 401, 'UNAUTHENTICATED'],
  ] as const)('%j', async (fault, http, word) => {
    await sandbox.order({ service: 'gemini', ...fault })
    expect(await status(ask([user('hi')]))).toEqual({ status: http, message: expect.stringContaining(word) })
    expect((await ask([user('hi')])).text).toMatch(/^Hello/)
  })

  test('refuses unknown fields, empty contents and other models', async () => {
    const post = (body: unknown, model = MODEL) =>
      fetch(`${sandbox.url()}/v1/models/${model}:streamGenerateContent?alt=sse`, {
        method: 'POST',
        headers: { 'x-goog-api-key': SANDBOX_KEY },
        body: JSON.stringify(body),
      }).then((answer) => answer.status)
    expect(await post({ contents: [user('hi')], prompt: 'x' })).toBe(400)
    expect(await post({ contents: [] })).toBe(400)
    expect(await post({ contents: [user('hi')] }, 'gpt-4')).toBe(404)
  })
})

describe('faults in the middle', () => {
  test('drop: the client sees a broken stream', async () => {
    await sandbox.order({ service: 'gemini', kind: 'drop', afterWords: 2 })
    await expect(ask([user('What does the Monsoon lamp cost?')])).rejects.toThrow()
    expect(await sandbox.requests('gemini')).toMatchObject([{ fault: 'drop', outcome: 'dropped', pieces: 2 }])
  })

  test('malformed: the client throws', async () => {
    await sandbox.order({ service: 'gemini', kind: 'malformed' })
    await expect(ask([user('What does the Monsoon lamp cost?')])).rejects.toThrow(SyntaxError)
  })

  test('error in the stream', async () => {
    await sandbox.order({ service: 'gemini', kind: 'error-in-stream' })
    expect((await status(ask([user('What does the Monsoon lamp cost?')]))).status).toBe(503)
  })

  test('no end: all words, no finish reason', async () => {
    await sandbox.order({ service: 'gemini', kind: 'no-end' })
    const seen = await ask([user('What does the Monsoon lamp cost?')])
    expect(seen).toMatchObject({ text: 'The Monsoon lamp costs 2,450 rupees.', finish: undefined })
  })

  test('stall: silence until released', async () => {
    await sandbox.order({ service: 'gemini', kind: 'stall', afterWords: 2 })
    const asked = ask([user('What does the Monsoon lamp cost?')])
    await expect.poll(async () => (await sandbox.requests('gemini'))[0]?.pieces).toBe(2)
    await sandbox.post('release')
    expect((await asked).text).toBe('The Monsoon lamp costs 2,450 rupees.')
  })

  test('stall: the log says when the client left', async () => {
    await sandbox.order({ service: 'gemini', kind: 'stall', afterWords: 1 })
    const leaving = new AbortController()
    const asked = ask([user('What does the Monsoon lamp cost?')], { abortSignal: leaving.signal })
    await expect.poll(async () => (await sandbox.requests('gemini'))[0]?.pieces).toBe(1)
    leaving.abort()
    await expect(asked).rejects.toThrow()
    await expect.poll(async () => (await sandbox.requests('gemini'))[0]?.outcome).toBe('left')
  })
})
