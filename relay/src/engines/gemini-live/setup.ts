import { type LiveConnectConfig, Modality } from '@google/genai'
import type { EngineContext, Heard } from '../../calls/ports.ts'
import type { KnowledgeBase } from '../knowledge/index.ts'
import { systemPrompt } from '../text/prompt.ts'
import { knownAtOnce } from './look-up.ts'

const MOST_HISTORY = 12_000
/** Beyond this the oldest turns are forgotten, so that a session has no end (PROTOCOLS 5.6). int64 as text. */
const COMPRESS_AT_TOKENS = '100000'
const COMPRESS_TO_TOKENS = '50000'

/** The first frame of a connection. `history`: what was said before it, for one that does not come back by a handle. */
export function setupOf(o: {
  context: EngineContext
  knowledge: KnowledgeBase
  notes: readonly string[]
  whispers: readonly string[]
  briefings: readonly string[]
  handle: string | undefined
  history: readonly Heard[]
}): LiveConnectConfig {
  const { context, handle } = o
  const { persona, language, variables } = context
  const { voice, turns } = persona
  const system = systemPrompt({
    persona,
    language,
    variables,
    notes: o.notes,
    whispers: o.whispers,
    briefings: o.briefings,
    knowledge: knownAtOnce(o.knowledge, persona.greeting),
    nowMs: context.clock.nowMs(),
  })
  return {
    responseModalities: [Modality.AUDIO],
    // The SDK drops `historyConfig` from the setup, so the conversation so far stands in the instruction.
    systemInstruction: [system, handle === undefined ? soFar(o.history) : ''].filter((part) => part !== '').join('\n\n'),
    inputAudioTranscription: {},
    outputAudioTranscription: {},
    sessionResumption: handle === undefined ? {} : { handle },
    contextWindowCompression: { triggerTokens: COMPRESS_AT_TOKENS, slidingWindow: { targetTokens: COMPRESS_TO_TOKENS } },
    realtimeInputConfig: { automaticActivityDetection: { silenceDurationMs: turns.endSilenceMs } },
    ...(voice.live === undefined ? {} : { speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: voice.live } } } }),
    ...(context.tools.length === 0
      ? {}
      : {
          tools: [
            {
              functionDeclarations: context.tools.map(({ name, description, parameters }) => ({
                name,
                description,
                parametersJsonSchema: parameters,
              })),
            },
          ],
        }),
  }
}

/** The newest of what was said, oldest first. */
function soFar(history: readonly Heard[]): string {
  const lines: string[] = []
  let size = 0
  for (const { role, text } of history.toReversed()) {
    size += text.length
    if (size > MOST_HISTORY) break
    lines.unshift(`${role === 'visitor' ? 'Visitor' : role === 'operator' ? 'A colleague' : 'You'}: ${text}`)
  }
  return lines.length === 0
    ? ''
    : `The conversation so far, as it was heard; go on from here, and do not greet again:\n<conversation>\n${lines.join('\n')}\n</conversation>`
}
