import { constraintsFor } from '../microphone/constraints.ts'
import type { Voice, VoiceDoor } from '../voice/index.ts'

/** Ends a microphone that nobody takes. */
const letGo = (asked: Promise<MediaStream>) =>
  asked.then(
    (stream) => {
      for (const track of stream.getTracks()) track.stop()
    },
    () => {},
  )

/** A rejection, never a throw, where the page has no microphones to give. */
const askMicrophone = async (deviceId: string | undefined) => navigator.mediaDevices.getUserMedia(constraintsFor(deviceId))

/** The desk's hold on the visitor's side of a spoken call; what that does is a chunk of its own. */
export class VisitorVoice {
  #opening: Promise<Voice | undefined> | undefined
  #voice: Voice | undefined
  #deviceId: string | undefined
  #wrote = false
  /** How loud the visitor is. */
  level = 0

  get view(): Voice['view'] | undefined {
    return this.#voice?.view
  }
  get room(): Voice['room'] | undefined {
    return this.#voice?.room
  }

  /** Inside the click, once a call: asks for the microphone there and then. `failed`: the code for it did not load. */
  listen(door: Omit<VoiceDoor, 'asked' | 'deviceId'>, failed: () => void): void {
    if (this.#opening) return
    const asked = askMicrophone(this.#deviceId)
    asked.catch(() => {})
    const opening = import('../voice/index.ts').then(
      ({ openVoice }) => {
        // The call is over already.
        if (this.#opening !== opening) return void letGo(asked)
        this.#voice = openVoice({ ...door, asked, deviceId: this.#deviceId })
        if (this.#wrote) this.wrote()
        return this.#voice
      },
      () => {
        void letGo(asked)
        failed()
        return undefined
      },
    )
    this.#opening = opening
  }

  /** The visitor answered the browser, or writes instead. */
  async settled(): Promise<void> {
    const voice = await this.#opening
    await voice?.room.settled
  }

  /** The visitor goes on without waiting for the microphone. */
  wrote(): void {
    this.#wrote = true
    this.room?.wrote()
  }

  /** False: that microphone cannot be had. */
  async setDevice(id: string): Promise<boolean> {
    if (this.room && !(await this.room.setDevice(id))) return false
    this.#deviceId = id
    return true
  }

  stop(): void {
    this.room?.stop()
    this.#voice = this.#opening = undefined
    this.#wrote = false
    this.level = 0
  }
}
