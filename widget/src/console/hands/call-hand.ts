import type { MakeDevice } from '../../twilio/sdk.ts'
import type { Api } from '../api.ts'
import type { Call } from '../call.ts'
import { closeSound, joinBySocket, type LineEvents, type OpenedSound, type OperatorLine, openForCall } from './operator-line.ts'
import { joinByTwilio } from './twilio-line.ts'

/**
 * - none: only looking. - joining: asked for, not there yet. - listening: hears, is not heard. - holding: speaks, the AI is silent.
 */
export type HandState = 'none' | 'joining' | 'listening' | 'holding'

export interface TakeoverWish {
  reason?: string
  notes?: string
  by?: 'page' | 'phone'
  phoneNumber?: string
}
interface TakeoverAnswer {
  call: Call
  mediaUrl?: string
  transport?: 'twilio'
  accessToken?: string
  connectParams?: Record<string, string>
}

/** What a line into the call is for: the state that it brings. */
type Purpose = Extract<HandState, 'listening' | 'holding'>

const GONE: Partial<Record<`${'replaced' | 'lost' | 'refused'} ${Purpose}`, string>> = {
  'replaced holding': 'You joined this call from another tab. This one let go of it.',
  'lost holding': 'Your connection to the call broke, and the AI has it again. Take over anew when you are ready.',
  'refused holding': 'The relay closed your line to the call, and the AI has it again. Take over anew.',
  'lost listening': 'Your connection to the call broke. Listen again to go on.',
  'refused listening': 'The relay closed your line to the call. Listen again to go on.',
}

const NEVER_IN = 'You were not joined with the caller, and the AI goes on. Take over anew, or by your phone.'

/**
 * What one operator does in one call with their own ear and voice. It outlives the page that shows the call: what is held stays held
 * while its operator looks elsewhere.
 */
export class CallHand {
  readonly callId: string
  state: HandState = 'none'
  muted = false
  /** The line is being brought back. */
  isAway = false
  /** The browser holds sound back until somebody clicks. */
  isBlocked = false
  levels = { visitor: 0, agent: 0 }
  readonly #api: Api
  readonly #changed: () => void
  readonly #tell: (sentence: string) => void
  readonly #makeDevice: MakeDevice | undefined
  #line: OperatorLine | undefined
  readonly #levelListeners = new Set<() => void>()
  #isLeaving = false
  /** What is being joined now, until it is stopped; an older one that comes late is closed. */
  #joining = new AbortController()

  /** `makeDevice`: in place of Twilio's own, which is loaded when it is needed. */
  constructor(o: {
    callId: string
    api: Api
    changed: () => void
    tell: (sentence: string) => void
    makeDevice?: MakeDevice | undefined
  }) {
    this.callId = o.callId
    this.#api = o.api
    this.#changed = o.changed
    this.#tell = o.tell
    this.#makeDevice = o.makeDevice
  }

  /** Levels come ten times a second: whoever draws them draws nothing else for them. */
  onLevels(listener: () => void): () => void {
    this.#levelListeners.add(listener)
    return () => this.#levelListeners.delete(listener)
  }

  /** Inside the click. @throws ConsoleProblem */
  listen(): Promise<void> {
    const opening = openForCall('listen')
    return this.#join('listening', async (on) => {
      const opened = await opening
      const { url } = await this.#api.post<{ url: string }>(this.#path('listen'), {}).catch(closing(opened))
      return joinBySocket({ url, opened, language: '', on })
    })
  }

  /** Inside the click; from there the AI falls silent. `language`: what is spoken (BCP 47). @throws ConsoleProblem, CannotJoin */
  takeOver(wish: TakeoverWish, o: { isTyped: boolean; language: string }): Promise<void> {
    if (wish.by === 'phone') return this.#api.post(this.#path('takeover'), wish)
    const opening = o.isTyped ? undefined : openForCall('takeover')
    opening?.catch(() => undefined)
    return this.#join('holding', async (on, signal) => {
      // Only where the browser has to ask first does the relay wait for its answer.
      if (opening && !(await isAllowed())) await opening
      const answer = await this.#api.post<TakeoverAnswer>(this.#path('takeover'), wish).catch(async (error: unknown) => {
        await opening?.then(closeSound, () => undefined)
        throw error
      })
      try {
        return await this.#enter(answer, { opened: await opening, language: o.language, on, signal })
      } catch (error) {
        // Where it was asked for anew meanwhile, the call is that one's.
        if (!signal.aborted || this.state === 'none') await this.#giveBack()
        throw error
      }
    })
  }

  #enter(
    { accessToken, connectParams = {}, mediaUrl = '', transport }: TakeoverAnswer,
    { language, on, opened, signal }: { language: string; on: LineEvents; opened: OpenedSound | undefined; signal: AbortSignal },
  ): Promise<OperatorLine> {
    if (transport !== 'twilio' || !accessToken || !opened) return joinBySocket({ url: mediaUrl, opened, language, on })
    const askToken = (until: AbortSignal) => this.#api.open('POST', this.#path('takeover/access-token'), { body: {}, signal: until })
    return joinByTwilio({ accessToken, askToken, connectParams, opened, on, signal, makeDevice: this.#makeDevice })
  }

  /** The AI must not stay silent for somebody who cannot speak; a relay that is not reached finds out by itself, later. */
  async #giveBack(): Promise<void> {
    await this.#api.delete(this.#path('takeover'), { body: {} }).catch(() => undefined)
  }

  /** @throws ConsoleProblem */
  async handBack(briefing: string): Promise<void> {
    this.#isLeaving = true
    this.#line?.rest(true)
    try {
      await this.#api.delete(this.#path('takeover'), { body: briefing ? { briefing } : {} })
      this.stop()
    } finally {
      this.#isLeaving = false
      this.#line?.rest(false)
    }
  }

  /** Takes the operator's ear and voice out of the call. */
  stop(): void {
    this.#joining.abort()
    this.#joining = new AbortController()
    this.#line?.close()
    this.#line = undefined
    Object.assign(this, { isAway: false, isBlocked: false, muted: false, levels: { visitor: 0, agent: 0 } })
    for (const each of this.#levelListeners) each()
    this.#become('none')
  }

  setMuted(muted: boolean): void {
    this.muted = muted
    this.#line?.setMuted(muted)
    this.#changed()
  }

  /** To the visitor of a typed call that is held. */
  write(text: string): void {
    this.#line?.write(text)
  }

  /** Inside a click: lets held-back sound through. */
  wake(): void {
    this.#line?.wake()
  }

  async #join(as: Purpose, how: (on: LineEvents, signal: AbortSignal) => Promise<OperatorLine>): Promise<void> {
    if (this.state !== 'none') this.stop()
    const { signal } = this.#joining
    this.#become('joining')
    try {
      const line = await how(this.#events(as, signal), signal)
      if (signal.aborted) return line.close()
      this.#line = line
      this.#become(as)
    } catch (error) {
      // Who stopped it waits for nothing of it.
      if (signal.aborted) return
      this.stop()
      throw error
    }
  }

  #events(as: Purpose, signal: AbortSignal): LineEvents {
    const only = (act: () => void) => signal.aborted || act()
    let wasIn = false
    return {
      standing: (is) =>
        only(() => {
          wasIn = true
          this.isAway = is === 'away'
          this.#changed()
        }),
      levels: (levels) =>
        only(() => {
          this.levels = levels
          for (const each of this.#levelListeners) each()
        }),
      blocked: (isBlocked) =>
        only(() => {
          this.isBlocked = isBlocked
          this.#changed()
        }),
      gone: (why) =>
        only(() => {
          const wasNeverIn = as === 'holding' && why === 'lost' && !wasIn
          const sentence = why === 'over' ? undefined : wasNeverIn ? NEVER_IN : GONE[`${why} ${as}`]
          this.stop()
          if (wasNeverIn) void this.#giveBack()
          // The relay closes the line before it answers a hand-back.
          if (sentence && !this.#isLeaving) this.#tell(sentence)
        }),
    }
  }

  #become(state: HandState): void {
    this.state = state
    this.#changed()
  }

  #path(what: string): string {
    return `/api/calls/${encodeURIComponent(this.callId)}/${what}`
  }
}

const closing =
  (opened: OpenedSound) =>
  (error: unknown): never => {
    closeSound(opened)
    throw error
  }

/** Browsers that cannot be asked count as ones that ask. */
async function isAllowed(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: 'microphone' })).state === 'granted'
  } catch {
    return false
  }
}
