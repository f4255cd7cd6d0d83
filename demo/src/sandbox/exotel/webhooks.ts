import { setTimeout as wait } from 'node:timers/promises'
import { reachable } from '../carriers/loopback.ts'
import { type BodyKind, flat, type Told, written } from './body.ts'
import type { ExotelSettings } from './settings.ts'

export type Purpose = 'status' | 'passthru' | 'dynamic' | 'connect' | 'answer-url'

/** A request that Exotel made to its customer, and what came of each try. */
export interface Delivery {
  n: number
  at: string
  purpose: Purpose
  callSid: string
  method: 'GET' | 'POST'
  url: string
  told: Told
  attempts: { status?: number; error?: string; tookMs: number }[]
}

export interface WebhookOrder {
  purpose: Purpose
  callSid: string
  url: string
  told: Told
  /** `query`: a GET. */
  as: BodyKind | 'query'
}

const KEPT = 2000

/** Asks and tells the customer's server. Nothing of it is signed. */
export class Webhooks {
  readonly deliveries: Delivery[] = []
  readonly #settings: () => ExotelSettings
  readonly #began: (delivery: Delivery) => void
  #closing = new AbortController()
  #n = 0

  /** @param began is told of each delivery as it begins */
  constructor(settings: () => ExotelSettings, began: (delivery: Delivery) => void) {
    this.#settings = settings
    this.#began = began
  }

  /** Once. @throws Error when there is no answer in time */
  async ask(order: WebhookOrder): Promise<{ status: number; body: string }> {
    return await this.#try(order, this.#begin(order))
  }

  /** Until it is answered with 200, as often as Exotel tries. What fails is in the list of deliveries. */
  async tell(order: WebhookOrder): Promise<void> {
    const delivery = this.#begin(order)
    const { retries, retryMs } = this.#settings()
    const closed = this.#closing.signal
    for (let tries = 0; tries <= retries && !closed.aborted; tries++) {
      if (tries > 0) await wait(retryMs, undefined, { signal: closed })
      const answer = await this.#try(order, delivery).catch(() => undefined)
      if (answer?.status === 200) return
    }
  }

  clear(): void {
    this.deliveries.length = 0
    this.#closing.abort()
    this.#closing = new AbortController()
  }

  #begin({ purpose, callSid, url, told, as }: WebhookOrder): Delivery {
    const method = as === 'query' ? 'GET' : 'POST'
    const delivery: Delivery = { n: ++this.#n, at: new Date().toISOString(), purpose, callSid, method, url, told, attempts: [] }
    this.deliveries.push(delivery)
    if (this.deliveries.length > KEPT) this.deliveries.shift()
    this.#began(delivery)
    return delivery
  }

  async #try(order: WebhookOrder, delivery: Delivery): Promise<{ status: number; body: string }> {
    const begun = performance.now()
    const tookMs = () => Math.round(performance.now() - begun)
    try {
      const answer = await this.#send(order)
      const body = await answer.text()
      delivery.attempts.push({ status: answer.status, tookMs: tookMs() })
      return { status: answer.status, body }
    } catch (error) {
      delivery.attempts.push({ error: String(error), tookMs: tookMs() })
      throw error
    }
  }

  #send({ url: given, told, as }: WebhookOrder): Promise<Response> {
    const { webhookMs, reach } = this.#settings()
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(webhookMs)])
    const target = reachable(given, reach)
    const { username, password } = new URL(given)
    const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
    const headers = { 'User-Agent': 'Exotel/1.0', Accept: '*/*', ...(username && { Authorization: `Basic ${basic}` }) }
    if (as === 'query') {
      for (const [name, value] of flat(told)) target.searchParams.append(name, value)
      return fetch(target, { headers, signal, redirect: 'manual' })
    }
    const { body, headers: more } = written(told, as)
    return fetch(target, { method: 'POST', headers: { ...headers, ...more }, body, signal, redirect: 'manual' })
  }
}
