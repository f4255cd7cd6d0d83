import type { FromCapture } from '../worklets/capture-messages.ts'
import { CaptureGraph, captureUrl } from './capture-graph.ts'
import { watchContext } from './context-watch.ts'
import { openDevice } from './open-device.ts'
import type { Microphone, MicrophoneEvents } from './ports.ts'
import { TroubleState } from './trouble.ts'

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

  /** Begins to look after the track and the devices. */
  watch(): void {
    const { signal } = this.#life
    this.#watchTrack()
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.#devicesChanged(), { signal })
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
    try {
      graph.connect(this.#stream)
    } catch (error) {
      graph.close()
      throw error
    }
    this.#graph?.close()
    this.#graph = graph
    this.#contextSigns.abort()
    this.#contextSigns = new AbortController()
    watchContext(context, () => this.#trouble.begins('frozen'), this.#contextSigns.signal)
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
}

const groupOfDefault = (inputs: MediaDeviceInfo[]) => inputs.find(({ deviceId }) => deviceId === 'default')?.groupId

function end(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

/** Tells iOS what the page does with sound: else the silent switch mutes the agent, or the earpiece is used. */
function sessionType(type: 'play-and-record' | 'auto'): void {
  const session = (navigator as { audioSession?: { type: string } }).audioSession
  if (session) session.type = type
}
