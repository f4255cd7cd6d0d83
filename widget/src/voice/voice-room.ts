import type { PublicAgent } from '@voice-agent/relay/protocol'
import type { BehindPanel } from '../call/desk-view.ts'
import type { Talk } from '../call/talk.ts'
import type { Inside } from '../element/inside.ts'
import { constraintsFor, type Microphone, openMicrophone, type Refusal, refusalOf } from '../microphone/index.ts'
import { type Recognition, startRecognition } from './recognition.ts'
import { keepAwake } from './wake-lock.ts'

/** What the room needs of the call around it. */
export interface VoiceDoor {
  readonly inside: Inside
  readonly agent: PublicAgent
  readonly context: AudioContext
  /** The microphone that was chosen before. */
  readonly deviceId: string | undefined
  /** The first asking, inside the click. */
  readonly asked: Promise<MediaStream>
  readonly desk: Pick<BehindPanel, 'muted' | 'output' | 'setMuted' | 'setInputDevice' | 'setOutputDevice'>
  /** The call, once there is one. */
  call(): Pick<Talk, 'send' | 'sound' | 'rebuild'> | undefined
  level(level: number): void
}

/** Where the visitor's microphone stands. */
export type MicState =
  /** The browser asks the visitor; `shown` once that takes long enough to be seen, and unless they write. */
  { is: 'asking'; shown: boolean } | { is: 'refused'; why: Refusal } | { is: 'open'; microphone: Microphone } | { is: 'stopped' }

/** `kept`: another device was wanted and could not be had. */
export type Trouble = 'silent' | 'system-muted' | 'lost' | 'kept' | ''

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
  /** The visitor has written or spoken since the last notice: it is known. */
  known = false
  inputs: MediaDeviceInfo[] = []
  outputs: MediaDeviceInfo[] = []
  inputId: string | undefined
  recognition: Recognition | undefined
  /** The recogniser was looked for. */
  looked = false
  #settle: () => void
  #context: AudioContext
  #joining: AudioContext | undefined
  #timers: ReturnType<typeof setTimeout>[] = []
  readonly #sleep = keepAwake()

  constructor(door: VoiceDoor) {
    this.door = door
    this.inputId = door.deviceId
    this.#context = door.context
    const settled = Promise.withResolvers<void>()
    this.settled = settled.promise
    this.#settle = settled.resolve
    void this.#ask(door.asked)
  }

  /** Asks again: the visitor wants it after all. */
  ask(): Promise<void> {
    // WebKit refuses a microphone to pages that only play.
    sessionType('play-and-record')
    return this.#ask((async () => navigator.mediaDevices.getUserMedia(constraintsFor(this.inputId)))())
  }

  async #ask(asked: Promise<MediaStream>): Promise<void> {
    this.state = { is: 'asking', shown: false }
    const asking = this.state
    const show = setTimeout(() => {
      asking.shown = true
      this.#update()
    }, ASKING_SHOWS_MS)
    const most = setTimeout(() => this.typeInstead(), ASKING_MOST_MS)
    this.#timers = [show, most]
    try {
      const stream = await asked
      this.#settle()
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

  /** Something was written or understood: nobody need be told what is said once. */
  wrote(): void {
    this.known = true
    this.typeInstead()
  }

  setMuted(muted: boolean): void {
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
    if (this.trouble === 'kept' || this.trouble === '') this.trouble = changed ? '' : 'kept'
    this.#update()
    return changed
  }

  /** The call's sound was built anew. */
  use(context: AudioContext): void {
    this.#context = context
    this.#joining = context
    const { state } = this
    const joined = state.is === 'open' ? state.microphone.use(context) : Promise.resolve()
    joined
      .catch(() => {
        if (state.is === 'open' && this.state === state) {
          state.microphone.stop()
          this.#refused('busy')
        }
      })
      .finally(() => {
        if (this.#joining === context) this.#joining = undefined
      })
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
    const context = this.#context
    const microphone = await openMicrophone({
      context,
      stream,
      muted: this.door.desk.muted,
      ...(this.inputId ? { deviceId: this.inputId } : {}),
      on: {
        frame: (pcm) => this.door.call()?.sound(pcm, this.inputId),
        level: (level) => this.#hears(level),
        trouble: (what) => this.#troubled(what),
        devices: (inputs, id) => void this.#devices(inputs, id),
      },
    })
    if (this.#stopped) return microphone.stop()
    microphone.setMuted(this.door.desk.muted)
    this.state = { is: 'open', microphone }
    this.trouble = ''
    // Built anew meanwhile.
    if (context !== this.#context) this.use(this.#context)
    await this.#listen()
  }

  /** Where the relay understands no speech the browser may. */
  async #listen(): Promise<void> {
    const { agent, inside } = this.door
    if (agent.understandsSpeech || this.recognition) return
    this.recognition = await startRecognition({
      mode: agent.browserRecognition,
      language: inside.language(),
      muted: this.door.desk.muted,
      heard: (text, final) => this.door.call()?.send({ type: 'recognised', text, final }),
      failed: () => {
        this.recognition = undefined
        this.#update()
      },
    }).catch(() => undefined)
    if (this.#stopped) this.recognition?.stop()
    this.looked = true
  }

  /** The visitor's own voice, on their microphone. */
  #hears(level: number): void {
    const meter = this.door.inside.root.querySelector<HTMLElement>('.hears')
    meter?.style.setProperty('--input', Math.min(1, Math.sqrt(level) * 2).toFixed(2))
    this.door.level(level)
  }

  #refused(why: Refusal): void {
    this.state = { is: 'refused', why }
    this.known = false
    // Without a microphone an iPhone need not sound like a phone.
    sessionType('playback')
    const code = `mic_${why}`
    const retryable = canRetry(why)
    this.door.inside.emit('va-error', { code, message: this.door.inside.say(`error.mic_${why}`), retryable })
    this.#update()
  }

  #troubled(what: 'silent' | 'system-muted' | 'lost' | 'frozen' | 'back'): void {
    if (what === 'frozen') {
      // The old context tells it once more while the new one is being joined.
      if (!this.#joining) this.door.call()?.rebuild()
    } else this.trouble = what === 'back' ? '' : what
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

function sessionType(type: 'play-and-record' | 'playback'): void {
  const session = (navigator as { audioSession?: { type: string } }).audioSession
  if (session) session.type = type
}

/** Asking again can help. */
export const canRetry = (why: Refusal): boolean => !/^(policy|insecure|unsupported)$/.test(why)
