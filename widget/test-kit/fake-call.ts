import type { FromRelay, ToRelay, WebCallRequest } from '@voice-agent/relay/protocol'
import type { WebSocket } from 'ws'

const HZ = 24_000
const FRAME_MS = 20

/** One call of the fake relay: what came in, and the means to send anything. Media rules as CONTRACT section 5 says. */
export class FakeCall {
  readonly id: string
  readonly token: string
  readonly request: WebCallRequest
  readonly sessionId: string
  readonly received: ToRelay[] = []
  readonly connections: { after: string | null }[] = []
  /** New sockets are dropped before `ready`. */
  unreachable = false
  /** The relay was restarted and knows nothing of this call. */
  forgotten = false
  audioBytes = 0
  #ws: WebSocket | undefined
  #seq = 0
  #utterances = 0
  #listeners = new Set<() => void>()
  onMessage: (message: ToRelay) => void = () => {}

  constructor(o: { id: string; token: string; sessionId: string; request: WebCallRequest }) {
    this.id = o.id
    this.token = o.token
    this.sessionId = o.sessionId
    this.request = o.request
  }

  get seq(): number {
    return this.#seq
  }

  attach(ws: WebSocket, after: string | null): void {
    this.connections.push({ after })
    if (this.unreachable) {
      ws.terminate()
      return
    }
    if (this.forgotten) {
      ws.send(JSON.stringify({ type: 'ended', reason: 'error' }))
      ws.close(4404, 'over')
      return
    }
    this.#ws?.close(4409, 'replaced')
    this.#ws = ws
    ws.on('message', (data, binary) => {
      if (binary) {
        this.audioBytes += (data as Buffer).length
        return
      }
      const message = JSON.parse(String(data)) as ToRelay
      if (message.type === 'ping') return this.send({ type: 'pong', t: message.t })
      this.received.push(message)
      for (const listener of this.#listeners) listener()
      this.onMessage(message)
    })
    this.send({ type: 'ready', callId: this.id, sessionId: this.sessionId, resumed: after !== null })
    for (const listener of this.#listeners) listener()
  }

  send(message: FromRelay): void {
    this.#ws?.send(JSON.stringify(message))
  }

  entry(entry: {
    id: string
    role: 'visitor' | 'agent' | 'operator' | 'system'
    text: string
    final: boolean
    interrupted?: boolean
  }): void {
    this.#seq += 1
    this.send({ type: 'transcript', seq: this.#seq, entry: { startedAt: '2026-01-01T10:00:00.000Z', ...entry } })
  }

  /** A tone of so many ms, in frames; with `quiet` it is silence. */
  audio(o: { ms: number; hz?: number; amplitude?: number; fromMs?: number }): void {
    const total = Math.round((o.ms * HZ) / 1000)
    const start = Math.round(((o.fromMs ?? 0) * HZ) / 1000)
    const frame = (FRAME_MS * HZ) / 1000
    for (let at = 0; at < total; at += frame) {
      const pcm = new Int16Array(Math.min(frame, total - at))
      for (let i = 0; i < pcm.length; i += 1) {
        pcm[i] = Math.round(32767 * (o.amplitude ?? 0.3) * Math.sin((2 * Math.PI * (o.hz ?? 440) * (start + at + i)) / HZ))
      }
      this.#ws?.send(Buffer.from(pcm.buffer))
    }
  }

  newUtterance(): string {
    this.#utterances += 1
    return `u${this.#utterances}`
  }

  /** The network fails: no close frame. */
  drop(): void {
    this.#ws?.terminate()
    this.#ws = undefined
  }

  close(code: number): void {
    this.#ws?.close(code, 'test')
    this.#ws = undefined
  }

  end(reason: 'visitor' | 'agent' | 'page-close' | 'error' | 'deadline'): void {
    this.send({ type: 'ended', reason })
    this.close(1000)
  }

  /** Resolves when `test` holds, looked at again whenever something arrives. */
  async until(test: () => boolean): Promise<void> {
    while (!test()) {
      await new Promise<void>((resolve) => {
        const listener = () => {
          this.#listeners.delete(listener)
          resolve()
        }
        this.#listeners.add(listener)
      })
    }
  }
}
