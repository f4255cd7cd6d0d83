import type { OpenAPIHono, RouteConfig, RouteHandler } from '@hono/zod-openapi'
import type { Context, Handler, MiddlewareHandler } from 'hono'
import type { z } from 'zod'
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

const problem = { description: 'Refused: see `code`', content: { 'application/problem+json': { schema: ProblemSchema } } }

/** An API route: validated by its zod schemas, which OpenAPI is generated from. */
export function endpoint<R extends Declared>(access: Access, route: R, handler: RouteHandler<R, HttpEnv>): Endpoint {
  const documented = {
    ...route,
    ...(access.who === 'operator' ? { security: [{ bearer: [] }], 'x-role': access.role, 'x-scope': access.scope ?? null } : {}),
    responses: { ...route.responses, default: problem },
  }
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

/** A page or file: answered as it is, not part of OpenAPI. */
export function page(access: Access, path: string, handler: Handler<HttpEnv>): Endpoint {
  return {
    access,
    method: 'get',
    path,
    mount(app, guards) {
      for (const each of [...guards, handler]) app.on(['get'], [honoPath(path)], each)
    },
  }
}

/** What a carrier asks of us: answered in its own language, not part of OpenAPI. */
export function webhook(access: Access, method: 'get' | 'post', path: string, handler: Handler<HttpEnv>): Endpoint {
  return {
    access,
    method,
    path,
    mount(app, guards) {
      for (const each of [...guards, handler]) app.on([method], [honoPath(path)], each)
    },
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
