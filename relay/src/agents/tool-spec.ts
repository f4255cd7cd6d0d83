import { z } from 'zod'
import { isShallow, TOO_DEEP } from '../protocol/nesting.ts'

/** What the call itself can do for the agent. */
export const BUILT_IN_TOOLS = ['end_call', 'ask_for_human', 'take_message'] as const
export type BuiltInTool = (typeof BUILT_IN_TOOLS)[number]

/** Write-only: text sets it, null keeps what is stored; it is always read as null. */
const GivenHeader = z.string().min(1).max(4096).nullable()
/** As it lies in the database and in a call: opened only when the request is made. */
const SealedHeader = z.strictObject({ sealed: z.base64() })

function toolWith<Header extends z.ZodType>(header: Header) {
  return z
    .object({
      name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/),
      description: z.string().max(1000),
      /** JSON Schema of the arguments. */
      parameters: z.record(z.string(), z.unknown()).refine(isShallow, TOO_DEEP).default({ type: 'object', properties: {} }),
      /** `client`: answered by the page. `http`: asked of a service of the owner's. `built-in`: by the call itself. */
      kind: z.enum(['client', 'http', 'built-in']).default('client'),
      timeoutMs: z.int().min(100).max(60_000).default(10_000),
      http: z
        .object({
          /** `{name}` in its path is filled with that argument. GET and DELETE carry the others in the query, the rest as a JSON body. */
          url: z.string().min(1).max(2000),
          method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
          headers: z.record(z.string().min(1).max(100), header).optional(),
          /** Exact hosts or `*.example.com`. Unset: the URL's own. */
          allowedHosts: z.array(z.string().min(1).max(253)).max(20).optional(),
        })
        .optional(),
    })
    .refine((tool) => (tool.kind === 'http') === (tool.http !== undefined), {
      path: ['http'],
      message: 'is required for tools of the kind http, and for those only',
    })
}

/** As owners give it and read it. */
export const ToolInput = toolWith(GivenHeader)
/** As it is stored and used. */
export const ToolSpec = toolWith(z.union([GivenHeader, SealedHeader]))
export type ToolSpec = z.infer<typeof ToolSpec>
export type HttpSpec = NonNullable<ToolSpec['http']>
