import { type Context, Hono } from 'hono'
import type { Fault } from '../faults.ts'
import { plan } from '../plan.ts'
import { streamAnswer } from '../stream-answer.ts'
import { begin, type SandboxEnv, type World } from '../world.ts'
import { exhausted, type GeminiError, geminiError, invalidKey, missingKey, unauthenticated } from './errors.ts'
import { brokenRule, GenerateContent, promptOf } from './request.ts'

type Sandbox = Context<SandboxEnv>
const tokens = (value: unknown) => Math.ceil(JSON.stringify(value).length / 4)

/** Gemini's REST API, as far as PROTOCOLS 5.2 and 5.3 tell it. */
export function gemini(world: World): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.post('/:version{v1|v1beta|v1alpha}/models/:call{[^/]+:(?:streamG|g)enerateContent}', async (c) => {
    const [model = '', method] = c.req.param('call').split(':')
    const body: unknown = await c.req.json().catch(() => undefined)
    const parsed = GenerateContent.safeParse(body)
    const prompt = parsed.success ? promptOf(parsed.data) : undefined
    const { received, fault } = begin(world, 'gemini', c.req.raw, body, prompt?.turns.at(-1)?.text ?? '')
    const refuse = (error: GeminiError) => {
      received.outcome = 'refused'
      received.status = error.http
      if (error.retryAfterS !== undefined) c.header('Retry-After', String(error.retryAfterS))
      return c.json(error.body, error.http as 400)
    }

    const key = c.req.header('x-goog-api-key')
    if (!key) return refuse(missingKey())
    if (key !== world.key) return refuse(invalidKey())
    const ordered = orderedError(fault)
    if (ordered) return refuse(ordered)
    if (!parsed.success || !prompt) return refuse(geminiError(400, reason(parsed.error?.issues)))
    if (!model.startsWith('gemini-')) return refuse(geminiError(404, `models/${model} is not found for this API version.`))
    const broken = brokenRule(parsed.data, wantsSignatures(model))
    if (broken) return refuse(geminiError(400, broken))

    const answer = plan(prompt, fault)
    const pieces = answer.kind === 'say' ? answer.pieces : ['']
    const usage = { promptTokenCount: tokens(body), candidatesTokenCount: pieces.length }
    const usageMetadata = { ...usage, totalTokenCount: usage.promptTokenCount + usage.candidatesTokenCount }
    const chunk = (part: object, last: boolean) => ({
      candidates: [{ content: { role: 'model', parts: [part] }, ...(last && { finishReason: 'STOP' }), index: 0 }],
      ...(last && { usageMetadata }),
    })
    const part = (text: string) =>
      answer.kind === 'call'
        ? {
            functionCall: { id: `call-${received.n}`, name: answer.name, args: answer.arguments },
            thoughtSignature: btoa(`thought ${received.n}`),
          }
        : { text }

    if (method === 'generateContent' || c.req.query('alt') !== 'sse') {
      received.outcome = 'answered'
      const whole = chunk(part(pieces.join('')), true)
      return c.json(method === 'generateContent' ? whole : [whole])
    }
    return streamAnswer(c as Sandbox, world, { received, fault }, pieces, {
      start: '',
      say: (text, last) => event(chunk(part(text), last)),
      end: '',
      malformed: 'data: {"candidates":[{"content":{"role"\r\n\r\n',
      error: event(geminiError(503, 'The model is overloaded. Please try again later.').body),
    })
  })
  return app
}

const event = (json: unknown) => `data: ${JSON.stringify(json)}\r\n\r\n`

function wantsSignatures(model: string): boolean {
  const major = /^gemini-(\d+)/.exec(model)?.[1]
  return major === undefined || Number(major) >= 3
}

function orderedError(fault: Fault | undefined): GeminiError | undefined {
  if (fault?.kind === 'status') return geminiError(fault.status, fault.message ?? 'An internal error has occurred. Please retry.')
  if (fault?.kind === 'rate-limit') return exhausted(fault.retryAfterMs)
  if (fault?.kind === 'unauthorized') return unauthenticated()
  return undefined
}

function reason(issues: { path: PropertyKey[]; message: string }[] = []): string {
  return issues.map((issue) => `* GenerateContentRequest.${issue.path.join('.')}: ${issue.message}`).join('\n')
}
