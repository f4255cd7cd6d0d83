import type { Entry } from '@voice-agent/relay/protocol'
import { io, type Socket } from 'socket.io-client'
import { until } from './until.ts'

/** A console's live side without a page: Socket.IO as the vendor's own client speaks it. */

export interface CallSeen {
  id: string
  status: string
  ai: string
  endReason?: string
  endedAt?: string
  heldBy?: unknown
}
export type Line = Entry & { callId: string; seq: number }
export type Told = { ok: boolean; error?: { code: string; message: string }; call?: CallSeen; seq?: number }

export class Watcher {
  readonly socket: Socket
  /** Every `call:updated`, in the order in which it came. */
  readonly calls: CallSeen[] = []
  readonly lines: Line[] = []

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('call:updated', (call: CallSeen) => void this.calls.push(call))
    socket.on('transcript:update', (line: Line) => void this.lines.push(line))
  }

  static async of(url: string, token: string): Promise<Watcher> {
    const watcher = new Watcher(io(url, { auth: { token }, transports: ['websocket'], forceNew: true }))
    await new Promise<void>((resolve, reject) => {
      watcher.socket.once('connect', resolve)
      watcher.socket.once('connect_error', reject)
    })
    return watcher
  }

  ask(event: string, given: unknown): Promise<Told> {
    return this.socket.timeout(20_000).emitWithAck(event, given) as Promise<Told>
  }

  /** Every word of these calls from now on, and of what was said the part that this page has not. Resolves with the last number of each that is past. */
  async readAll(ids: readonly string[]): Promise<Map<string, number>> {
    const past = new Map<string, number>()
    // As a page would: not more questions at once than a person's page may ask.
    for (const callId of ids) {
      const told = await this.ask('transcript:subscribe', { callId, after: this.seqs(callId).at(-1) ?? 0 })
      if (!told.ok) throw new Error(`${callId} was refused: ${told.error?.message}`)
      past.set(callId, told.seq ?? 0)
    }
    return past
  }

  /** The first state of this call that fits, already told or still to come. */
  sees(what: string, id: string, fits: (call: CallSeen) => boolean, withinMs?: number): Promise<CallSeen> {
    return until(`call ${what}`, () => this.calls.find((call) => call.id === id && fits(call)), withinMs)
  }

  reads(what: string, id: string, fits: (line: Line) => boolean, withinMs?: number): Promise<Line> {
    return until(`line ${what}`, () => this.lines.find((line) => line.callId === id && fits(line)), withinMs)
  }

  /** A transcript as this page has it now: each entry's newest state, by its id. */
  transcript(id: string): Map<string, string> {
    return new Map(this.lines.filter(({ callId }) => callId === id).map((line) => [line.id, line.text]))
  }

  seqs(id: string): number[] {
    return this.lines.filter(({ callId }) => callId === id).map(({ seq }) => seq)
  }

  leave(): void {
    this.socket.disconnect()
  }
}
