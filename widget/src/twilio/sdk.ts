import { Device } from '@twilio/voice-sdk'
import { TOKEN_REFRESH_MS } from './token-life.ts'

/** What we use of Twilio's voice SDK; tests put a device of their own in its place. */

type Listener = (...told: never[]) => void

export interface SdkCall {
  on(event: string, listener: Listener): unknown
  mute(muted: boolean): void
  sendDigits(digits: string): void
  disconnect(): void
}

export interface SdkDevice {
  on(event: string, listener: Listener): unknown
  connect(o: { params: Record<string, string> }): Promise<SdkCall>
  updateToken(token: string): void
  destroy(): void
  readonly audio: {
    setInputDevice(id: string): Promise<void>
    readonly speakerDevices: { set(id: string): Promise<void> }
  } | null
}

/** `microphone`: what the SDK gets the visitor's voice from. */
export type MakeDevice = (token: string, microphone: (constraints: MediaStreamConstraints) => Promise<MediaStream>) => SdkDevice

/** The SDK's own beeps would be fetched from elsewhere, and nobody needs them. */
class NoSound {
  play = () => Promise.resolve()
  stop = () => undefined
  setSinkIds = () => undefined
}

export const makeDevice: MakeDevice = (token, microphone) => {
  const options = {
    getUserMedia: microphone,
    tokenRefreshMs: TOKEN_REFRESH_MS,
    // As the voice sounds best first; a phone's codec where that cannot be.
    codecPreferences: ['opus', 'pcmu'],
    // Else what Twilio refuses with comes as `unknown` or `connection error` (31000, 31005), whatever its cause.
    enableImprovedSignalingErrorPrecision: true,
    logLevel: 'silent',
    // What the SDK tells its makers about each call stays here.
    publishEvents: false,
    Sound: NoSound,
  }
  return new Device(token, options as unknown as Device.Options) as unknown as SdkDevice
}
