import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { reachable } from '../carriers/loopback.ts'
import { TWILIO_ACCOUNT } from './account.ts'
import type { TwilioSettings } from './settings.ts'
import { type Form, sign } from './signature.ts'

export type Purpose = 'voice' | 'status' | 'recording' | 'machine' | 'action' | 'stream' | 'conference'

/** A request that Twilio made to its customer, and what came of each try. */
export interface Delivery {
  n: number
  at: string
  purpose: Purpose
  callSid: string
  method: string
  url: string
  params: Form
  token: string
  attempts: { status?: number; error?: string; tookMs: number }[]
}

export interface WebhookOrder {
  purpose: Purpose
  callSid: string
  url: string
  method: string
  params: Record<string, string>
  /** The same for the same event. */
  token?: string
}

const KEPT = 2000
const RETRY_AFTER_MS = 100

/** Asks and tells the customer's server: signed, with a token, retried once when it failed. */
export class Webhooks {
  readonly deliveries: Delivery[] = []
  readonly #settings: () => TwilioSettings
  readonly #tell: (delivery: Delivery) => void
  #closing = new AbortController()
  #n = 0

  /** @param tell is told of each delivery as it begins */
  constructor(settings: () => TwilioSettings, tell: (delivery: Delivery) => void) {
    this.#settings = settings
    this.#tell = tell
  }

  /** @throws Error when there is no good answer, with the last status or reason */
  async send(order: WebhookOrder): Promise<{ body: string; contentType: string }> {
    const { url, method, params, purpose, callSid } = order
    const token = order.token ?? randomUUID()
    const delivery: Delivery = { n: ++this.#n, at: new Date().toISOString(), purpose, callSid, method, url, params, token, attempts: [] }
    this.deliveries.push(delivery)
    if (this.deliveries.length > KEPT) this.deliveries.shift()
    this.#tell(delivery)
    const closed = this.#closing.signal
    const signal = AbortSignal.any([closed, AbortSignal.timeout(this.#settings().webhookMs)])
    for (let tries = 1; ; tries++) {
      const begun = performance.now()
      const tookMs = () => Math.round(performance.now() - begun)
      try {
        const answer = await this.#once(url, method, params, token, signal)
        const body = await answer.text()
        delivery.attempts.push({ status: answer.status, tookMs: tookMs() })
        if (answer.ok) return { body, contentType: answer.headers.get('content-type') ?? '' }
        if (answer.status < 500 || tries > 1) throw new Failed(`HTTP ${answer.status}`)
      } catch (error) {
        if (error instanceof Failed) throw error
        delivery.attempts.push({ error: String(error), tookMs: tookMs() })
        if (signal.aborted || tries > 1 || error instanceof RangeError) throw error
      }
      await wait(RETRY_AFTER_MS, undefined, { signal })
    }
  }

  clear(): void {
    this.deliveries.length = 0
    this.#closing.abort()
    this.#closing = new AbortController()
  }

  #once(given: string, method: string, params: Record<string, string>, token: string, signal: AbortSignal): Promise<Response> {
    const meant = new URL(given)
    meant.hash = ''
    if (method === 'GET') for (const [name, value] of Object.entries(params)) meant.searchParams.append(name, value)
    const url = method === 'GET' ? meant.href : (given.split('#', 1)[0] ?? given)
    const headers: Record<string, string> = {
      'X-Twilio-Signature': sign(TWILIO_ACCOUNT.authToken, url, method === 'GET' ? {} : params),
      'I-Twilio-Idempotency-Token': token,
      'User-Agent': 'TwilioProxy/1.1',
      Accept: '*/*',
    }
    if (meant.username) {
      const user = `${decodeURIComponent(meant.username)}:${decodeURIComponent(meant.password)}`
      headers.Authorization = `Basic ${Buffer.from(user).toString('base64')}`
    }
    const body = method === 'GET' ? null : new URLSearchParams(params)
    return fetch(reachable(url, this.#settings().reach), { method, headers, body, signal, redirect: 'manual' })
  }
}

class Failed extends Error {}
