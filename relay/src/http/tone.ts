import { z } from 'zod'
import { type Persona, ToolSpec } from '../agents/persona.ts'
import type { LiveCalls } from '../calls/live-calls.ts'

/** How something that was said sounds, in a model's own structured words. */
export const Tone = z.object({
  detected_tone: z.string().min(1).max(60),
  /** Of a hundred. */
  confidence: z.number().min(0).max(100),
  emotion: z.enum(['positive', 'neutral', 'negative']),
})
export type Tone = z.infer<typeof Tone>

const TOOL = ToolSpec.parse({
  name: 'describe_tone',
  description: 'Says how the given words sound to whoever hears them.',
  parameters: {
    type: 'object',
    properties: {
      detected_tone: { type: 'string', description: 'One word, such as friendly, professional, persuasive, supportive or curt.' },
      confidence: { type: 'number', description: 'How sure you are, from 0 to 100.' },
      emotion: { type: 'string', enum: ['positive', 'neutral', 'negative'] },
    },
    required: ['detected_tone', 'confidence', 'emotion'],
  },
})

/** Asks a model of the agent; undefined when none can say, or what it says does not fit. Never rejects. */
export async function toneOf(
  calls: Pick<LiveCalls, 'askForTool'>,
  persona: Persona,
  said: string,
  signal: AbortSignal,
): Promise<Tone | undefined> {
  const judge: Persona = {
    ...persona,
    prompt: 'You judge how sentences sound. Use the tool describe_tone once for the words you are given. Say nothing else.',
    manner: { ...persona.manner, personality: 'custom', style: '', objections: [] },
    knowledge: { text: [], questions: [] },
    keyMenu: [],
  }
  try {
    return Tone.safeParse(await calls.askForTool(judge, { tool: TOOL, text: `The words: ${JSON.stringify(said.slice(0, 2000))}` }, signal))
      .data
  } catch {
    return undefined
  }
}
