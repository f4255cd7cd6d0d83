import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { SANDBOX_KEY } from '../key.ts'
import { LIVE_MODEL } from './live.test-kit.ts'

const SERVICE = 'google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent'

/** A socket without any vendor's client, for what such a client would never do. */
export class BareSocket {
  readonly socket: WebSocket
  readonly frames: { json: string; binary: boolean }[] = []
  readonly closed: Promise<{ code: number; reason: string }>

  constructor(url: string, o: { path?: string; key?: string | null; headers?: Record<string, string> } = {}) {
    const query = o.key === null ? '' : `?key=${o.key ?? SANDBOX_KEY}`
    this.socket = new WebSocket(`${url.replace('http', 'ws')}${o.path ?? `//ws/${SERVICE}`}${query}`, { headers: o.headers ?? {} })
    this.socket.on('message', (data: Buffer, binary) => this.frames.push({ json: data.toString(), binary }))
    this.socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })))
    onTestFinished(() => this.socket.terminate())
  }

  async opened(): Promise<this> {
    await once(this.socket, 'open')
    return this
  }

  send(message: unknown, binary = false): void {
    const text = typeof message === 'string' ? message : JSON.stringify(message)
    this.socket.send(binary ? Buffer.from(text) : text)
  }

  /** Opened and set up. */
  async ready(more: object = {}): Promise<this> {
    await this.opened()
    this.send({ setup: { model: `models/${LIVE_MODEL}`, ...more } })
    await once(this.socket, 'message')
    return this
  }
}

/** The HTTP status that refuses an upgrade. */
export function refused(url: string, path = `//ws/${SERVICE}`): Promise<{ status: number | undefined; retryAfter: string | undefined }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}?key=${SANDBOX_KEY}`)
  return new Promise((resolve, reject) => {
    socket.on('error', () => undefined)
    socket.on('open', () => reject(new Error('was not refused')))
    socket.on('unexpected-response', (request, response) => {
      resolve({ status: response.statusCode, retryAfter: response.headers['retry-after'] })
      request.destroy()
    })
  })
}
