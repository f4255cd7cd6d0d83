import { HeardLeg } from '../../audio/heard-leg.ts'
import type { AudioFormat, AudioLeg, Clock, Ear, LegEvent, TextLeg } from '../../calls/ports.ts'
import { CLOSE, type EndReason, type FromRelay, type ToRelay } from '../../protocol/index.ts'
import type { MediaSocket } from './socket.ts'

export const BROWSER_INPUT: AudioFormat = { encoding: 'pcm_s16le', sampleRateHz: 16_000, frameMs: 20 }
const BROWSER_OUTPUT: AudioFormat = { encoding: 'pcm_s16le', sampleRateHz: 24_000, frameMs: 20 }

/** The page keeps a cushion against a bad line, so sound is sent this far ahead. */
const LEAD_MS = 300
/** A page answers `clear` within a round trip; one that does not is not waited for. */
const CLEAR_ANSWER_MS = 400
/** What a browser sends when its page goes away; some proxies send it too. */
const GOING_AWAY = 1001

/** The visitor's side in a page: one leg over any number of sockets, each replacing the one before. */
export interface BrowserLeg extends Ear {
  readonly leg: AudioLeg | TextLeg
  /** Takes a new socket; the older one is told that it was replaced. */
  use(socket: MediaSocket): void
  message(message: ToRelay): void
  /** The socket is gone; one that was replaced before means nothing. */
  gone(socket: MediaSocket, code: number): void
  tell(message: FromRelay): void
  /** Says to a new socket what the older ones were told last: state and speaker. */
  repeat(): void
  /** Says to the call that media is there again. */
  attached(): void
}

interface Made {
  modality: 'voice' | 'text'
  clock: Clock
  onToolResult: (id: string, result: unknown) => void
}

export function createBrowserLeg(o: Made): BrowserLeg {
  return new VisitorsLeg(o)
}

/** What the page says, as the call is told it. */
const EVENTS: { [Type in ToRelay['type']]?: (message: Extract<ToRelay, { type: Type }>) => LegEvent } = {
  text: (message) => ({ type: 'text', text: message.text }),
  recognised: ({ text, final }) => ({ type: 'recognised', text, final }),
  dtmf: (message) => ({ type: 'digits', digits: message.digits }),
  mute: (message) => ({ type: 'muted', muted: message.muted }),
  interrupt: () => ({ type: 'interrupt' }),
  context: (message) => ({ type: 'context', text: message.text }),
  mark: (message) => ({ type: 'mark', utterance: message.utterance, name: message.name }),
  feedback: ({ type, score, issue, comment }) => ({
    type,
    score,
    ...(issue === undefined ? {} : { issue }),
    ...(comment === undefined ? {} : { comment }),
  }),
  hangup: (message) => ({ type: 'closed', reason: message.reason ?? 'visitor' }),
}

/** The call's leg itself where it has sound: what a frame needs lies in this one object. */
class VisitorsLeg extends HeardLeg implements BrowserLeg, AudioLeg {
  #socket: MediaSocket | undefined
  #closed: boolean
  readonly #clock: Clock
  readonly #onToolResult: Made['onToolResult']
  readonly #clearing: Map<string, (ms: number | undefined) => void>
  /** The newest of each kind that a page which comes back has to know. */
  readonly #standing: Map<FromRelay['type'], FromRelay>
  readonly kind = 'audio'
  readonly name = 'browser'
  readonly input = BROWSER_INPUT
  readonly output = BROWSER_OUTPUT
  readonly leadMs = LEAD_MS
  readonly leg: AudioLeg | TextLeg

  constructor(o: Made) {
    super()
    this.#socket = undefined
    this.#closed = false
    this.#clock = o.clock
    this.#onToolResult = o.onToolResult
    this.#clearing = new Map()
    this.#standing = new Map()
    this.leg = o.modality === 'voice' ? this : this.#typed()
  }

  sound(bytes: Uint8Array): void {
    if (this.leg === this) this.emitSound(bytes)
    else this.tell({ type: 'error', code: 'bad_audio', message: 'This call is typed: send text.', retryable: false })
  }

  writable(): boolean {
    return this.#socket?.writable ?? false
  }

  send(frame: Uint8Array): void {
    this.#socket?.audio(frame)
  }

  mark(utterance: string, name: string): void {
    this.tell({ type: 'mark', utterance, name })
  }

  clear(utterance: string): Promise<number | undefined> {
    if (!this.#socket?.open) return Promise.resolve(undefined)
    this.#clearing.get(utterance)?.(undefined)
    return new Promise((resolve) => {
      const settle = (ms: number | undefined) => {
        cancel()
        this.#clearing.delete(utterance)
        resolve(ms)
      }
      const cancel = this.#clock.after(CLEAR_ANSWER_MS, () => settle(undefined))
      this.#clearing.set(utterance, settle)
      this.tell({ type: 'clear', utterance })
    })
  }

  close(reason: EndReason): void {
    if (this.#closed) return
    this.#closed = true
    this.#clearsNoMore()
    this.tell({ type: 'ended', reason })
    this.#socket?.close(CLOSE.normal, reason)
  }

  use(next: MediaSocket): void {
    const old = this.#socket
    this.#socket = next
    this.#clearsNoMore()
    // What the old socket still carried is lost with it, so the call goes through `away` as after a cut.
    if (old) this.emit({ type: 'detached' })
    old?.close(CLOSE.replaced, 'replaced by a newer socket')
  }

  message(message: ToRelay): void {
    if (message.type === 'played') this.#clearing.get(message.utterance)?.(message.ms)
    else if (message.type === 'tool-result') this.#onToolResult(message.id, message.result)
    else {
      const event = (EVENTS[message.type] as ((message: ToRelay) => LegEvent) | undefined)?.(message)
      if (event) this.emit(event)
    }
  }

  gone(old: MediaSocket, code: number): void {
    if (old !== this.#socket || this.#closed) return
    this.#socket = undefined
    this.#clearsNoMore()
    this.emit(code === GOING_AWAY ? { type: 'detached', leaving: 'page-close' } : { type: 'detached' })
  }

  tell(message: FromRelay): void {
    if (message.type === 'state' || message.type === 'speaker') this.#standing.set(message.type, message)
    this.#socket?.tell(message)
  }

  repeat(): void {
    for (const message of this.#standing.values()) this.#socket?.tell(message)
  }

  attached(): void {
    this.emit({ type: 'attached' })
  }

  #clearsNoMore() {
    for (const settle of [...this.#clearing.values()]) settle(undefined)
  }

  /** Typed calls: the transcript is what the page shows, so what it says is on its way already. */
  #typed(): TextLeg {
    return {
      kind: 'text',
      name: this.name,
      listen: (listener) => this.listen(listener),
      say: () => undefined,
      clear: () => Promise.resolve(undefined),
      close: (reason) => this.close(reason),
    }
  }
}
