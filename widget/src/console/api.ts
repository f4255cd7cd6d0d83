import { problemOf, unreachable } from './problem.ts'
import type { Session } from './session.ts'

export interface Asked {
  body?: unknown
  query?: Record<string, string | number | boolean | undefined>
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** The relay's operators' API. Everything rejects with a `ConsoleProblem` whose message may be shown as it is; aborted questions reject with `AbortError`. */
export interface Api {
  get<T>(path: string, o?: Asked): Promise<T>
  post<T = void>(path: string, body?: unknown, o?: Asked): Promise<T>
  put<T>(path: string, body: unknown, o?: Asked): Promise<T>
  patch<T>(path: string, body: unknown, o?: Asked): Promise<T>
  delete<T = void>(path: string, o?: Asked): Promise<T>
  /** The answer itself, 2xx only: for files and streams. */
  open(method: string, path: string, o?: Asked): Promise<Response>
}

export function createApi(o: { relay: string; session: Pick<Session, 'token' | 'renew'> }): Api {
  async function send(method: string, path: string, { body, headers, query, signal }: Asked, token: string): Promise<Response> {
    const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '')
    const search = given.length > 0 ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : ''
    try {
      return await fetch(`${o.relay}${path}${search}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      })
    } catch (error) {
      if (signal?.aborted) throw error
      throw unreachable()
    }
  }

  async function open(method: string, path: string, asked: Asked = {}): Promise<Response> {
    const token = await o.session.token()
    let answer = await send(method, path, asked, token)
    if (answer.status === 401) answer = await send(method, path, asked, await o.session.renew(token))
    if (!answer.ok) throw await problemOf(answer)
    return answer
  }

  async function ask<T>(method: string, path: string, asked: Asked = {}): Promise<T> {
    const answer = await open(method, path, asked)
    return (answer.status === 204 ? undefined : await answer.json()) as T
  }

  return {
    open,
    get: (path, asked) => ask('GET', path, asked),
    post: (path, body, asked) => ask('POST', path, { ...asked, body }),
    put: (path, body, asked) => ask('PUT', path, { ...asked, body }),
    patch: (path, body, asked) => ask('PATCH', path, { ...asked, body }),
    delete: (path, asked) => ask('DELETE', path, asked),
  }
}
