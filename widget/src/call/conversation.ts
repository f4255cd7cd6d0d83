import type { ConversationState, EndReason, Entry, FromRelay, ToRelay } from '@voice-agent/relay/protocol'
import type { Sound } from '../element/sound-door.ts'
import { Player, type PlayerListener } from '../sound/player.ts'
import { CallFault } from './fault.ts'
import { type Gone, MediaSocket, type SocketListener } from './media-socket.ts'
import type { TalkOptions } from './talk.ts'

export interface ConversationListener extends Pick<PlayerListener, 'level' | 'sounding' | 'blocked'> {
  state(state: ConversationState | 'reconnecting'): void
  entry(entry: Entry): void
  tool(use: { id: string; name: string; arguments: Record<string, unknown> }): void
  speaker(who: 'agent' | 'operator', name?: string): void
  fault(code: string, message: string, retryable: boolean): void
  /** The sound was built anew. */
  rebuilt(context: AudioContext): void
  /** Once, as soon as the call is over for the visitor; late words of the transcript may still follow. */
  ended(reason: EndReason, gone?: Gone): void
}

/** How long after hanging up the relay may still tell where the last words were cut. */
const FAREWELL_MS = 2_000
const HOLDS_AT_MOST_MS = 1_000

/** One call in the page: its socket, its sound, its end. */
export class Conversation {
  readonly callId: string
  readonly #on: ConversationListener
  readonly #socket: MediaSocket
  readonly #sourceHz: number
  readonly #newSound: () => Sound | undefined
  #player: Player | undefined
  #volume: number
  #device: string | undefined
  #startedAt = 0
  #over = false
  #ready = Promise.withResolvers<void>()
  #farewell: ReturnType<typeof setTimeout> | undefined
  #holding: ReturnType<typeof setTimeout> | undefined

  constructor(o: TalkOptions) {
    this.callId = o.opened.callId
    this.#on = o.on
    this.#sourceHz = o.opened.audio.output.sampleRate
    this.#newSound = o.newSound
    this.#volume = o.volume
    this.#device = o.device
    this.#ready.promise.catch(() => {})
    if (o.sound) this.#play(o.sound)
    const listener: SocketListener = {
      message: (message) => this.#take(message),
      audio: (pcm) => this.#player?.play(pcm),
      away: () => this.#over || this.#on.state('reconnecting'),
      gone: (why) => this.#lost(why),
    }
    this.#socket = new MediaSocket({ url: o.opened.mediaUrl, on: listener })
  }

  /** Resolves when relay and page are joined; rejects with CallFault when that fails. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }
  get hasSound(): boolean {
    return this.#player !== undefined
  }
  get durationMs(): number {
    return this.#startedAt ? Math.round(performance.now() - this.#startedAt) : 0
  }

  send(message: ToRelay): void {
    this.#socket.send(message)
  }

  sound(frame: ArrayBuffer): void {
    this.#socket.sound(frame)
  }

  /** Silence now; the relay then says what is cut. If it does not, the voice goes on. */
  interrupt(): void {
    this.#player?.hold(true)
    clearTimeout(this.#holding)
    this.#holding = setTimeout(() => this.#player?.hold(false), HOLDS_AT_MOST_MS)
    this.#socket.send({ type: 'interrupt' })
  }

  setVolume(volume: number): void {
    this.#volume = volume
    this.#player?.setVolume(volume)
  }

  /** Rejects when the browser does not allow it. */
  async setDevice(id: string): Promise<void> {
    await this.#player?.setDevice(id)
    this.#device = id
  }

  /** Inside a click. */
  wake(): void {
    this.#player?.wake()
  }

  hangUp(reason: 'visitor' | 'page-close'): void {
    if (this.#over) return
    clearTimeout(this.#holding)
    this.#player?.hold(true)
    this.#socket.send(reason === 'page-close' ? { type: 'hangup', reason } : { type: 'hangup' })
    this.#finish(reason)
    this.#farewell = setTimeout(() => this.#dispose(), FAREWELL_MS)
  }

  #play(sound: Sound, heardBefore?: Map<string, number>): void {
    const on: PlayerListener = {
      ...this.#on,
      reached: (utterance, name) => this.#socket.send({ type: 'mark', utterance, name }),
      broken: () => this.rebuild(),
    }
    const player = new Player({ sound, sourceHz: this.#sourceHz, on, ...(heardBefore && { heardBefore }) })
    this.#player = player
    player.start({ volume: this.#volume, device: this.#device }).catch(() => this.#fail('sound_failed'))
  }

  /** New sound, and the relay sends again what was not heard. */
  rebuild(): void {
    if (this.#over) return
    const old = this.#player
    const heard = old?.heardSoFar()
    old?.close()
    const sound = this.#newSound()
    if (!sound) {
      this.#fail('sound_failed')
      return
    }
    this.#play(sound, heard)
    this.#on.rebuilt(sound.context)
    this.#socket.renew()
  }

  #take(message: FromRelay): void {
    switch (message.type) {
      case 'ready':
        if (!this.#startedAt) this.#startedAt = performance.now()
        this.#ready.resolve()
        return
      case 'state':
        if (!this.#over) this.#on.state(message.state)
        return
      case 'transcript':
        this.#on.entry(message.entry)
        return
      case 'clear':
        void this.#clear(message.utterance)
        return
      case 'mark':
        this.#mark(message.utterance, message.name)
        return
      case 'speaker':
        this.#on.speaker(message.who, message.name)
        return
      case 'tool':
        this.#on.tool(message)
        return
      case 'error':
        this.#on.fault(message.code, message.message, message.retryable)
        return
      case 'ended':
        this.#finish(message.reason)
        this.#dispose()
    }
  }

  #mark(utterance: string, name: string): void {
    if (name === 'start') this.#player?.begin(utterance)
    if (this.#player) this.#player.mark(utterance, name)
    else this.#socket.send({ type: 'mark', utterance, name })
  }

  async #clear(utterance: string): Promise<void> {
    clearTimeout(this.#holding)
    const ms = (await this.#player?.clear(utterance)) ?? 0
    this.#socket.send({ type: 'played', utterance, ms: Math.round(ms * 10) / 10 })
  }

  #lost(why: Gone): void {
    if (this.#startedAt) this.#finish(why === 'over' ? 'error' : 'connection', why)
    else this.#ready.reject(new CallFault(why === 'lost' ? 'network' : why === 'refused' ? 'unauthorized' : 'internal'))
    this.#dispose()
  }

  #fail(code: string): void {
    if (this.#over) return
    this.#ready.reject(new CallFault(code))
    this.#on.fault(code, '', true)
    this.hangUp('visitor')
  }

  #finish(reason: EndReason, gone?: Gone): void {
    if (this.#over) return
    this.#over = true
    this.#ready.reject(new CallFault(reason === 'visitor' ? 'canceled' : 'provider_unavailable'))
    this.#on.ended(reason, gone)
  }

  #dispose(): void {
    this.#over = true
    clearTimeout(this.#farewell)
    clearTimeout(this.#holding)
    this.#socket.close()
    this.#player?.close()
  }
}
