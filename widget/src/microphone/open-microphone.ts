import type { FromCapture } from '../worklets/capture-messages.ts'
import { CaptureGraph, captureUrl } from './capture-graph.ts'
import { openDevice } from './constraints.ts'
import { type Trouble, TroubleState } from './trouble.ts'

export interface MicrophoneEvents {
  /** 20 ms of PCM16LE, mono, 16 kHz: 640 bytes in a buffer of its own. `atMs`: its first sample on the context's clock. */
  frame(pcm: ArrayBuffer, atMs: number): void
  /** RMS of what is sent, 0 to 1, some ten times a second. */
  level(level: number): void
  /**
   * silent: nothing but zeros for two seconds while not muted. system-muted: the system holds the track back. lost: the track ended
   * and no other device works. frozen: the context stands and has to be rebuilt. back: sound again.
   */
  trouble(what: Trouble | 'back'): void
  /** At the start and whenever devices come or go. */
  devices(inputs: MediaDeviceInfo[], currentId: string | undefined): void
}

export interface Microphone {
  /** Muted, the stream stays and zeros are sent. */
  setMuted(muted: boolean): void
  /** Another device, by its id. False: it cannot be had, and the one before goes on. */
  setDevice(id: string): Promise<boolean>
  /** The call's context was rebuilt: go on in this one. Rejects when the worklet cannot be loaded there. */
  use(context: AudioContext): Promise<void>
  stop(): void
}

export interface OpenMicrophoneOptions {
  context: AudioContext
  /** From `getUserMedia(constraintsFor())` inside the click. The microphone's from here on, also when this rejects. */
  stream: MediaStream
  muted: boolean
  on: MicrophoneEvents
  /** The device the visitor chose before: changed to, when the click brought another. */
  deviceId?: string
  workletUrl?: string
}

/** How long a context that says it runs may take to move, before it counts as frozen. */
const MOVES_WITHIN_MS = 500

/** Starts sending the visitor's voice. Rejects when the capture worklet cannot be loaded. */
export async function openMicrophone(o: OpenMicrophoneOptions): Promise<Microphone> {
  const microphone = new LiveMicrophone(o)
  try {
    await microphone.use(o.context)
  } catch (error) {
    microphone.stop()
    throw error
  }
  microphone.watch()
  const given = o.stream.getAudioTracks()[0]?.getSettings().deviceId
  if (o.deviceId && o.deviceId !== given) void microphone.setDevice(o.deviceId)
  return microphone
}

class LiveMicrophone implements Microphone {
  readonly #on: MicrophoneEvents
  readonly #url: string
  readonly #trouble: TroubleState
  readonly #life = new AbortController()
  #stream: MediaStream
  #trackSigns = new AbortController()
  #graph: CaptureGraph | undefined
  /** The context asked for last: an older one that is ready late is not taken. */
  #wanted: AudioContext | undefined
  #contextSigns = new AbortController()
  #muted: boolean
  /** Changes of the device come one after another. */
  #changes: Promise<unknown> = Promise.resolve()
  /** What the system's own choice was when the stream in use was opened. */
  #defaultGroup: string | undefined

  constructor(o: OpenMicrophoneOptions) {
    this.#on = o.on
    this.#url = o.workletUrl ?? captureUrl()
    this.#stream = o.stream
    this.#muted = o.muted
    this.#trouble = new TroubleState((what) => {
      if (!this.#stopped) o.on.trouble(what)
    })
    sessionType('play-and-record')
  }

  /** Begins to look after the track, the devices and the context. */
  watch(): void {
    const { signal } = this.#life
    this.#watchTrack()
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.#devicesChanged(), { signal })
    document.addEventListener('visibilitychange', () => void this.#check(), { signal })
    void this.#tellDevices()
  }

  setMuted(muted: boolean): void {
    this.#muted = muted
    this.#graph?.setMuted(muted)
  }

  setDevice(id: string): Promise<boolean> {
    return this.#inTurn(() => this.#change(id))
  }

  async use(context: AudioContext): Promise<void> {
    if (this.#stopped) return
    this.#wanted = context
    const graph = await CaptureGraph.open({
      context,
      muted: this.#muted,
      url: this.#url,
      hear: (message) => this.#hear(message),
      died: () => this.#trouble.begins('frozen'),
    })
    if (this.#stopped || context !== this.#wanted) return graph.close()
    graph.setMuted(this.#muted)
    graph.connect(this.#stream)
    this.#graph?.close()
    this.#graph = graph
    this.#contextSigns.abort()
    this.#contextSigns = new AbortController()
    context.addEventListener('statechange', () => void this.#check(), { signal: this.#contextSigns.signal })
    this.#trouble.ends('frozen')
  }

  stop(): void {
    if (this.#stopped) return
    this.#life.abort()
    this.#contextSigns.abort()
    this.#trackSigns.abort()
    this.#graph?.close()
    end(this.#stream)
    sessionType('auto')
  }

  get #stopped(): boolean {
    return this.#life.signal.aborted
  }
  get #track(): MediaStreamTrack | undefined {
    return this.#stream.getAudioTracks()[0]
  }

  #hear(message: FromCapture): void {
    switch (message.type) {
      case 'frame':
        this.#on.frame(message.pcm, message.atMs)
        return
      case 'level':
        this.#on.level(message.level)
        return
      case 'silent':
        this.#trouble.begins('silent')
        return
      case 'sound':
        this.#trouble.ends('silent')
    }
  }

  #watchTrack(): void {
    this.#trackSigns.abort()
    this.#trackSigns = new AbortController()
    const { signal } = this.#trackSigns
    const track = this.#track
    if (!track) return
    track.addEventListener('mute', () => this.#trouble.begins('system-muted'), { signal })
    track.addEventListener('unmute', () => this.#trouble.ends('system-muted', 'silent'), { signal })
    track.addEventListener('ended', () => void this.#ended(), { signal })
    if (track.muted) this.#trouble.begins('system-muted')
    if (track.readyState === 'ended') void this.#ended()
  }

  /** The device went away or the visitor took the permission back: the system's own choice is tried once. */
  #ended(): Promise<unknown> {
    return this.#inTurn(async () => {
      if (this.#track?.readyState === 'live') return
      const found = await this.#change(undefined)
      if (!found) this.#trouble.begins('lost')
    })
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#changes.then(change)
    this.#changes = turn.catch(() => {})
    return turn
  }

  /** Opens the new device before the old one is let go. True when the device asked for is in use. */
  async #change(id: string | undefined): Promise<boolean> {
    if (this.#stopped) return false
    // WebKit refuses a microphone to pages that only play.
    sessionType('play-and-record')
    const stream = await openDevice(id).catch(() => undefined)
    if (!stream) return false
    const given = stream.getAudioTracks()[0]?.getSettings().deviceId
    const right = id === undefined || given === undefined || given === id
    // Some browsers end the old track as soon as another is opened: then any microphone is better than none.
    if (this.#stopped || (!right && this.#track?.readyState === 'live')) {
      end(stream)
      return false
    }
    this.#take(stream)
    return right
  }

  #take(stream: MediaStream): void {
    const before = this.#stream
    this.#stream = stream
    this.#defaultGroup = undefined
    try {
      this.#graph?.connect(stream)
      this.#trouble.ends('silent', 'system-muted', 'lost')
    } catch {
      // Its rate is not the context's: a context made now has it.
      this.#trouble.begins('frozen')
    }
    this.#watchTrack()
    end(before)
    void this.#tellDevices()
  }

  async #devicesChanged(): Promise<void> {
    const inputs = await this.#tellDevices()
    // Something was plugged in after the microphone was lost.
    if (this.#trouble.is('lost')) return void this.#ended()
    const settings = this.#track?.getSettings()
    const system = groupOfDefault(inputs)
    if (settings?.deviceId === 'default' && system !== undefined && system !== this.#defaultGroup) {
      await this.#inTurn(() => this.#change('default'))
    }
  }

  async #tellDevices(): Promise<MediaDeviceInfo[]> {
    const all = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? []
    const inputs = all.filter(({ kind }) => kind === 'audioinput')
    this.#defaultGroup ??= groupOfDefault(inputs)
    if (!this.#stopped) this.#on.devices(inputs, this.#track?.getSettings().deviceId)
    return inputs
  }

  /** Only `suspended` is acted on: resuming an interrupted context (phone call, Siri, lock screen) can leave it running and still. */
  async #check(): Promise<void> {
    const context = this.#graph?.context
    if (!context || hidden()) return
    if (context.state === 'suspended') context.resume().catch(() => {})
    if (context.state !== 'running') return
    const before = context.currentTime
    await pause(MOVES_WITHIN_MS)
    if (this.#stopped || hidden() || context !== this.#graph?.context) return
    if (context.state === 'running' && context.currentTime === before) this.#trouble.begins('frozen')
  }
}

const groupOfDefault = (inputs: MediaDeviceInfo[]) => inputs.find(({ deviceId }) => deviceId === 'default')?.groupId
const hidden = () => document.visibilityState === 'hidden'
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function end(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

/** Tells iOS what the page does with sound: else the silent switch mutes the agent, or the earpiece is used. */
function sessionType(type: 'play-and-record' | 'auto'): void {
  const session = (navigator as { audioSession?: { type: string } }).audioSession
  if (session) session.type = type
}
