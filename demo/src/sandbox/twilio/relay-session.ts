import { type RawData, WebSocket } from 'ws'
import { reachable } from '../carriers/loopback.ts'
import type { Fault } from '../faults.ts'
import { PHONE_HZ } from '../phones/beat.ts'
import { ScriptedPhone } from '../phones/scripted-phone.ts'
import { TWILIO_ACCOUNT } from './account.ts'
import type { Leg, Parts } from './leg.ts'
import { RelayEar } from './relay-ear.ts'
import type { RelayEnd, RelayRecord } from './relay-record.ts'
import { includes, type RelayVerb, type What } from './relay-verb.ts'
import { RelayVoice } from './relay-voice.ts'
import { FromRelayCustomer } from './relay-wire.ts'
import { newSid } from './sid.ts'
import { sign } from './signature.ts'

const CONNECT_WITHIN_MS = 5000
const CLOSE_WITHIN_MS = 1000
/** From the customer's `end` to the close, as observed. */
const END_MS = 90
/** The greeting begins so long after `setup`; other words so long after they came. */
const GREETING_MS = 250
const WORDS_MS = 300
const MOST_MALFORMED = 10
const KEPT_FRAMES = 2000

/** Twilio's end of a ConversationRelay socket: it connects to the customer, hears the phone and speaks to it. */
export class RelaySession {
  readonly record: RelayRecord
  readonly voice: RelayVoice
  readonly over: Promise<RelayEnd>
  readonly #over = Promise.withResolvers<RelayEnd>()
  readonly #ear: RelayEar
  readonly #verb: RelayVerb
  readonly #leg: Leg
  readonly #parts: Parts
  readonly #fault: Fault | undefined
  readonly #playKeys: (digits: string) => Promise<void>
  readonly #fetchSound: (url: string) => Promise<Int16Array>
  readonly #socket: WebSocket | undefined
  readonly #beganAt = performance.now()
  #malformedInARow = 0
  #playedSamples = 0
  /** What the phone says now began while the agent spoke, and is not reported. */
  #unheard = false
  #ended: RelayEnd | undefined

  constructor(o: {
    verb: RelayVerb
    leg: Leg
    parts: Parts
    playKeys: (digits: string) => Promise<void>
    fetchSound: (url: string) => Promise<Int16Array>
  }) {
    const { leg, parts, verb } = o
    this.#verb = verb
    this.#leg = leg
    this.#parts = parts
    this.#playKeys = o.playKeys
    this.#fetchSound = o.fetchSound
    this.#fault = leg.order.faults.stream
    this.over = this.#over.promise
    this.record = {
      sid: newSid('VX'),
      callSid: leg.sid,
      url: verb.url,
      language: verb.language,
      parameters: verb.parameters,
      state: 'connecting',
      sent: [],
      received: [],
      played: '',
      droppedAtEnd: false,
      malformed: 0,
      warnings: [],
    }
    const failed = (error: unknown) => this.#warn(String(error))
    this.voice = new RelayVoice({
      say: (text) => parts.network.speech.say(text, 'slt', PHONE_HZ),
      delayMs: WORDS_MS,
      events: {
        speaking: (on) => this.#event('speaker-events', { type: 'info', name: 'agentSpeaking', value: on ? 'on' : 'off' }),
        played: (text) => {
          this.record.played = this.voice.heard
          this.#event('tokens-played', { type: 'info', name: 'tokensPlayed', value: text })
        },
        failed,
      },
    })
    this.#ear = new RelayEar({
      speech: parts.network.speech,
      phrases: [...(verb.hints?.split(',').map((hint) => hint.trim()) ?? []), ...scriptedPhrases(leg)],
      ...(typeof verb.speechTimeout === 'number' ? { endSilenceMs: verb.speechTimeout } : {}),
      events: { began: () => this.#began(), took: () => this.#took(), said: (text) => this.#said(text), failed },
    })
    this.#socket = this.#connect()
  }

  get durationS(): number {
    return Math.round((performance.now() - this.#beganAt) / 1000)
  }

  /** The next 20 ms from the phone. */
  sound(fromPhone: Int16Array): void {
    if (this.record.state !== 'open') return
    this.#ear.push(fromPhone)
    if (this.voice.speaking) this.#playedSamples += fromPhone.length
    const { kind } = this.#fault ?? {}
    if (kind !== 'stream-dropped' || !this.#fault || !('afterMs' in this.#fault)) return
    if ((this.#playedSamples * 1000) / PHONE_HZ >= this.#fault.afterMs) this.#socket?.terminate()
  }

  key(digit: string): void {
    if (this.record.state !== 'open' || !this.#verb.dtmfDetection) return
    const interrupts = this.voice.speaking && includes(this.voice.interruptible, 'dtmf')
    if (this.voice.speaking && !interrupts && !includes(this.#verb.reportInputDuringAgentSpeech, 'dtmf')) return
    this.#send({ type: 'dtmf', digit })
    if (interrupts) this.#interrupt()
  }

  /** The call is over, or goes on with something else. */
  async leave(): Promise<void> {
    this.#end({ by: 'call' })
    this.#socket?.close(1000, 'Closing websocket session')
    await this.#closed()
  }

  #connect(): WebSocket | undefined {
    const { url } = this.record
    try {
      if (this.#fault?.kind === 'stream-refused') throw new Error('64102 unable to connect')
      const headers = { 'X-Twilio-Signature': sign(TWILIO_ACCOUNT.authToken, url), 'User-Agent': 'Jetty/11.0.24' }
      const { reach } = this.#parts.settings()
      const socket = new WebSocket(reachable(url, reach), { headers, handshakeTimeout: CONNECT_WITHIN_MS, perMessageDeflate: false })
      socket.on('open', () => this.#open())
      socket.on('message', (data, binary) => this.#message(data, binary))
      socket.on('error', (error) => this.#warn(`64102 ${error.message}`))
      socket.on('close', (code, reason) => this.#gone(code, reason.toString()))
      return socket
    } catch (error) {
      this.#warn(String(error))
      queueMicrotask(() => this.#gone(1006, ''))
      return undefined
    }
  }

  #open(): void {
    this.record.state = 'open'
    const { direction, from, parentSid, to } = this.#leg.order
    const inbound = direction === 'inbound'
    this.#send({
      type: 'setup',
      sessionId: this.record.sid,
      accountSid: TWILIO_ACCOUNT.accountSid,
      callSid: this.#leg.sid,
      parentCallSid: parentSid ?? '',
      from,
      to,
      forwardedFrom: inbound ? to : '',
      callerName: '',
      direction: inbound ? 'inbound' : 'outbound',
      callType: 'PSTN',
      callStatus: inbound && this.#parts.relays.filter(({ callSid }) => callSid === this.#leg.sid).length === 1 ? 'RINGING' : 'IN_PROGRESS',
      customParameters: this.#verb.parameters,
    })
    const { welcomeGreeting, welcomeGreetingInterruptible: interruptible } = this.#verb
    if (!welcomeGreeting) return
    setTimeout(() => this.voice.text(welcomeGreeting, true, { preemptible: false, interruptible }), GREETING_MS).unref()
  }

  #message(data: RawData, binary: boolean): void {
    const text = String(data)
    const parsed = binary ? undefined : FromRelayCustomer.safeParse(json(text))
    if (!parsed?.success) {
      this.#malformed(text)
      return
    }
    this.#malformedInARow = 0
    this.#keep(this.record.received, parsed.data)
    this.#parts.pass(this.#leg, 'relay', parsed.data.type, parsed.data)
    this.#take(parsed.data)
  }

  #malformed(text: string): void {
    this.record.malformed++
    this.#malformedInARow++
    this.#warn(`64107 invalid message: ${text.slice(0, 200)}`)
    this.#send({ type: 'error', description: `Invalid message received, code: 64107, ${text.slice(0, 80)}` })
    if (this.#malformedInARow < MOST_MALFORMED) return
    this.#end({ by: 'lost', code: '64105' })
    this.#socket?.close(1007, 'Too many consecutive malformed messages.')
  }

  #take(message: FromRelayCustomer): void {
    if (message.type === 'text') this.voice.text(message.token, message.last, this.#how(message))
    else if (message.type === 'play') this.voice.sound(this.#fetchSound(message.source), this.#how(message))
    else if (message.type === 'sendDigits') this.voice.act(() => this.#playKeys(message.digits))
    else if (message.type === 'language') this.record.language = message.transcriptionLanguage ?? this.record.language
    else {
      this.record.droppedAtEnd = this.voice.speaking
      this.voice.clear()
      setTimeout(() => {
        this.#end({ by: 'end', handoffData: message.handoffData })
        this.#socket?.close(1000)
      }, END_MS).unref()
    }
  }

  /** A message's own settings go before the session's. */
  #how({ interruptible, preemptible }: { interruptible?: What | undefined; preemptible?: boolean | undefined }) {
    return { preemptible: preemptible ?? this.#verb.preemptible, interruptible: interruptible ?? this.#verb.interruptible }
  }

  #began(): void {
    this.#unheard = this.voice.speaking
    this.#event('speaker-events', { type: 'info', name: 'clientSpeaking', value: 'on' })
  }

  #took(): void {
    if (this.record.state !== 'open' || !this.voice.speaking) return
    this.#unheard = true
    if (!includes(this.voice.interruptible, 'speech')) return
    this.#unheard = false
    this.#interrupt()
  }

  /** In the order that was observed. */
  #interrupt(): void {
    const told = this.voice.interrupt()
    this.#send({ type: 'interrupt', ...told })
    this.voice.fellSilent()
  }

  #said(text: string): void {
    if (this.record.state !== 'open') return
    this.#event('speaker-events', { type: 'info', name: 'clientSpeaking', value: 'off' })
    const during = this.#unheard
    this.#unheard = false
    if (text === '' || (during && !includes(this.#verb.reportInputDuringAgentSpeech, 'speech'))) return
    const lang = this.record.language.split('-')[0] ?? 'en'
    const more = during ? { agentSpeaking: true } : {}
    if (this.#verb.partialPrompts) this.#send({ type: 'prompt', voicePrompt: text.split(' ')[0] ?? '', lang, last: false, ...more })
    this.#send({ type: 'prompt', voicePrompt: text, lang, last: true, ...more })
  }

  #event(name: string, message: object): void {
    if (this.#verb.events.includes(name)) this.#send(message)
  }

  #send(message: object): void {
    if (this.record.state !== 'open') return
    this.#keep(this.record.sent, message)
    this.#socket?.send(JSON.stringify(message))
    this.#parts.pass(this.#leg, 'carrier', 'type' in message ? String(message.type) : '', message)
  }

  #end(end: RelayEnd): void {
    this.#ended ??= end
  }

  #gone(code: number, reason: string): void {
    const stood = this.record.state === 'open'
    this.record.state = 'closed'
    this.record.closed = { code, reason }
    // What was heard of the sentence that breaks off counts, though nobody is told.
    this.voice.interrupt()
    this.#ear.close()
    this.#parts.pass(this.#leg, 'relay', 'close', { code })
    this.#end({ by: 'lost', code: stood ? '64105' : '64102' })
    if (this.#ended) this.#over.resolve(this.#ended)
  }

  async #closed(): Promise<void> {
    const force = setTimeout(() => this.#socket?.terminate(), CLOSE_WITHIN_MS)
    await this.over
    clearTimeout(force)
  }

  #keep(list: object[], message: object): void {
    if (list.length < KEPT_FRAMES) list.push(message)
  }

  #warn(what: string): void {
    if (this.record.warnings.length < 50) this.record.warnings.push(what)
  }
}

/** What a scripted phone will say, so that it is understood. */
function scriptedPhrases({ line }: Leg): string[] {
  const phone = line?.phone
  return phone instanceof ScriptedPhone ? phone.script.says.flatMap((step) => ('text' in step ? [step.text] : [])) : []
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
