import type { MakeDevice, SdkCall, SdkDevice } from '../twilio/sdk.ts'

type Listener = (...told: never[]) => void

class Emitter {
  readonly #listeners = new Map<string, Listener[]>()
  on(event: string, listener: Listener): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener])
  }
  tell(event: string, ...told: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) (listener as (...told: unknown[]) => void)(...told)
  }
}

/** A device as Twilio's SDK makes one, whose Twilio is the test. */
export class FakeDevice extends Emitter implements SdkDevice {
  readonly did: unknown[][] = []
  readonly call = new FakeCall()
  readonly params = Promise.withResolvers<Record<string, string>>()
  refuses: unknown
  /** Until then connecting neither succeeds nor fails, as with a Twilio that cannot be reached. */
  asking: Promise<void> | undefined

  async connect({ params }: { params: Record<string, string> }): Promise<SdkCall> {
    this.params.resolve(params)
    if (this.asking) await this.asking
    if (this.refuses) throw this.refuses
    return this.call
  }
  updateToken(token: string): void {
    this.did.push(['updateToken', token])
  }
  destroy(): void {
    this.did.push(['destroy'])
  }
  readonly audio = {
    setInputDevice: async (id: string) => void this.did.push(['input', id]),
    speakerDevices: { set: async (id: string) => void this.did.push(['output', id]) },
  }
}

class FakeCall extends Emitter implements SdkCall {
  readonly did: unknown[][] = []
  mute(muted: boolean): void {
    this.did.push(['mute', muted])
  }
  sendDigits(digits: string): void {
    this.did.push(['digits', digits])
  }
  disconnect(): void {
    this.did.push(['disconnect'])
  }
}

export function fakeSdk(): { device: FakeDevice; makeDevice: MakeDevice; tokens: string[] } {
  const device = new FakeDevice()
  const tokens: string[] = []
  return {
    device,
    tokens,
    makeDevice(token) {
      tokens.push(token)
      return device
    },
  }
}
