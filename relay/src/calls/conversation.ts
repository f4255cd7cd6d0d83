import type { Persona } from '../agents/persona.ts'
import type { ConversationState, EndReason } from '../protocol/index.ts'
import type { FeedWriter } from './feed.ts'
import type { EngineChain } from './handover.ts'
import { createKeys } from './keys.ts'
import type { Mouth, Utterance } from './mouth.ts'
import { type Phrase, phrase } from './phrases.ts'
import type { CallLog, Clock, EngineEvent, EngineFault, LegEvent } from './ports.ts'
import type { HowToSpeak } from './speech.ts'
import type { Tools } from './tools.ts'
import type { Transcript } from './transcript.ts'

export interface Conversation {
  /** The first person is there: greets, and the clocks of silence begin. */
  begin(): void
  /** Media away or back: silence does not count while nobody can be heard. */
  away(isAway: boolean): void
  hear(event: LegEvent): void
  engine(event: Exclude<EngineEvent, { type: 'failed' }>): void
  handover(change: { from: string; to: string | undefined; fault: EngineFault; utterance: string | undefined }): Promise<string>
  /** The first sound of this utterance has left. */
  sounding(utterance: string): void
  /** Says one sentence of the house's own, then ends the call with this reason. */
  sayAndEnd(name: Phrase, reason: EndReason): void
  /** Silences the line for good and takes down what was heard of the last words. */
  hush(): Promise<void>
  /** Resolves when nothing is left to be heard. */
  lastWords(): Promise<void>
  close(): void
}

/** Who types also reads and thinks: silence counts this many times less. */
const TYPING_PATIENCE = 20

/** Who speaks when: turns, cuts, keys, silence. Everything said and heard passes through here, and nothing else does. */
export function createConversation(o: {
  callId: string
  persona: Persona
  language: string
  greeting: string
  modality: 'voice' | 'text'
  mouth: Mouth
  /** Made after the conversation, which its events come back to. */
  chain: () => EngineChain
  transcript: Transcript
  feed: FeedWriter
  log: CallLog
  tools: Tools
  clock: Clock
  newId: () => string
  end: (reason: EndReason, when: 'now' | 'last-words') => void
  onFault: (error: unknown) => void
}): Conversation {
  const { clock, feed, log, mouth, persona, transcript } = o
  const how: HowToSpeak = { voice: persona.voice.name, speed: persona.voice.speed, language: o.language }
  const silenceMs = persona.limits.silenceMs * (o.modality === 'text' ? TYPING_PATIENCE : 1)
  const note = (type: string, payload?: Record<string, unknown>) => log.event(o.callId, type, payload)

  let state: ConversationState | undefined
  let speaking: Utterance | undefined
  /** The utterance under which the engine owes an answer. */
  let owed: string | undefined
  let inputs: Promise<void> = Promise.resolve()
  let cancelSilence: (() => void) | undefined
  let asked = false
  let isAway = false
  let hangUpAfterwards = false
  let closed = false

  function setState(next: ConversationState) {
    if (state === next || closed) return
    state = next
    feed.tell({ type: 'state', state: next })
  }

  function say(id: string, as: HowToSpeak = how): Utterance {
    const utterance = mouth.speak(id, as)
    speaking = utterance
    void utterance.finished.then(() => {
      if (speaking !== utterance) return
      speaking = undefined
      if (hangUpAfterwards && owed === undefined) return o.end('agent', 'now')
      if (owed === undefined) rest()
    })
    return utterance
  }

  function rest() {
    setState('listening')
    cancelSilence?.()
    if (isAway || closed) return
    cancelSilence = clock.after(silenceMs, onSilence)
  }

  function onSilence() {
    if (state !== 'listening' || closed) return
    note('silence', { asked })
    if (asked) {
      sayAndEnd('silence', 'deadline').catch(o.onFault)
      return
    }
    asked = true
    sayWhole(phrase('stillThere', o.language))
  }

  function sayWhole(text: string, as?: HowToSpeak): Utterance {
    const utterance = say(o.newId(), as)
    utterance.write(text)
    utterance.end()
    return utterance
  }

  async function sayAndEnd(name: Phrase, reason: EndReason) {
    if (closed) return
    await cut('call')
    if (closed) return
    sayWhole(phrase(name, o.language))
    o.end(reason, 'last-words')
  }

  /** Silences whatever is being said and lets the engine know what of it was heard. */
  async function cut(by: string) {
    cancelSilence?.()
    const utterance = speaking
    const unfinished = owed
    speaking = undefined
    owed = undefined
    const heard = utterance ? await utterance.cut() : ''
    const id = utterance?.id ?? unfinished
    if (id === undefined) return
    note('utterance.cut', { utterance: id, by, heard })
    o.chain().take({ type: 'interrupted', utterance: id, heard })
  }

  /** Inputs are taken one after the other: each waits until it is known what was heard of the words it cut. */
  function afterwards(act: () => Promise<void>) {
    inputs = inputs.then(act).catch(o.onFault)
  }

  function input(text: string, by: 'typing' | 'speech' | 'keys') {
    asked = false
    hangUpAfterwards = false
    transcript.add('visitor', text)
    afterwards(async () => {
      await cut('visitor')
      if (closed) return
      owed = o.newId()
      setState('thinking')
      note('turn', { utterance: owed, by, text })
      o.chain().take({ type: 'turn', utterance: owed, text, by })
    })
  }

  const keys = createKeys({ menu: persona.keyMenu.map((item) => item.digit), clock, onInput: (digits) => input(digits, 'keys') })

  const LEG: { [Type in LegEvent['type']]?: (event: Extract<LegEvent, { type: Type }>) => void } = {
    text: (event) => input(event.text, 'typing'),
    digits: (event) => keys.press(event.digits),
    mark: (event) => mouth.mark(event.utterance, event.name),
    muted: (event) => note('muted', { muted: event.muted }),
    feedback: ({ type: _, ...feedback }) => note('feedback', feedback),
    context(event) {
      note('context', { text: event.text })
      o.chain().take({ type: 'context', text: event.text })
    },
    interrupt() {
      afterwards(async () => {
        await cut('visitor')
        rest()
      })
    },
  }

  const ENGINE: { [Type in EngineEvent['type']]?: (event: Extract<EngineEvent, { type: Type }>) => void } = {
    text(event) {
      if (event.utterance !== owed) return
      if (speaking?.id !== event.utterance) say(event.utterance)
      speaking?.write(event.text)
    },
    done(event) {
      if (event.utterance !== owed) return
      owed = undefined
      if (speaking?.id === event.utterance) return speaking.end()
      // An answer without a word: nothing to hear, so it is the visitor's turn.
      if (hangUpAfterwards) return o.end('agent', 'now')
      rest()
    },
    'hang-up'() {
      hangUpAfterwards = true
      if (owed === undefined && !speaking) o.end('agent', 'now')
    },
    usage: ({ type: _, ...usage }) => note('engine.usage', usage),
  }

  return {
    begin() {
      sayWhole(o.greeting, { ...how, cache: true })
    },
    away(nowAway) {
      isAway = nowAway
      cancelSilence?.()
      if (!isAway && state === 'listening') rest()
    },
    hear(event) {
      if (!closed) (LEG[event.type] as ((event: LegEvent) => void) | undefined)?.(event)
    },
    engine(event) {
      if (!closed) (ENGINE[event.type] as ((event: EngineEvent) => void) | undefined)?.(event)
    },
    async handover(change) {
      note('engine.handover', { from: change.from, to: change.to ?? null, fault: change.fault.code, message: change.fault.message })
      const utterance = o.newId()
      if (change.utterance !== undefined && change.utterance === owed) {
        owed = utterance
        const broken = speaking
        speaking = undefined
        setState('thinking')
        const heard = await broken?.cut()
        if (heard) note('utterance.cut', { utterance: change.utterance, by: 'handover', heard })
      }
      return utterance
    },
    sounding(utterance) {
      if (speaking?.id === utterance) setState('speaking')
    },
    sayAndEnd: (name, reason) => void sayAndEnd(name, reason).catch(o.onFault),
    async hush() {
      const utterance = speaking
      speaking = undefined
      owed = undefined
      cancelSilence?.()
      await utterance?.cut()
    },
    async lastWords() {
      while (speaking) await speaking.finished
    },
    close() {
      if (closed) return
      closed = true
      cancelSilence?.()
      keys.close()
      mouth.close()
    },
  }
}
