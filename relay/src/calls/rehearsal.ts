import type { Persona, ToolSpec } from '../agents/persona.ts'
import { createEngineChain } from './handover.ts'
import { Passage } from './passage.ts'
import type { Clock, Engine, EngineFault, Voice } from './ports.ts'
import { createSentences } from './sentences.ts'

/** What an agent answered with nobody on the line. */
export interface Rehearsed {
  /** The engine that answered. */
  engine: string
  text: string
  /** PCM16LE mono. */
  sound: { bytes: Uint8Array; sampleRateHz: number }
  /** From the question to the first sound of the answer. */
  firstSoundMs: number
}

export interface RehearsalOptions {
  engines: readonly Engine[]
  persona: Persona
  language: string
  clock: Clock
  signal: AbortSignal
}

/** An answer is no longer waited for than this, engines that fail included. */
const WITHIN_MS = 30_000
const UTTERANCE = 'rehearsal'

/** One turn of the agent, as a call would think and say it, engine after engine. @throws Error when none answers */
export async function rehearse(o: RehearsalOptions & { voice: Voice; text: string }): Promise<Rehearsed> {
  const { clock, persona, voice } = o
  const how = { voice: persona.voice.name, speed: persona.voice.speed, language: o.language }
  const beganMs = clock.monotonicMs()
  let answer = emptyAnswer()
  const sounded = (bytes: Uint8Array) => {
    answer.firstSoundMs ??= clock.monotonicMs() - beganMs
    answer.sound.push(bytes)
  }
  const engine = await oneTurn(o, {
    begin: () => {
      answer = emptyAnswer()
    },
    text(piece) {
      answer.text += piece
      for (const sentence of answer.sentences.push(piece)) say(sentence)
    },
    said: (piece) => (answer.text += piece),
    sound: (bytes, hz) => {
      answer.hz = hz
      sounded(bytes.slice())
    },
  })
  for (const sentence of answer.sentences.flush()) say(sentence)
  await answer.spoken
  if (answer.firstSoundMs === undefined) throw new Error('the agent gave no answer that could be heard')
  const sound = { bytes: Buffer.concat(answer.sound), sampleRateHz: answer.hz ?? voice.sampleRateHz }
  return { engine, text: answer.text.trim(), sound, firstSoundMs: Math.round(answer.firstSoundMs) }

  /** One sentence after the other, each while the next is still being thought. */
  function say(sentence: string) {
    const mine = answer
    mine.spoken = mine.spoken.then(async () => {
      if (mine !== answer || sentence.trim() === '') return
      for await (const bytes of voice.speak(sentence, how, o.signal)) if (mine === answer) sounded(bytes)
    })
    // Awaited above, unless another engine has to answer.
    mine.spoken.catch(() => undefined)
  }
}

/** What the agent's own engine puts into the tool when it is asked one thing and has nothing else to do; undefined when it does not use it. */
export async function askForTool(o: RehearsalOptions & { tool: ToolSpec; text: string }): Promise<Record<string, unknown> | undefined> {
  let given: Record<string, unknown> | undefined
  const stop = new AbortController()
  const nothing = () => undefined
  await oneTurn(
    { ...o, signal: AbortSignal.any([o.signal, stop.signal]) },
    { begin: nothing, text: nothing, said: nothing, sound: nothing },
    {
      specs: [o.tool],
      use(name, values) {
        if (name === o.tool.name) given ??= values
        stop.abort()
      },
    },
  ).catch((error: unknown) => {
    if (given === undefined && !o.signal.aborted) throw error
  })
  return given
}

interface Listener {
  /** An engine begins to answer: what another one gave is void. */
  begin(): void
  text(piece: string): void
  said(piece: string): void
  sound(bytes: Uint8Array, hz: number | undefined): void
}

/** Resolves with the name of the engine that answered the turn to its end. */
async function oneTurn(
  o: RehearsalOptions & { text: string },
  listener: Listener,
  tools: { specs: readonly ToolSpec[]; use: (name: string, values: Record<string, unknown>) => void } = { specs: [], use: () => undefined },
): Promise<string> {
  const done = Promise.withResolvers<void>()
  let lastFault: EngineFault | undefined
  const chain = createEngineChain({
    passage: new Passage(),
    engines: o.engines,
    clock: o.clock,
    context: {
      callId: UTTERANCE,
      persona: o.persona,
      language: o.language,
      variables: {},
      tools: tools.specs,
      async useTool({ arguments: values, name }) {
        tools.use(name, values)
        return { ok: true }
      },
    },
    history: () => [],
    onStarted: listener.begin,
    onEvent(event) {
      if (event.type === 'text') listener.text(event.text)
      else if (event.type === 'said') listener.said(event.text)
      else if (event.type === 'audio') listener.sound(event.bytes, chain.ownHz)
      else if (event.type === 'done') done.resolve()
    },
    async onHandover({ fault, utterance }) {
      lastFault = fault
      return utterance
    },
    onExhausted: () => done.reject(new Error(lastFault?.message ?? 'no engine of the agent can run')),
    onFault: done.reject,
  })
  const aborted = () => done.reject(o.signal.reason)
  o.signal.addEventListener('abort', aborted, { once: true })
  const cancelLate = o.clock.after(WITHIN_MS, () => done.reject(new Error('the agent took too long to answer')))
  try {
    o.signal.throwIfAborted()
    chain.start()
    chain.take({ type: 'turn', utterance: UTTERANCE, text: o.text, by: 'typing' })
    await done.promise
    return chain.engine
  } finally {
    cancelLate()
    o.signal.removeEventListener('abort', aborted)
    await chain.close()
  }
}

function emptyAnswer() {
  return {
    text: '',
    sentences: createSentences(),
    sound: [] as Uint8Array[],
    hz: undefined as number | undefined,
    firstSoundMs: undefined as number | undefined,
    spoken: Promise.resolve(),
  }
}
