import type { CallbackAsked, CallbackOptions, Result } from './events.ts'
import { Shell } from './shell.ts'

/**
 * Talk with an AI agent, write to it, or be rung by it. A small shell stands on the page; the call code is loaded on first use.
 *
 * @tagname voice-agent
 *
 * @event va-ready - The element stands and its methods may be called. `{version}`
 * @event va-open - The panel opened.
 * @event va-close - The panel closed; a call goes on.
 * @event va-before-call - Cancelable. `{config}` may be changed before the call is opened.
 * @event va-before-callback - Cancelable. `{config}` may be changed before a phone is asked to ring.
 * @event va-callback-status - How the ringing phone stands. `{callId, status, endReason}`
 * @event va-consent - The visitor agreed to the agent's terms or declined. `{accepted, version}`
 * @event va-call-started - `{callId, sessionId}`
 * @event va-state-changed - `{state, previous}`
 * @event va-transcript - A line of the transcript appeared or changed. `{entry}`
 * @event va-mute-changed - `{muted}`
 * @event va-level - 0 to 1, while there is sound. `{input, output}`
 * @event va-tool-call - Cancelable. The agent asks the page. `{id, name, arguments, respond(result)}`
 * @event va-call-ended - `{callId, reason, durationMs}`
 * @event va-error - `{code, message, retryable}`; with `mic_…` (`denied`, `dismissed`, `missing`, `busy`, `policy`, `insecure`, `unsupported`) the call goes on by typing.
 *
 * @csspart root - Everything.
 * @csspart launcher - The button at the page's edge.
 * @csspart launcher-label - Its words.
 * @csspart launcher-call-me - The button above it that rings a phone (`mode="both"`).
 * @csspart launcher-hide - Hides the launcher (`dismissible`).
 * @csspart launcher-note - What went wrong before the panel could open.
 * @csspart orb - The orb, wherever it stands.
 * @csspart panel - The conversation.
 * @csspart header - Its head.
 * @csspart name - The agent's name.
 * @csspart disclosure - "AI agent", always readable.
 * @csspart status - One word: how the call stands.
 * @csspart timer - How long the call has lasted.
 * @csspart close - Closes the panel.
 * @csspart volume - Opens the volume slider.
 * @csspart volume-slider - The slider.
 * @csspart input-device - Chooses the microphone.
 * @csspart output-device - Chooses the loudspeaker.
 * @csspart stage - The middle of the panel while there is no transcript.
 * @csspart start - Starts a call.
 * @csspart language - Chooses the language.
 * @csspart terms - The agent's terms.
 * @csspart accept - Agrees to them.
 * @csspart decline - Does not.
 * @csspart interrupt - The orb as a button: stops the agent speaking.
 * @csspart transcript - What was said.
 * @csspart entry - One line of it.
 * @csspart entry-visitor - A line of the visitor.
 * @csspart entry-agent - A line of the agent.
 * @csspart entry-operator - A line of a person from the team.
 * @csspart entry-system - A note.
 * @csspart cut - The mark where a line was cut.
 * @csspart notice - A line between transcript and controls: sound held back, a change of speaker.
 * @csspart allow-sound - Lets held-back sound through.
 * @csspart controls - The row at the bottom.
 * @csspart input - Where the visitor writes.
 * @csspart send - Sends it.
 * @csspart mute - Mutes the microphone, or asks for it.
 * @csspart meter - How loud the visitor is, behind the microphone.
 * @csspart voice-action - Types instead of talking, or asks for the microphone again.
 * @csspart keypad-toggle - Shows the keypad.
 * @csspart keypad - The keypad.
 * @csspart key - One of its keys.
 * @csspart end - Ends the call.
 * @csspart ended - How the call ended.
 * @csspart again - Calls again in the same session.
 * @csspart call-me - Rings the visitor's phone instead.
 * @csspart callback - "Call me": everything in the panel's middle.
 * @csspart callback-form - Its form.
 * @csspart number - The phone number, with its country.
 * @csspart callback-name - The visitor's name.
 * @csspart callback-time - When to ring.
 * @csspart callback-captcha - Where a person shows that they are one.
 * @csspart callback-refused - Why no phone will ring.
 * @csspart callback-terms - The terms.
 * @csspart callback-ask - Asks for the call.
 * @csspart callback-later - Chooses a time instead of now.
 * @csspart callback-steps - Dialing, ringing, connected.
 * @csspart callback-step - One of them.
 * @csspart callback-end - Hangs up, or takes the call back.
 * @csspart callback-over - How it ended.
 * @csspart callback-again - Rings again.
 * @csspart callback-other - Asks for another number.
 * @csspart callback-back - Back to the running conversation.
 * @csspart callback-talk - Talks in the page instead.
 * @csspart callback-write - Writes instead.
 * @csspart error - What went wrong.
 * @csspart retry - Tries again, or goes back.
 * @csspart write-instead - Goes on in writing, where sound cannot be had.
 *
 * @cssproperty --va-accent - The owner's one colour; every other is derived from it.
 * @cssproperty --va-background - Panel.
 * @cssproperty --va-surface - Bubbles of the agent, fields.
 * @cssproperty --va-text - Text.
 * @cssproperty --va-text-muted - Quieter text.
 * @cssproperty --va-border - Hairlines.
 * @cssproperty --va-danger - The end button.
 * @cssproperty --va-font - Font family; `inherit` takes the page's.
 * @cssproperty --va-radius - Panel corners (20px).
 * @cssproperty --va-bubble-radius - Bubble corners (12px).
 * @cssproperty --va-shadow - The one soft shadow.
 * @cssproperty --va-width - Panel width (392px).
 * @cssproperty --va-height - Panel height (640px).
 * @cssproperty --va-offset - Distance from the page's edges (20px); `--va-offset-x`, `--va-offset-y` each way. Tell it of fixed bars here.
 * @cssproperty --va-z-index - Stacking of the floating element.
 * @cssproperty --va-launcher-size - The launcher's orb (56px).
 * @cssproperty --va-launcher-background - The label; falls back to `--va-background`.
 * @cssproperty --va-launcher-text - Its words; falls back to `--va-text`.
 * @cssproperty --va-orb-color-1 - The orb's three colours, derived from the accent unless given: also `-2` and `-3`.
 *
 * @cssstate idle - No call yet. Every state is also `data-state` on the host.
 * @cssstate connecting - A call is on its way.
 * @cssstate listening - The agent listens.
 * @cssstate thinking - The agent prepares an answer.
 * @cssstate speaking - The agent speaks.
 * @cssstate reconnecting - The connection was lost and is being brought back.
 * @cssstate dialing - A phone is being dialed.
 * @cssstate ringing - It rings.
 * @cssstate connected - Somebody picked up.
 * @cssstate ended - The call is over.
 * @cssstate error - The call could not be started.
 */
export class VoiceAgentElement extends Shell {
  /** The running or last call. */
  get callId(): string | undefined {
    return this.desk?.callId
  }
  /** Kept through all calls of one conversation. */
  get sessionId(): string | undefined {
    return this.desk?.sessionId
  }
  /** Whether the microphone is muted. */
  get muted(): boolean {
    return this.desk?.muted ?? this.startMuted ?? false
  }
  /** How loud the agent is, 0 to 1. */
  get volume(): number {
    return this.desk?.volume ?? 1
  }

  /** Starts a call. Inside a click its sound may start at once. Resolves when the call stands. */
  startCall(): Promise<Result<{ callId: string; sessionId: string }>> {
    return this.begin()
  }
  /** Ends the call, or its beginning. */
  async endCall(): Promise<Result> {
    return (await this.load())?.end('visitor') ?? this.loadFault()
  }
  /** Asks the agent to ring a phone: once, however often it is asked before the relay answered. The page has the visitor's consent. */
  async requestCallback(number: string, options?: CallbackOptions): Promise<Result<CallbackAsked>> {
    const desk = await this.load()
    return (await desk?.phone.load())?.room.request(number, options) ?? this.loadFault()
  }
  /** Says something to the agent in writing. */
  async sendText(text: string): Promise<Result> {
    return (await this.load())?.sendText(text) ?? this.loadFault()
  }
  /** Tells the agent something that it should know but not answer. */
  async sendContext(text: string): Promise<Result> {
    return (await this.load())?.sendContext(text) ?? this.loadFault()
  }
  /** Presses keys: `0-9 A-D * #`, `w` waits half a second. */
  async sendDigits(digits: string): Promise<Result> {
    return (await this.load())?.sendDigits(digits) ?? this.loadFault()
  }
  /** Stops the agent in the middle of what it says. */
  async interrupt(): Promise<Result> {
    return (await this.load())?.interrupt() ?? this.loadFault()
  }
  /** Mutes the microphone; kept for later calls. */
  async setMuted(muted: boolean): Promise<Result> {
    return (await this.load())?.setMuted(muted) ?? this.loadFault()
  }
  /** How loud the agent is, 0 to 1; kept for later calls. */
  async setVolume(volume: number): Promise<Result> {
    return (await this.load())?.setVolume(volume) ?? this.loadFault()
  }
  /** Chooses the microphone; kept for later calls. */
  async setInputDevice(id: string): Promise<Result> {
    return (await this.load())?.setInputDevice(id) ?? this.loadFault()
  }
  /** Chooses the loudspeaker, where the browser lets pages do so; kept for later calls. */
  async setOutputDevice(id: string): Promise<Result> {
    return (await this.load())?.setOutputDevice(id) ?? this.loadFault()
  }
  /** Changes the words on screen now and the agent's language from the next call. */
  async setLanguage(tag: string): Promise<Result> {
    this.language = tag
    await this.updateComplete
    return { ok: true }
  }
  /** The visitor's opinion of the running call. */
  async sendFeedback(feedback: { score: number; issue?: string; comment?: string }): Promise<Result> {
    return (await this.load())?.sendFeedback(feedback) ?? this.loadFault()
  }
  /** Opens the panel. */
  async open(): Promise<Result> {
    return (await this.setOpen(true)) ? { ok: true } : this.loadFault()
  }
  /** Closes the panel; a call goes on. */
  async close(): Promise<Result> {
    await this.setOpen(false)
    return { ok: true }
  }
  /** Opens the panel, or closes it. */
  toggle(): Promise<Result> {
    return this.isOpen ? this.close() : this.open()
  }
}
