import type { Entry, FromRelay, ToRelay } from '@voice-agent/relay/protocol'
import { WebSocket } from 'ws'
import { Loudspeaker } from './loudspeaker.ts'
import { ask } from './operator.ts'
import { until } from './until.ts'

/** A page's side of a call without a page: CONTRACT section 5 over a raw socket. */

export interface Opened {
  callId: string
  sessionId: string
  mediaUrl: string
  expiresAt: string
  audio: object
  agent: Record<string, unknown>
}

export interface Closed {
  code: number
  reason: string
}

export class Visitor {
  readonly opened: Opened
  /** Every JSON message in order, over all sockets of this visitor. */
  readonly messages: FromRelay[] = []
  /** When each of them came, epoch ms. */
  readonly arrivals: number[] = []
  readonly entries = new Map<string, Entry>()
  seq = 0
  audioBytes = 0
  readonly #speaker: Loudspeaker
  /** False: marks and clears stay unanswered, as from a page that hangs. */
  #answers: boolean
  #ws: WebSocket | undefined
  closed: Promise<Closed> = Promise.resolve({ code: 0, reason: '' })

  constructor(opened: Opened, o: { answers?: boolean } = {}) {
    this.opened = opened
    this.#answers = o.answers ?? true
    this.#speaker = new Loudspeaker((utterance, name) => this.#answers && this.send({ type: 'mark', utterance, name }))
  }

  get ws(): WebSocket {
    if (!this.#ws) throw new Error('not connected')
    return this.#ws
  }

  /** Opens the media socket; a second time with `after` to resume. Resolves when it is open on the wire. */
  async connect(query = ''): Promise<this> {
    const ws = new WebSocket(this.opened.mediaUrl + query)
    this.#ws = ws
    this.closed = new Promise((resolve) => {
      ws.once('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
    ws.on('message', (data: Buffer, binary) => (binary ? this.#hear(data) : this.#read(data.toString('utf8'))))
    ws.on('error', () => {})
    await new Promise<void>((resolve, reject) => {
      ws.once('open', resolve)
      ws.once('error', reject)
    })
    return this
  }

  send(message: ToRelay | Record<string, unknown>): void {
    if (this.#ws?.readyState === WebSocket.OPEN) this.#ws.send(JSON.stringify(message))
  }

  /** The first message that fits, already there or still to come. */
  seen<T extends FromRelay['type']>(
    type: T,
    fits: (message: Extract<FromRelay, { type: T }>) => boolean = () => true,
    withinMs?: number,
  ): Promise<Extract<FromRelay, { type: T }>> {
    const isIt = (message: FromRelay): message is Extract<FromRelay, { type: T }> =>
      message.type === type && fits(message as Extract<FromRelay, { type: T }>)
    return until(`a message ${type}`, () => this.messages.find(isIt), withinMs)
  }

  /** The newest state of the first entry that fits. */
  entry(what: string, fits: (entry: Entry) => boolean, withinMs?: number): Promise<Entry> {
    return until(`entry: ${what}`, () => [...this.entries.values()].find(fits), withinMs)
  }

  /** Says something and resolves with the agent's whole, heard answer to it. */
  async question(text: string, withinMs = 40_000): Promise<Entry> {
    const before = new Set(this.entries.keys())
    this.send({ type: 'text', text })
    const answer = () => {
      const entries = [...this.entries.values()]
      const asked = entries.findIndex(({ id, role }) => role === 'visitor' && !before.has(id))
      return asked < 0 ? undefined : entries.slice(asked + 1).find(({ role, final }) => role === 'agent' && final)
    }
    return until(`an answer to ${text}`, answer, withinMs)
  }

  /** Breaks the socket without a goodbye. */
  drop(): void {
    this.ws.terminate()
  }

  hangUp(): Promise<Closed> {
    this.send({ type: 'hangup' })
    return this.closed
  }

  heardMs(utterance: string): number {
    return this.#speaker.heard(utterance)
  }

  leave(): void {
    this.#speaker.stop()
    this.#ws?.terminate()
  }

  #hear(frame: Buffer): void {
    this.audioBytes += frame.length
    this.#speaker.play(frame.length)
  }

  #read(text: string): void {
    const message = JSON.parse(text) as FromRelay
    this.messages.push(message)
    this.arrivals.push(Date.now())
    if (message.type === 'transcript') {
      this.entries.set(message.entry.id, message.entry)
      this.seq = message.seq
    }
    if (message.type === 'mark') this.#speaker.mark(message.utterance, message.name)
    if (message.type === 'clear') {
      const ms = this.#speaker.clear(message.utterance)
      if (this.#answers) this.send({ type: 'played', utterance: message.utterance, ms })
    }
    if (message.type === 'ended') this.#speaker.stop()
  }
}

/** `POST /api/web-calls` as a page of the relay's own origin. */
export function openCall(url: string, body: Record<string, unknown> = {}, headers: Record<string, string> = {}) {
  return ask<Opened & { code?: string }>(url, 'POST', '/api/web-calls', {
    body: { agentId: 'demo', ...body },
    headers: { Origin: url, ...headers },
  })
}

/** An open call with its socket connected and `ready` seen. */
export async function visit(url: string, body: Record<string, unknown> = {}, o: { answers?: boolean } = {}): Promise<Visitor> {
  const { status, body: opened } = await openCall(url, body)
  if (status !== 201) throw new Error(`opening a call answered ${status}: ${JSON.stringify(opened)}`)
  const visitor = await new Visitor(opened, o).connect()
  await visitor.seen('ready')
  return visitor
}
