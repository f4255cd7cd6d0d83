import type { OpenAPIHono } from '@hono/zod-openapi'
import { PROBLEMS } from '../protocol/problem.ts'
import { type HttpEnv, PUBLIC } from './access.ts'
import { type Endpoint, page } from './endpoint.ts'
import { addExamples, type Described } from './examples.ts'
import { TITLES } from './problems.ts'

const INFO = {
  title: 'voice-agent',
  version: '0.1.0',
  description:
    'Pages open calls with an agent and speak over the media socket; operators read the log and end calls. Every refusal is application/problem+json with a stable code.',
}

/** /openapi.json, made from the routes' own schemas when somebody first asks. */
export function openApi(app: () => OpenAPIHono<HttpEnv>): Endpoint {
  let text: string | undefined
  return page(
    PUBLIC,
    '/openapi.json',
    (c) => {
      text ??= JSON.stringify(describe(app()))
      return c.body(text, 200, { 'Content-Type': 'application/json' })
    },
    { summary: 'This description', tag: 'house', answer: { status: 200, description: 'OpenAPI 3.1.', type: 'application/json' } },
  )
}

function describe(app: OpenAPIHono<HttpEnv>) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'An access token from /api/auth/login, or an API key (va_…) with the scope that x-scope names.',
  })
  const document = app.getOpenAPI31Document({ openapi: '3.1.0', info: INFO })
  const described: Described = document as object
  mendPatterns(described)
  addExamples(described)
  return {
    ...document,
    'x-problems-about': 'Every refusal carries `code`, and `detail` says what to do next; 429 says in Retry-After when to come back.',
    'x-problems': Object.fromEntries(
      Object.entries(PROBLEMS).map(([code, status]) => [code, { status, title: TITLES[code as keyof typeof PROBLEMS] }]),
    ),
  }
}

/** The generator writes a pattern's flags into it, where they mean nothing: JSON Schema's patterns are unicode's anyway. */
function mendPatterns(node: unknown): void {
  if (typeof node !== 'object' || node === null) return
  if ('pattern' in node && typeof node.pattern === 'string') node.pattern = node.pattern.replace(/\/[dgimsuvy]+$/, '')
  for (const inner of Object.values(node)) mendPatterns(inner)
}
