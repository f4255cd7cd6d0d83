import type { PublicAgent } from '@voice-agent/relay/protocol'
import type { Inside } from '../element/inside.ts'
import { constraintsFor, type Microphone, openMicrophone, type Refusal, refusalOf } from '../microphone/index.ts'
import { type Recognition, startRecognition } from './recognition.ts'
import { keepAwake } from './wake-lock.ts'

/** What the room needs of the call around it. */
export interface VoiceDoor {
  readonly inside: Inside
  readonly agent: PublicAgent
  readonly context: AudioContext
  readonly muted: boolean
  /** The microphone that was chosen before. */
  readonly deviceId: string | undefined
  frame(pcm: ArrayBuffer): void
  recognised(text: string, final: boolean): void
  level(level: number): void
  /** The context stands: a new one is wanted, and comes by `use`. */
  rebuild(): void
  setMuted(muted: boolean): void
  setOutputDevice(id: string): void
}

/** Where the visitor's microphone stands. */
export type MicState =
  /** The browser asks the visitor; `shown` once that takes long enough to be seen, and unless they write. */
  { is: 'asking'; shown: boolean } | { is: 'refused'; why: Refusal } | { is: 'open'; microphone: Microphone } | { is: 'stopped' }

export type Trouble = 'silent' | 'system-muted' | 'lost' | ''

/** A browser that knows the answer gives it at once; only a real question is explained. */
const ASKING_SHOWS_MS = 400
/** The relay waits a minute for the first connection: whoever leaves the question open can talk by typing meanwhile. */
const ASKING_MOST_MS = 45_000

/** The visitor's side of a spoken call: permission, microphone, recogniser, devices, and what went wrong with them. */
export class VoiceRoom {
  /** The visitor has answered the browser's question, or goes on without: the call may begin. */
  readonly settled: Promise<void>
  readonly door: VoiceDoor
  state: MicState = { is: 'asking', shown: false }
  trouble: Trouble = ''
  muted: boolean
  inputs: MediaDeviceInfo[] = []
  outputs: MediaDeviceInfo[] = []
  inputId: string | undefined
  outputId = ''
  recognition: Recognition | undefined
  /** The recogniser was looked for. */
  looked = false
  #settle: () => void
  #context: AudioContext
  #timers: ReturnType<typeof setTimeout>[] = []
  readonly #sleep = keepAwake()

  constructor(door: VoiceDoor) {
    this.door = door
    this.muted = door.muted
    this.inputId = door.deviceId
    this.#context = door.context
    const settled = Promise.withResolvers<void>()
    this.settled = settled.promise
    this.#settle = settled.resolve
    void this.ask()
  }

  /** Asks for the microphone: at the beginning, and again when the visitor wants it after all. */
  async ask(): Promise<void> {
    this.state = { is: 'asking', shown: false }
    const asking = this.state
    const show = setTimeout(() => {
      asking.shown = true
      this.#update()
    }, ASKING_SHOWS_MS)
    const most = setTimeout(() => this.typeInstead(), ASKING_MOST_MS)
    this.#timers = [show, most]
    try {
      const stream = await navigator.mediaDevices.getUserMedia(constraintsFor(this.inputId))
      await this.#open(stream)
    } catch (error) {
      const why = await refusalOf(error, window)
      if (!this.#stopped) this.#refused(why)
    }
    for (const timer of this.#timers) clearTimeout(timer)
    this.#settle()
    this.#update()
  }

  /** The call begins without the microphone; it may still come. */
  typeInstead(): void {
    if (this.state.is === 'asking') this.state.shown = false
    clearTimeout(this.#timers[0])
    this.#settle()
    this.#update()
  }

  setMuted(muted: boolean): void {
    this.muted = muted
    if (this.state.is === 'open') this.state.microphone.setMuted(muted)
    this.recognition?.setMuted(muted)
  }

  /** False: that device cannot be had. Without a microphone it is remembered for the next time. */
  async setDevice(id: string): Promise<boolean> {
    const before = this.inputId
    this.inputId = id
    if (this.state.is !== 'open') return true
    const changed = await this.state.microphone.setDevice(id)
    if (!changed) this.inputId = before
    this.#update()
    return changed
  }

  setOutput(id: string): void {
    this.outputId = id
    this.door.setOutputDevice(id)
  }

  /** The call's sound was built anew. */
  use(context: AudioContext): void {
    this.#context = context
    if (this.state.is === 'open') this.state.microphone.use(context).catch(() => this.#refused('busy'))
  }

  stop(): void {
    const { state } = this
    this.state = { is: 'stopped' }
    for (const timer of this.#timers) clearTimeout(timer)
    this.#sleep()
    if (state.is === 'open') state.microphone.stop()
    this.recognition?.stop()
    this.#settle()
  }

  get #stopped(): boolean {
    return this.state.is === 'stopped'
  }

  async #open(stream: MediaStream): Promise<void> {
    if (this.#stopped) {
      for (const track of stream.getTracks()) track.stop()
      return
    }
    const microphone = await openMicrophone({
      context: this.#context,
      stream,
      muted: this.muted,
      ...(this.inputId ? { deviceId: this.inputId } : {}),
      on: {
        frame: (pcm) => this.door.frame(pcm),
        level: (level) => this.door.level(level),
        trouble: (what) => this.#troubled(what),
        devices: (inputs, id) => void this.#devices(inputs, id),
      },
    })
    if (this.#stopped) return microphone.stop()
    microphone.setMuted(this.muted)
    this.state = { is: 'open', microphone }
    this.trouble = ''
    await this.#listen()
  }

  /** Where the relay understands no speech the browser may. */
  async #listen(): Promise<void> {
    const { agent, inside } = this.door
    if (agent.understandsSpeech || this.recognition) return
    this.recognition = await startRecognition({
      mode: agent.browserRecognition,
      language: inside.language(),
      muted: this.muted,
      heard: (text, final) => this.door.recognised(text, final),
      failed: () => {
        this.recognition = undefined
        this.#update()
      },
    }).catch(() => undefined)
    if (this.#stopped) this.recognition?.stop()
    this.looked = true
  }

  #refused(why: Refusal): void {
    this.state = { is: 'refused', why }
    const session = (navigator as { audioSession?: { type: string } }).audioSession
    // Without a microphone an iPhone need not sound like a phone.
    if (session) session.type = 'playback'
    const code = `mic_${why}`
    const retryable = canRetry(why)
    this.door.inside.emit('va-error', { code, message: this.door.inside.say(`error.mic_${why}`), retryable })
    this.#update()
  }

  #troubled(what: 'silent' | 'system-muted' | 'lost' | 'frozen' | 'back'): void {
    if (what === 'frozen') this.door.rebuild()
    else this.trouble = what === 'back' ? '' : what
    this.#update()
  }

  async #devices(inputs: MediaDeviceInfo[], id: string | undefined): Promise<void> {
    this.inputs = inputs
    this.inputId = id ?? this.inputId
    const all = (await navigator.mediaDevices.enumerateDevices().catch(() => [])) ?? []
    this.outputs = 'setSinkId' in AudioContext.prototype ? all.filter(({ kind }) => kind === 'audiooutput') : []
    this.#update()
  }

  #update(): void {
    if (!this.#stopped) this.door.inside.update()
  }
}

/** Asking again can help. */
export const canRetry = (why: Refusal): boolean => !/^(policy|insecure|unsupported)$/.test(why)
