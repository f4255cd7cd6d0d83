import { z } from 'zod'
import { AGENT_MODES } from '../protocol/words.ts'
import { Manner } from './manner.ts'
import { PhoneSettings } from './phone-settings.ts'
import { BUILT_IN_TOOLS, ToolInput, ToolSpec } from './tool-spec.ts'

export { Manner, personalityOf } from './manner.ts'
export { ToolSpec } from './tool-spec.ts'

/** Who answers: everything an owner says of an agent. Stored as one JSON document; the schema is also the API's. */

const KeyMenuItem = z.object({
  digit: z.string().regex(/^[0-9*#]$/),
  label: z.string().min(1).max(120),
  /** Spoken when the key is pressed; `end` says goodbye and hangs up. */
  say: z.string().max(2000).optional(),
  action: z.enum(['say', 'end', 'menu']).default('say'),
})

/** Whose word it is when both speak: for engines that leave the visitor's turns to us. */
const Turns = z.object({
  /** False: the agent is heard to its end, whatever is said meanwhile. */
  interruptible: z.boolean().default(true),
  /** Sound shorter than this is a cough or a click: the agent speaks on as if nothing had been. */
  minSpeechMs: z.int().min(60).max(2000).default(300),
  /** Speech of this length takes the word for good; shorter speech only holds the agent, who then goes on. */
  takeWordMs: z.int().min(100).max(5000).default(500),
  /** So much silence ends a visitor's turn. */
  endSilenceMs: z.int().min(200).max(5000).default(700),
  /** Words that show that somebody listens, not that they want the word. Empty: the language's own. */
  backChannels: z.array(z.string().min(1).max(40)).max(100).default([]),
  /** While the page's echo cancellation settles, the agent's own voice may leak in: for so long speech has to be half as long again. */
  settleMs: z.int().min(0).max(10_000).default(3000),
})

const Limits = z.object({
  maxDurationMs: z
    .int()
    .min(10_000)
    .max(4 * 3_600_000)
    .default(30 * 60_000),
  /** The agent asks whether anybody is there, then hangs up after as long again. */
  silenceMs: z.int().min(5_000).max(600_000).default(45_000),
  callsPerVisitorPerHour: z.int().min(1).max(10_000).default(30),
  concurrentCalls: z.int().min(1).max(10_000).default(100),
})

export const Persona = z.object({
  name: z.string().min(1).max(80),
  prompt: z.string().max(20_000).default(''),
  greeting: z.string().max(1000).default('Hello. How can I help you?'),
  languages: z.array(z.string().min(2).max(35)).min(1).default(['en']),
  engine: z.string().max(40).default('offline'),
  fallbacks: z.array(z.string().max(40)).max(5).default(['offline']),
  voice: z
    .object({
      name: z.string().max(80).default('slt'),
      speed: z.number().min(0.5).max(2).default(1),
      /** The voice of engines that speak themselves (Gemini Live: `Kore`, `Puck` …). Unset: the engine's own choice. */
      live: z.string().max(80).optional(),
    })
    .prefault({}),
  /** Personality, style, response speed, objections: they change what the agent is told and how it takes turns. */
  manner: Manner.prefault({}),
  turns: Turns.prefault({}),
  knowledge: z
    .object({
      /** Plain text or Markdown; split into passages for retrieval. */
      text: z
        .array(z.object({ title: z.string().max(200).default(''), body: z.string().max(200_000) }))
        .max(100)
        .default([]),
      questions: z
        .array(z.object({ question: z.string().min(1).max(500), answer: z.string().min(1).max(4000) }))
        .max(1000)
        .default([]),
    })
    .prefault({}),
  keyMenu: z.array(KeyMenuItem).max(12).default([]),
  tools: z.array(ToolSpec).max(32).default([]),
  /** What the agent may do of itself, besides its own tools. */
  builtInTools: z
    .array(z.enum(BUILT_IN_TOOLS))
    .max(BUILT_IN_TOOLS.length)
    .default([...BUILT_IN_TOOLS]),
  disclosure: z.string().max(500).default('You are talking with an AI agent.'),
  terms: z
    .object({
      text: z.string().min(1).max(5000),
      version: z.string().max(40).default('1'),
      url: z.url({ protocol: /^https?$/ }).optional(),
    })
    .optional(),
  /** Exact origins (`https://shop.example`), or the word `null`. Empty: the relay's own. */
  allowedOrigins: z.array(z.string().max(300)).max(100).default([]),
  visibility: z.enum(['public', 'private']).default('public'),
  modes: z.array(z.enum(AGENT_MODES)).min(1).default(['talk']),
  callbackCountries: z.array(z.string().regex(/^[A-Z]{2}$/)).default([]),
  phone: PhoneSettings.prefault({}),
  browserRecognition: z.enum(['on-device', 'allowed', 'off']).default('on-device'),
  limits: Limits.prefault({}),
})
export type Persona = z.infer<typeof Persona>

/** As owners give it and read it: secrets go in and never come out. */
export const PersonaInput = Persona.extend({ tools: z.array(ToolInput).max(32).default([]) })
