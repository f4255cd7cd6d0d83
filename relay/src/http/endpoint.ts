import type { OpenAPIHono, RouteConfig, RouteHandler } from '@hono/zod-openapi'
import type { Context, Handler, MiddlewareHandler } from 'hono'
import { z } from 'zod'
import type { Access, HttpEnv } from './access.ts'
import { ProblemSchema } from './problems.ts'

/** One method on one path, with who may use it. The list of all of them is the route table. */
export interface Endpoint {
  readonly access: Access
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** As OpenAPI writes it: `/api/calls/{id}`. */
  readonly path: string
  /** What every refusal on this path says besides the problem, where a guide wants it. */
  readonly refusals?: Readonly<Record<string, unknown>>
  /** Which live call it is about: of several relays the one that holds the call answers. */
  readonly callOf?: (c: HttpContext) => string | undefined | Promise<string | undefined>
  mount(app: OpenAPIHono<HttpEnv>, guards: MiddlewareHandler<HttpEnv>[]): void
}

type Method = Endpoint['method']
type Declared = RouteConfig & { method: Method }

/** What is said of a route that answers in no schema of ours. */
export interface About {
  summary: string
  tag: string
  /** What it answers when all is well, and as what. */
  answer: { status: 200 | 204; description: string; type?: string }
}

const problem = (description: string) => ({ description, content: { 'application/problem+json': { schema: ProblemSchema } } })

/** Who may use it, and how everybody else is refused. */
function ofAccess(access: Access) {
  const refusals = {
    ...(access.who === 'operator' || access.who === 'metrics' ? { 401: problem('Not signed in.') } : {}),
    ...(access.who === 'operator' || access.who === 'carrier' || access.who === 'visitor' || access.who === 'sign-in'
      ? { 403: problem('Not allowed.') }
      : {}),
    default: problem('Refused: see `code`'),
  }
  const operator = access.who === 'operator' ? { security: [{ bearer: [] }], 'x-role': access.role, 'x-scope': access.scope ?? null } : {}
  return { refusals, words: { 'x-access': access.who, ...operator } }
}

/** An API route: validated by its zod schemas, which OpenAPI is generated from. */
export function endpoint<R extends Declared>(access: Access, route: R, handler: RouteHandler<R, HttpEnv>): Endpoint {
  const { refusals, words } = ofAccess(access)
  const documented = { ...route, ...words, responses: { ...refusals, ...route.responses } }
  return {
    access,
    method: route.method,
    path: route.path,
    mount(app, guards) {
      for (const guard of guards) app.on([route.method as string], [honoPath(route.path)], guard)
      // The handler was checked against its own route above; here routes of all shapes meet in one app.
      app.openapi(documented, handler as never)
    },
  }
}

/** About one live call, by default that of the path: of several relays the one that holds it answers, so a handler always finds it here. */
export const ofCall = (entry: Endpoint, callOf: NonNullable<Endpoint['callOf']> = (c) => c.req.param('id')): Endpoint => ({
  ...entry,
  callOf,
})

/** A page or file, answered as it is; part of OpenAPI only where something is said of it. */
export function page(access: Access, path: string, handler: Handler<HttpEnv>, about?: About): Endpoint {
  return plain(access, 'get', path, handler, about)
}

/** What a carrier asks of us: answered in its own language. */
export function webhook(access: Access, method: 'get' | 'post', path: string, handler: Handler<HttpEnv>): Endpoint {
  return plain(access, method, path, handler, {
    summary: 'Asked or told by a carrier, which proves itself by its signature or the number’s secret',
    tag: 'carriers',
    answer: { status: 200, description: 'In the carrier’s own language, or nothing.' },
  })
}

function plain(access: Access, method: 'get' | 'post', path: string, handler: Handler<HttpEnv>, about: About | undefined): Endpoint {
  return {
    access,
    method,
    path,
    mount(app, guards) {
      for (const each of [...guards, handler]) app.on([method], [honoPath(path)], each)
      if (about) app.openAPIRegistry.registerPath({ method, path, ...describePlain(access, path, about) })
    },
  }
}

function describePlain(access: Access, path: string, { answer, summary, tag }: About) {
  const { refusals, words } = ofAccess(access)
  const variables = [...path.matchAll(/\{(.+?)\}/g)].map(([, name = '']) => [name, z.string()] as const)
  const content = answer.type === undefined ? {} : { content: { [answer.type]: { schema: z.string() } } }
  return {
    ...{ summary, tags: [tag], ...words },
    ...(variables.length > 0 ? { request: { params: z.object(Object.fromEntries(variables)) } } : {}),
    responses: { ...refusals, [answer.status]: { description: answer.description, ...content } },
  }
}

/** `/api/calls/{id}` → `/api/calls/:id` */
export function honoPath(path: string): string {
  return path.replaceAll(/\{(.+?)\}/g, ':$1')
}

export function json<S extends z.ZodType>(description: string, schema: S) {
  return { description, content: { 'application/json': { schema } } }
}

export function body<S extends z.ZodType>(schema: S) {
  return { required: true, content: { 'application/json': { schema } } }
}

export type HttpContext = Context<HttpEnv>
