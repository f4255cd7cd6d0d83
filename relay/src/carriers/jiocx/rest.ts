import { z } from 'zod'
import type { Clock } from '../../calls/ports.ts'
import { CarrierFault } from '../carrier.ts'
import { createRest, type RestRequest } from '../rest.ts'
import type { JiocxConfig } from './config.ts'
import { type Dialect, pick, target } from './dialect.ts'
import { faultOf, jiocxFault } from './faults.ts'
import type { Logins } from './login.ts'

const Token = z.string().regex(/^[\x21-\x7e]{1,8192}$/)

export type Content = Readonly<Record<string, string | number | boolean>>

/** Requests of one account, with whatever shows whose they are. */
export interface JiocxRest {
  /**
   * `method`: unless the path, or the way of showing who asks, wants another.
   * Asked once more only after a kept token was refused, which is before anything was done. @throws CarrierFault
   */
  ask(
    path: string,
    o: { method: 'GET' | 'POST'; callId?: string; content?: Content; signal?: AbortSignal },
  ): Promise<Record<string, unknown>>
  /** Logs in anew, where the account is asked by token. @throws CarrierFault */
  logIn(): Promise<void>
}

/** `root`: where the credentials go, and nowhere else. */
export function createJiocxRest(o: { root: string; config: JiocxConfig; dialect: Dialect; clock: Clock; logins: Logins }): JiocxRest {
  const { config, dialect, root } = o
  const { answers, auth, fields } = dialect
  const ask = createRest({ root, clock: o.clock, words: { fault: jiocxFault, faultOf } })
  const own: Content = named([
    [fields.organization, config.organizationName],
    [fields.username, config.username],
    [fields.password, config.password],
    [fields.apiKey, config.apiKey],
  ])
  const everyHeader: Record<string, string> = {
    ...(config.apiKey === undefined ? {} : { 'X-API-Key': config.apiKey }),
    ...(config.senderId === undefined ? {} : { 'X-Sender-ID': config.senderId }),
    ...dialect.headers,
  }

  const { method: loginBy = 'POST', path: loginAt } = target(dialect.paths.login)
  const loginRequest: RestRequest = {
    method: loginBy,
    path: loginAt,
    headers: dialect.headers,
    ...(loginBy === 'POST' ? { body: { ...own, ...dialect.body } } : {}),
  }

  async function logIn(): Promise<string> {
    try {
      const token = Token.safeParse(pick(await ask(loginRequest), answers.token))
      if (!token.success) throw jiocxFault('malformed', { cause: token.error })
      return token.data
    } catch (error) {
      // Whatever came of it, nothing rings before somebody is logged in.
      throw error instanceof CarrierFault
        ? new CarrierFault(error.code, error.message, { placed: 'no', ...codeOf(error), cause: error })
        : error
    }
  }
  const login = auth === 'login' ? o.logins.of([root, loginRequest, config.apiKey, answers.token]) : undefined
  const refusals = login ? undefined : o.logins.refusalsOf([root, auth, own, everyHeader, dialect.body])

  const once: JiocxRest['ask'] = async (way, { callId, content = {}, method: usual, signal }) => {
    // Credentials that go in a body want one also where something is read.
    const { method = auth === 'body' ? 'POST' : usual, path } = target(way, callId)
    const sent: Content = { ...(auth === 'body' ? own : {}), ...dialect.body, ...named([[fields.callId, callId]]), ...content }
    const token = await login?.token(logIn)
    signal?.throwIfAborted()
    const request: RestRequest = {
      method,
      path,
      headers: {
        ...everyHeader,
        ...(token ? { Authorization: `Bearer ${token.token}` } : {}),
      },
      ...(method === 'POST' ? { body: sent } : {}),
      ...(signal ? { signal } : {}),
    }
    try {
      return await (refusals ? refusals.heed(JSON.stringify([way, callId, content]), () => ask(request)) : ask(request))
    } catch (error) {
      if (token === undefined || !(error instanceof CarrierFault) || error.code !== 'unauthorized') throw error
      login?.refused(token.token)
      if (token.fresh) throw error
      throw new Expired(error)
    }
  }

  return {
    async ask(way, about) {
      if (about.signal?.aborted) throw jiocxFault('unreachable', { cause: about.signal.reason })
      try {
        return await once(way, about).catch((error: unknown) => {
          if (error instanceof Expired) return once(way, about)
          throw error
        })
      } catch (error) {
        if (error instanceof Expired) throw error.fault
        if (error instanceof CarrierFault) throw error
        // Given up between the login and the request.
        throw jiocxFault('unreachable', { cause: error })
      }
    },
    async logIn() {
      const kept = await login?.token(logIn)
      if (!kept || kept.fresh) return
      login?.refused(kept.token)
      await login?.token(logIn)
    },
  }
}

/** A kept token was refused. */
class Expired extends Error {
  readonly fault: CarrierFault
  constructor(fault: CarrierFault) {
    super('the token was refused')
    this.fault = fault
  }
}

/** The fields that have a name and something to say. */
export function named(pairs: readonly (readonly [string, string | number | undefined])[]): Content {
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, string | number] => pair[0] !== '' && pair[1] !== undefined))
}

const codeOf = ({ carrierCode }: CarrierFault) => (carrierCode === undefined ? {} : { carrierCode })
