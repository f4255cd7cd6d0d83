import type { Sound } from '../element/sound-door.ts'
import type { FromPlayback, PlaybackOptions, ToPlayback } from '../worklets/messages.ts'

export interface PlayerListener {
  /** Playback reached a mark. */
  reached(utterance: string, name: string): void
  /** 0 to 1. */
  level(level: number): void
  /** The first audible sample, on the page's clock (`performance.now()`). */
  sounding(atMs: number): void
  /** The browser holds the sound back until the visitor taps, or lets it through. */
  blocked(blocked: boolean): void
  /** The sound stopped for good: a new player is wanted. */
  broken(): void
}

/** How long a resumed context may take to move, before it counts as frozen. */
const MOVES_WITHIN_MS = 500
const VOLUME_GLIDE_S = 0.02

/** The agent's voice: one worklet with a ring buffer, a volume, the device. Utterances and marks are names outside, numbers inside. */
export class Player {
  readonly #sound: Sound
  readonly #on: PlayerListener
  readonly #sourceHz: number
  readonly #utterances: string[] = ['']
  readonly #marks = new Map<number, { utterance: string; name: string }>()
  readonly #clears = new Map<number, (samples: number) => void>()
  /** What earlier players of this call played of an utterance, in ms. */
  readonly heardBefore: Map<string, number>
  readonly #heard = new Map<string, number>()
  #gain: GainNode | undefined
  #node: AudioWorkletNode | undefined
  #backlog: ToPlayback[] = []
  #numbers = 0
  #blocked = false
  #closed = false
  #wakeSigns = new AbortController()

  constructor(o: { sound: Sound; sourceHz: number; on: PlayerListener; heardBefore?: Map<string, number> }) {
    this.#sound = o.sound
    this.#on = o.on
    this.#sourceHz = o.sourceHz
    this.heardBefore = o.heardBefore ?? new Map()
  }

  /** Builds the graph. Rejects when the worklet cannot be loaded. */
  async start(o: { volume: number; device?: string | undefined }): Promise<void> {
    const { context, ready } = this.#sound
    await ready
    if (this.#closed) return
    const processorOptions: PlaybackOptions = { sourceHz: this.#sourceHz }
    const node = new AudioWorkletNode(context, 'va-playback', {
      numberOfInputs: 0,
      outputChannelCount: [1],
      processorOptions,
    })
    this.#gain = new GainNode(context, { gain: o.volume })
    node.connect(this.#gain).connect(context.destination)
    node.port.onmessage = ({ data }: MessageEvent<FromPlayback>) => this.#hear(data)
    node.onprocessorerror = () => this.#on.broken()
    this.#node = node
    for (const message of this.#backlog) this.#post(message)
    this.#backlog = []
    // A headset that is gone by now: the device's own loudspeaker does.
    if (o.device) await this.setDevice(o.device).catch(() => {})
    const { signal } = this.#wakeSigns
    context.addEventListener('statechange', () => void this.check(), { signal })
    document.addEventListener('visibilitychange', () => void this.check(), { signal })
    void this.check()
  }

  play(pcm: ArrayBuffer): void {
    this.#post(pcm)
  }

  begin(utterance: string): void {
    this.#post({ type: 'begin', utterance: this.#numberOf(utterance) })
  }

  mark(utterance: string, name: string): void {
    this.#numbers += 1
    this.#marks.set(this.#numbers, { utterance, name })
    this.#post({ type: 'mark', id: this.#numbers, utterance: this.#numberOf(utterance), closes: name === 'end' })
  }

  /** Drops what is queued, with a short fade. Resolves with the ms of `utterance` that were heard in all. */
  async clear(utterance: string): Promise<number> {
    this.#numbers += 1
    const ticket = this.#numbers
    const samples = await new Promise<number>((resolve) => {
      this.#clears.set(ticket, resolve)
      this.#post({ type: 'clear', utterance: this.#numberOf(utterance), ticket })
    })
    const ms = (this.heardBefore.get(utterance) ?? 0) + (samples * 1000) / this.#sourceHz
    this.#heard.set(utterance, ms)
    return ms
  }

  /** Silent at once, keeping the place. */
  hold(held: boolean): void {
    this.#post({ type: 'hold', held })
  }

  setVolume(volume: number): void {
    this.#gain?.gain.setTargetAtTime(volume, this.#sound.context.currentTime, VOLUME_GLIDE_S)
  }

  /** Rejects when the browser does not let pages choose, or there is no such device. */
  async setDevice(id: string): Promise<void> {
    const context = this.#sound.context as AudioContext & { setSinkId?: (id: string) => Promise<void> }
    if (!context.setSinkId) throw new DOMException('', 'NotSupportedError')
    await context.setSinkId(id)
  }

  /** Inside a click: lets held-back sound through. */
  wake(): void {
    this.#sound.context.resume().catch(() => {})
  }

  /** Whether the context runs and really moves; after a phone call or a lock screen some stand still while they say they run. */
  async check(): Promise<void> {
    const { context } = this.#sound
    if (this.#closed || hidden()) return
    if (context.state === 'running') this.#tellBlocked(false)
    else this.wake()
    const before = context.currentTime
    await pause(MOVES_WITHIN_MS)
    if (this.#closed || hidden()) return
    const runs = context.state === 'running'
    this.#tellBlocked(!runs)
    if (runs ? context.currentTime === before : context.state === 'closed') this.#on.broken()
  }

  /** What was heard of every utterance so far, for the player that comes after this one. */
  heardSoFar(): Map<string, number> {
    return new Map([...this.heardBefore, ...this.#heard])
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#wakeSigns.abort()
    this.#post({ type: 'stop' })
    this.#node?.disconnect()
    for (const resolve of this.#clears.values()) resolve(0)
    this.#clears.clear()
    const { context } = this.#sound
    if (context.state !== 'closed') void context.close()
    const session = (navigator as { audioSession?: { type: string } }).audioSession
    if (session) session.type = 'auto'
  }

  #hear(message: FromPlayback): void {
    switch (message.type) {
      case 'reached': {
        const mark = this.#marks.get(message.id)
        this.#marks.delete(message.id)
        if (mark) this.#on.reached(mark.utterance, mark.name)
        return
      }
      case 'cleared':
        this.#clears.get(message.ticket)?.(message.heard)
        this.#clears.delete(message.ticket)
        return
      case 'level': {
        const utterance = this.#utterances[message.utterance]
        if (utterance) this.#heard.set(utterance, (this.heardBefore.get(utterance) ?? 0) + (message.heard * 1000) / this.#sourceHz)
        this.#on.level(message.level)
        return
      }
      case 'sounding': {
        const { context } = this.#sound
        this.#on.sounding(performance.now() - (context.currentTime - message.contextTime) * 1000)
      }
    }
  }

  #tellBlocked(blocked: boolean): void {
    if (blocked === this.#blocked) return
    this.#blocked = blocked
    this.#on.blocked(blocked)
  }

  #numberOf(utterance: string): number {
    const known = this.#utterances.lastIndexOf(utterance)
    return known > 0 ? known : this.#utterances.push(utterance) - 1
  }

  #post(message: ToPlayback): void {
    if (!this.#node) this.#backlog.push(message)
    else this.#node.port.postMessage(message, message instanceof ArrayBuffer ? [message] : [])
  }
}

const hidden = () => document.visibilityState === 'hidden'
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
