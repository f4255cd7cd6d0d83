import type { PublicAgent } from '@voice-agent/relay/protocol'
import type { Callback, CallbackDesk } from '../callback/index.ts'
import type { Inside } from '../element/inside.ts'
import type { DeskMemory } from './desk-view.ts'

export interface Modes {
  talk: boolean
  callMe: boolean
}

/** What agent and page offer. A page that wants what the agent does not do gets what it does. */
export function modesOf(mode: string | undefined, agent: PublicAgent | undefined): Modes {
  const allowed: readonly string[] = agent?.modes ?? [mode === 'call-me' ? mode : 'talk']
  const wanted = mode && allowed.includes(mode) ? mode : allowed
  return { talk: wanted.includes('talk'), callMe: wanted.includes('call-me') }
}

/** The desk's hold on "call me"; what that does is a chunk of its own. */
export class CallMe {
  readonly #inside: Inside
  readonly #memory: DeskMemory
  readonly #desk: CallbackDesk
  #opening: Promise<Callback | undefined> | undefined
  now: Callback | undefined
  /** The visitor, or the page, asked for the phone. */
  shown = false

  constructor(inside: Inside, memory: DeskMemory, desk: CallbackDesk) {
    this.#inside = inside
    this.#memory = memory
    this.#desk = desk
  }

  get modes(): Modes {
    return modesOf(this.#inside.element.mode, this.#memory.agent)
  }
  /** What stands in the panel's place. */
  get scene(): Callback['scene'] | undefined {
    return (this.shown || !this.modes.talk) && this.#memory.agent ? this.now?.scene : undefined
  }

  /** The agent is known now, or is talked with: where a phone may be needed soon, or rings already, what rings it is fetched while the line is good. */
  learn(): void {
    const { talk, callMe } = this.modes
    if (this.#inside.ringing().read() || (callMe && (this.#desk.talking || !talk))) void this.load()
  }

  /** Undefined when it cannot be had. */
  load(): Promise<Callback | undefined> {
    this.#opening ??= import('../callback/index.ts')
      .then(async ({ openCallback }) => {
        this.now = await openCallback(this.#inside, this.#memory, this.#desk, this)
        this.#inside.update()
        return this.now
      })
      .catch(() => (this.#opening = undefined))
    return this.#opening
  }

  /** Shows the form, or says why not. */
  async show(): Promise<void> {
    this.shown = true
    const code = await this.#desk.agent().then(
      async () => !(await this.load()) && 'load_failed',
      (fault: { code: string }) => fault.code,
    )
    if (code) {
      this.shown = false
      this.#desk.fail(code)
    }
    this.#inside.update()
  }
}
