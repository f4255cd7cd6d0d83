import { Hono } from 'hono'
import type { Fault } from '../faults.ts'
import { plan } from '../plan.ts'
import { streamAnswer } from '../stream-answer.ts'
import { begin, type SandboxEnv, type World } from '../world.ts'
import { missingKey, type OpenAiError, openAiError, rateLimited, wrongKey } from './errors.ts'
import { brokenRule, ChatCompletion, promptOf } from './request.ts'

const tokens = (value: unknown) => Math.ceil(JSON.stringify(value).length / 4)
const event = (json: unknown) => `data: ${JSON.stringify(json)}\n\n`

/** An OpenAI-compatible server, as far as PROTOCOLS 8.1 tells it. */
export function openai(world: World): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.post('/v1/chat/completions', async (c) => {
    const body: unknown = await c.req.json().catch(() => undefined)
    const parsed = ChatCompletion.safeParse(body)
    const prompt = parsed.success ? promptOf(parsed.data) : undefined
    const { received, fault } = begin(world, 'openai', c.req.raw, body, prompt?.turns.at(-1)?.text ?? '')
    const refuse = (error: OpenAiError) => {
      received.outcome = 'refused'
      received.status = error.http
      if (error.retryAfterMs !== undefined) c.header('Retry-After', String(Math.ceil(error.retryAfterMs / 1000)))
      return c.json(error.body, error.http as 400)
    }

    const authorization = c.req.header('authorization')
    if (!authorization) return refuse(missingKey())
    if (authorization !== `Bearer ${world.key}`) return refuse(wrongKey())
    const ordered = orderedError(fault)
    if (ordered) return refuse(ordered)
    if (!parsed.success || !prompt) {
      const issue = parsed.error?.issues[0]
      return refuse(openAiError(400, issue?.message ?? 'We could not parse the JSON body.', { param: issue?.path.join('.') ?? 'body' }))
    }
    const broken = brokenRule(parsed.data)
    if (broken) return refuse(openAiError(400, broken.message, { param: broken.param }))
    const { model, stream, stream_options: options } = parsed.data
    if (fault?.kind === 'no-stream-options' && options) {
      return refuse(openAiError(400, 'Unrecognized request argument supplied: stream_options', { param: 'stream_options' }))
    }

    const answer = plan(prompt, fault)
    const call = answer.kind === 'call' ? { name: answer.name, arguments: JSON.stringify(answer.arguments) } : undefined
    const pieces = answer.kind === 'say' ? answer.pieces : split(JSON.stringify(answer.arguments))
    const usage = { prompt_tokens: tokens(body), completion_tokens: pieces.length, total_tokens: tokens(body) + pieces.length }
    const head = { id: `chatcmpl-${received.n}`, created: Math.floor(Date.now() / 1000), model }
    const finish = call ? 'tool_calls' : 'stop'

    if (!stream) {
      received.outcome = 'answered'
      const message = call
        ? { role: 'assistant', content: null, tool_calls: [{ id: `call_${received.n}`, type: 'function', function: call }] }
        : { role: 'assistant', content: pieces.join('') }
      return c.json({ ...head, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: finish }], usage })
    }
    const chunk = (delta: object, finish_reason: string | null = null) =>
      event({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })
    const first = call
      ? {
          role: 'assistant',
          content: null,
          tool_calls: [{ index: 0, id: `call_${received.n}`, type: 'function', function: { name: call.name, arguments: '' } }],
        }
      : { role: 'assistant', content: '' }
    return streamAnswer(c, world, { received, fault }, pieces, {
      start: chunk(first),
      say: (text) => chunk(call ? { tool_calls: [{ index: 0, function: { arguments: text } }] } : { content: text }),
      end:
        chunk({}, finish) +
        (options?.include_usage ? event({ ...head, object: 'chat.completion.chunk', choices: [], usage }) : '') +
        'data: [DONE]\n\n',
      malformed: 'data: {"id":"chatcmpl-\n\n',
      error: event({
        error: { message: 'The server had an error while processing your request.', type: 'server_error', param: null, code: null },
      }),
    })
  })
  app.all('/v1/*', (c) => c.json(openAiError(404, `Invalid URL (${c.req.method} ${c.req.path})`).body, 404))
  return app
}

/** Arguments come in pieces that are no JSON by themselves. */
function split(json: string): string[] {
  return json.match(/.{1,6}/gs) ?? ['']
}

function orderedError(fault: Fault | undefined): OpenAiError | undefined {
  if (fault?.kind === 'status') return openAiError(fault.status, fault.message ?? 'The server had an error while processing your request.')
  if (fault?.kind === 'rate-limit') return rateLimited(fault.retryAfterMs)
  if (fault?.kind === 'unauthorized') return wrongKey()
  return undefined
}
