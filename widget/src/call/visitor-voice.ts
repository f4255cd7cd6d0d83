import type { Inside } from '../element/inside.ts'
import { constraintsFor } from '../microphone/constraints.ts'
import type { Voice, VoiceDoor } from '../voice/index.ts'
import type { DeskMemory } from './desk-view.ts'

/** The desk's hold on the visitor's side of a spoken call; what that does is a chunk of its own. */
export class VisitorVoice {
  readonly #inside: Inside
  readonly #memory: DeskMemory
  #opening: Promise<Voice | undefined> | undefined
  #deviceId: string | undefined
  #wrote = false
  #input = 0
  #output = 0
  now: Voice | undefined

  constructor(inside: Inside, memory: DeskMemory) {
    this.#memory = memory
    this.#inside = inside
  }

  /** Inside the click, once a call: asks for the microphone there and then. */
  listen(door: Pick<VoiceDoor, 'agent' | 'context' | 'desk' | 'call'>): void {
    if (this.#opening) return
    const deviceId = this.#deviceId
    const asked = ask(deviceId)
    const letGo = () => asked.then((stream) => stream.getTracks()[0]?.stop()).catch(() => {})
    asked.catch(() => {})
    const opening: Promise<Voice | undefined> = import('../voice/index.ts').then(
      ({ openVoice }) => {
        // The call is over already.
        if (this.#opening !== opening) return void letGo()
        this.now = openVoice({ ...door, inside: this.#inside, asked, deviceId, level: (input) => this.level(input, this.#output) })
        if (this.#wrote) this.now.room.wrote()
        return this.now
      },
      () => {
        void letGo()
        // It can be typed.
        this.#memory.notice = this.#inside.say('error.load_failed')
        this.#inside.update()
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

  /** How loud the visitor is, and the agent; the orb follows whose turn it is. */
  level(input = this.#input, output = this.#output): void {
    const { element, emit, meter } = this.#inside
    this.#input = input
    this.#output = output
    meter.set(output || (element.state === 'listening' ? input : 0))
    emit('va-level', { input, output })
  }

  stop(): void {
    this.now?.room.stop()
    this.now = this.#opening = undefined
    this.#wrote = false
    this.#input = this.#output = 0
    this.#inside.meter.set(0)
  }
}

/** A rejection, never a throw, where the page has no microphones to give. */
const ask = async (deviceId: string | undefined) => navigator.mediaDevices.getUserMedia(constraintsFor(deviceId))
