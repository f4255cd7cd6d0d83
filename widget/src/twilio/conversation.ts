import type { CarriedWebCall, ConversationState, EndReason, FromRelay, ToRelay } from '@voice-agent/relay/protocol'
import { CallFault } from '../call/fault.ts'
import type { Talk, TalkOptions } from '../call/talk.ts'
import { type Beside, openBeside } from './beside.ts'
import { codeOf, helpsAgain } from './codes.ts'
import { type Keys, openKeys } from './keys.ts'
import { type Microphone, openMicrophone } from './microphone.ts'
import type { MakeDevice, SdkCall, SdkDevice } from './sdk.ts'

/** How long after hanging up the relay may still tell where the last words were cut, or why Twilio ended it. */
const FAREWELL_MS = 2_000
/** What a phone has no keys for goes beside the sound. */
const PHONE_KEYS = /^[0-9*#w]+$/

/** One call in the page whose sound Twilio's SDK has; words, keys that no phone has and the end go to the relay beside it. */
export class TwilioConversation implements Talk {
  readonly callId: string
  readonly hasSound = true
  readonly #o: TalkOptions
  readonly #beside: Beside
  readonly #microphone: Microphone
  #device: SdkDevice | undefined
  #call: SdkCall | undefined
  readonly #keys: Keys = openKeys((tones) => this.#call?.sendDigits(tones))
  /** The SDK makes another with each device, and may go on with the first of them. */
  readonly #players = new Set<HTMLAudioElement>()
  #volume: number
  #input = 'default'
  #output: string | undefined
  #state: ConversationState = 'listening'
  #startedAt = 0
  #over = false
  #ready = Promise.withResolvers<void>()
  #farewell: ReturnType<typeof setTimeout> | undefined

  constructor(o: TalkOptions, makeDevice: MakeDevice) {
    const opened = o.opened as unknown as CarriedWebCall
    this.#o = o
    this.callId = opened.callId
    this.#volume = o.volume
    this.#output = o.device
    this.#ready.promise.catch(() => {})
    this.#microphone = openMicrophone(o.sound?.context)
    this.#beside = openBeside(opened, (message) => this.#take(message))
    // Whoever called it off meanwhile hangs up at once: nothing connects then, and nobody is asked for a microphone.
    void Promise.resolve()
      .then(() => (this.#over ? undefined : this.#connect(opened, makeDevice)))
      .catch((error: unknown) => this.#fail(error))
  }

  get ready(): Promise<void> {
    return this.#ready.promise
  }
  get durationMs(): number {
    return this.#startedAt ? Math.round(performance.now() - this.#startedAt) : 0
  }

  async #connect({ accessToken, connectParams }: CarriedWebCall, makeDevice: MakeDevice): Promise<void> {
    const device = makeDevice(accessToken, this.#microphone.get)
    this.#device = device
    // The SDK may be gone meanwhile: it ends with the page's own visibility.
    device.on('tokenWillExpire', () => void this.#renew().catch(() => {}))
    device.on('error', (error: unknown) => this.#fail(error))
    const call = await device.connect({ params: connectParams })
    this.#call = call
    if (this.#over) return this.#dispose()
    call.on('accept', () => this.#accepted())
    call.on('reconnecting', () => this.#over || this.#o.on.state('reconnecting'))
    call.on('reconnected', () => this.#over || this.#o.on.state(this.#state))
    call.on('volume', (_input: number, output: number) => this.#o.on.level(output))
    call.on('audio', (player: HTMLAudioElement) => {
      this.#players.add(player)
      player.volume = this.#volume
    })
    call.on('error', (error: unknown) => this.#fail(error))
    // The relay tells why; where it does not, the far end went.
    for (const gone of ['disconnect', 'cancel', 'reject']) {
      call.on(gone, () => {
        if (!this.#over) this.#farewell ??= setTimeout(() => this.#end('connection'), FAREWELL_MS)
      })
    }
  }

  #accepted(): void {
    if (this.#over || this.#startedAt) return
    this.#startedAt = performance.now()
    this.#o.on.sounding(this.#startedAt)
    if (this.#output) this.setDevice(this.#output).catch(() => {})
    this.#ready.resolve()
  }

  async #renew(): Promise<void> {
    const token = await this.#beside.nextToken()
    // Without one the call goes on as long as its signalling stands.
    if (token && !this.#over) this.#device?.updateToken(token)
  }

  send(message: ToRelay): void {
    if (message.type === 'mute') this.#call?.mute(message.muted)
    if (message.type === 'dtmf' && this.#call && PHONE_KEYS.test(message.digits)) this.#keys.press(message.digits)
    else this.#beside.send(message)
  }

  /** The page's own ear at the microphone: its frames say which one it is, and that there is one where the visitor allowed it late. */
  sound(_frame: ArrayBuffer, device = 'default'): void {
    if (!this.#startedAt || (device === this.#input && !this.#microphone.isLate())) return
    this.#input = device
    // What cannot be changed stays as it was.
    this.#device?.audio?.setInputDevice(device).catch(() => {})
  }

  interrupt(): void {
    this.#beside.send({ type: 'interrupt' })
  }

  setVolume(volume: number): void {
    this.#volume = volume
    for (const player of this.#players) player.volume = volume
  }

  /** Rejects when the browser does not allow it. */
  async setDevice(id: string): Promise<void> {
    await this.#device?.audio?.speakerDevices.set(id)
    this.#output = id
  }

  wake(): void {
    for (const player of this.#players) player.play().catch(() => {})
  }

  /** The sound is Twilio's to mend. */
  rebuild(): void {}

  hangUp(reason: 'visitor' | 'page-close'): void {
    if (this.#over) return
    this.#beside.send(reason === 'page-close' ? { type: 'hangup', reason } : { type: 'hangup' })
    this.#finish(reason)
    this.#keys.stop()
    this.#call?.disconnect()
    clearTimeout(this.#farewell)
    this.#farewell = setTimeout(() => this.#dispose(), FAREWELL_MS)
  }

  #take(message: FromRelay): void {
    const { on } = this.#o
    if (message.type === 'transcript') on.entry(message.entry)
    else if (message.type === 'speaker') on.speaker(message.who, message.name)
    else if (message.type === 'tool') on.tool(message)
    else if (message.type === 'error') this.#over || on.fault(message.code, message.message, message.retryable)
    else if (message.type === 'ended') this.#end(message.reason)
    else if (message.type === 'state') {
      this.#state = message.state
      if (!this.#over && this.#startedAt) on.state(message.state)
    }
  }

  #end(reason: EndReason): void {
    this.#finish(reason)
    this.#dispose()
  }

  #fail(error: unknown): void {
    if (this.#over) return
    const code = codeOf(error)
    // Before anybody was heard the call has not begun; later Twilio mends what it can, and says so when it cannot.
    if (this.#startedAt) {
      this.#o.on.fault(code, '', helpsAgain(code))
      return
    }
    this.#ready.reject(new CallFault(code))
    this.#beside.send({ type: 'hangup' })
    this.#over = true
    this.#dispose()
  }

  #finish(reason: EndReason): void {
    if (this.#over) return
    this.#over = true
    this.#ready.reject(new CallFault(reason === 'visitor' ? 'canceled' : 'provider_unavailable'))
    this.#o.on.ended(reason)
  }

  #dispose(): void {
    this.#over = true
    clearTimeout(this.#farewell)
    this.#keys.stop()
    this.#call?.disconnect()
    this.#device?.destroy()
    this.#microphone.close()
    this.#beside.close()
    const { context } = this.#o.sound ?? {}
    if (context && context.state !== 'closed') void context.close()
  }
}
