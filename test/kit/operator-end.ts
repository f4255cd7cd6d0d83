import type { FromRelay, TakeoverRecord, ToRelay } from '@voice-agent/relay/protocol'
import { WebSocket } from 'ws'
import { FarMicrophone } from './far-microphone.ts'
import type { Operator } from './operator.ts'
import { until } from './until.ts'
import type { Closed } from './visitor.ts'
import { fromInt16 } from './waveform.ts'

/** An operator's ear and voice in a call without a page: the media language over a raw socket, and the API that leads to it. */

const HEARS_HZ = 24_000

interface Standing {
  id: string
  ai: 'active' | 'paused' | 'off'
  heldBy?: { id: string; name: string }
}

interface Taken {
  call: Standing
  mediaUrl: string
  expiresAt: string
  code?: string
  detail?: string
}

export class OperatorEnd {
  readonly messages: FromRelay[] = []
  readonly closed: Promise<Closed>
  readonly ws: WebSocket
  readonly microphone: FarMicrophone | undefined
  readonly #frames: Buffer[] = []

  /** Resolves when `ready` was told. Whoever `speaks` has a microphone in a quiet room. */
  static async join(url: string, o: { speaks?: boolean } = {}): Promise<OperatorEnd> {
    const end = new OperatorEnd(url, o.speaks ?? false)
    await end.seen('ready')
    return end
  }

  constructor(url: string, speaks = false) {
    const ws = new WebSocket(url)
    this.ws = ws
    this.closed = new Promise((resolve) => {
      ws.once('close', (code, reason) => {
        this.microphone?.close()
        resolve({ code, reason: reason.toString() })
      })
    })
    ws.on('error', () => {})
    ws.on('message', (data: Buffer, binary) => {
      if (binary) this.#frames.push(data)
      else this.messages.push(JSON.parse(data.toString('utf8')) as FromRelay)
    })
    this.microphone = speaks ? new FarMicrophone(() => ws) : undefined
  }

  send(message: ToRelay | Record<string, unknown>): void {
    this.ws.send(JSON.stringify(message))
  }

  /** Says it in real time. Resolves when the last of it has left. */
  async say(samples: Int16Array): Promise<void> {
    if (!this.microphone) throw new Error('This operator only listens.')
    const gone = this.closed.then(({ code, reason }) => {
      throw new Error(`The operator’s socket was closed meanwhile: ${code} ${reason}`)
    })
    await Promise.race([this.microphone.say(samples), gone])
  }

  /** The first message that fits, already there or still to come. */
  seen<T extends FromRelay['type']>(
    type: T,
    fits: (message: Extract<FromRelay, { type: T }>) => boolean = () => true,
  ): Promise<Extract<FromRelay, { type: T }>> {
    const isIt = (message: FromRelay): message is Extract<FromRelay, { type: T }> =>
      message.type === type && fits(message as Extract<FromRelay, { type: T }>)
    return until(`the operator is told ${type}`, () => this.messages.find(isIt))
  }

  /** All that was heard so far, as one sound. */
  heard(): ReturnType<typeof fromInt16> {
    const bytes = Uint8Array.from(Buffer.concat(this.#frames))
    return fromInt16(new Int16Array(bytes.buffer), HEARS_HZ)
  }

  get heardMs(): number {
    return this.#frames.reduce((sum, { length }) => sum + length, 0) / (HEARS_HZ / 500)
  }

  /** As a browser that dies. */
  die(): void {
    this.ws.terminate()
  }
}

/** What one operator does with one call. */
export class OperatorHand {
  readonly #operator: Operator
  readonly #path: string

  constructor(operator: Operator, callId: string) {
    this.#operator = operator
    this.#path = `/api/calls/${callId}`
  }

  takeOver(why: { reason?: string; notes?: string } = {}) {
    return this.#operator.ask<Taken>('POST', `${this.#path}/takeover`, why)
  }

  handBack(briefing?: string) {
    return this.#operator.ask<Taken>('DELETE', `${this.#path}/takeover`, briefing === undefined ? {} : { briefing })
  }

  /** Takes the call, joins it and waits until the visitor was told. @throws Error when it is refused */
  async hold(why?: { reason?: string; notes?: string }): Promise<OperatorEnd> {
    const { body, status } = await this.takeOver(why)
    if (status !== 200) throw new Error(`taking over answered ${status}: ${JSON.stringify(body)}`)
    const end = await OperatorEnd.join(body.mediaUrl, { speaks: true })
    await end.seen('speaker', ({ who }) => who === 'operator')
    return end
  }

  async listen(): Promise<OperatorEnd> {
    const { body, status } = await this.#operator.ask<{ url: string }>('POST', `${this.#path}/listen`)
    if (status !== 200) throw new Error(`listening answered ${status}: ${JSON.stringify(body)}`)
    return OperatorEnd.join(body.url)
  }

  act(what: 'say' | 'whisper' | 'context', text: string) {
    return this.#operator.ask('POST', `${this.#path}/${what}`, { text })
  }

  async takeovers(): Promise<TakeoverRecord[]> {
    return (await this.#operator.ask<{ takeovers: TakeoverRecord[] }>('GET', `${this.#path}/takeovers`)).body.takeovers
  }

  async standing(): Promise<Standing> {
    return (await this.#operator.ask<{ call: Standing }>('GET', this.#path)).body.call
  }
}
