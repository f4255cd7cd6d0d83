import { constraintsFor } from '../microphone/constraints.ts'
import type { Voice, VoiceDoor } from '../voice/index.ts'

/** The desk's hold on the visitor's side of a spoken call; what that does is a chunk of its own. */
export class VisitorVoice {
  #opening: Promise<Voice | undefined> | undefined
  #deviceId: string | undefined
  #wrote = false
  /** How loud the visitor is. */
  level = 0
  now: Voice | undefined

  /** Inside the click, once a call: asks for the microphone there and then. `failed`: the code for it did not load. */
  listen(door: Omit<VoiceDoor, 'asked' | 'deviceId'>, failed: () => void): void {
    if (this.#opening) return
    const deviceId = this.#deviceId
    const asked = ask(deviceId)
    const letGo = () => asked.then((stream) => stream.getTracks()[0]?.stop()).catch(() => {})
    asked.catch(() => {})
    const opening: Promise<Voice | undefined> = import('../voice/index.ts').then(
      ({ openVoice }) => {
        // The call is over already.
        if (this.#opening !== opening) return void letGo()
        this.now = openVoice({ ...door, asked, deviceId })
        if (this.#wrote) this.now.room.wrote()
        return this.now
      },
      () => {
        void letGo()
        failed()
        return undefined
      },
    )
    this.#opening = opening
  }

  /** The visitor answered the browser, or writes instead. */
  async settled(): Promise<void> {
    await (await this.#opening)?.room.settled
  }

  /** The visitor goes on without waiting for the microphone. */
  wrote(): void {
    this.#wrote = true
    this.now?.room.wrote()
  }

  /** False: that microphone cannot be had. */
  async setDevice(id: string): Promise<boolean> {
    if (this.now && !(await this.now.room.setDevice(id))) return false
    this.#deviceId = id
    return true
  }

  stop(): void {
    this.now?.room.stop()
    this.now = this.#opening = undefined
    this.#wrote = false
    this.level = 0
  }
}

/** A rejection, never a throw, where the page has no microphones to give. */
const ask = async (deviceId: string | undefined) => navigator.mediaDevices.getUserMedia(constraintsFor(deviceId))
