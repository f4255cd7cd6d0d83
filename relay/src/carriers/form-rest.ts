import type { Clock } from '../calls/ports.ts'
import { createRest, type FaultWords } from './rest.ts'

/** Form fields in order; a list is the key repeated. */
export type Form = Readonly<Record<string, string | readonly string[]>>

export interface FormRest {
  /** `path` below the account, such as `/Calls.json`. Never repeated. @throws CarrierFault */
  post(path: string, form: Form, signal?: AbortSignal): Promise<Record<string, unknown>>
  get(path: string): Promise<Record<string, unknown>>
}

/** A REST API that is asked in forms and answers in JSON. The credentials go to `root` and nowhere else, redirects included. */
export function createFormRest(o: { root: string; user: string; password: string; clock: Clock; words: FaultWords }): FormRest {
  const authorization = `Basic ${Buffer.from(`${o.user}:${o.password}`).toString('base64')}`
  const ask = createRest({ ...o, authorization })
  return {
    post: (path, form, signal) => ask({ method: 'POST', path, body: encoded(form), signal }),
    get: (path) => ask({ method: 'GET', path }),
  }
}

function encoded(form: Form): URLSearchParams {
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(form)) {
    for (const each of typeof value === 'string' ? [value] : value) body.append(name, each)
  }
  return body
}
