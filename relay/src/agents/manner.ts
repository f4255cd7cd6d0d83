import { z } from 'zod'

/** How an agent is: its personality, its style, how quickly it answers, and what it says when somebody objects. */

export const RESPONSE_SPEEDS = ['fast', 'normal', 'slow'] as const

const PersonalityId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be a word such as night-desk')

const Personality = z.object({
  id: PersonalityId,
  name: z.string().trim().min(1).max(80),
  description: z.string().trim().max(300).default(''),
  /** What the agent is told when this personality is in force. */
  instructions: z.string().trim().min(1).max(2000),
})
export type Personality = z.infer<typeof Personality>

/** What every agent can be. `custom` tells the agent nothing: its own prompt says it all. */
export const BUILT_IN_PERSONALITIES: readonly Personality[] = [
  {
    id: 'friendly',
    name: 'Friendly & Casual',
    description: 'Warm and approachable tone',
    instructions: 'Be warm and at ease, as with a good neighbour: everyday words, kindness, no stiff phrases.',
  },
  {
    id: 'professional',
    name: 'Professional',
    description: 'Composed and businesslike tone',
    instructions: 'Be composed, courteous and exact, as at a well-run front desk: no slang, no jokes, straight to the matter.',
  },
  {
    id: 'persuasive',
    name: 'Persuasive',
    description: 'Confident tone that leads towards a decision',
    instructions:
      'Be confident and encouraging: say what the visitor gains, and propose one clear next step. Never press, invent or exaggerate; a clear no is accepted at once.',
  },
  {
    id: 'supportive',
    name: 'Supportive',
    description: 'Patient and reassuring tone',
    instructions:
      'Be patient and reassuring: first show that you understood what troubles the visitor, then help one small step at a time.',
  },
  { id: 'custom', name: 'Custom', description: 'As the agent’s own instructions say', instructions: '' },
]

export const Manner = z
  .object({
    /** The personality in force: a built-in one, or one of `personalities`. */
    personality: PersonalityId.default('friendly'),
    /** How conversations are led, in the owner's words: `business-focused`. */
    style: z.string().trim().max(200).default(''),
    responseSpeed: z.enum(RESPONSE_SPEEDS).default('normal'),
    /** The owner's own; one named like a built-in stands in its place. */
    personalities: z.array(Personality).max(20).default([]),
    /** What people object, and what the agent then says. */
    objections: z
      .array(z.object({ objection: z.string().trim().min(1).max(300), answer: z.string().trim().min(1).max(1000) }))
      .max(50)
      .default([]),
  })
  .refine(({ personalities }) => new Set(personalities.map(({ id }) => id)).size === personalities.length, {
    path: ['personalities'],
    message: 'must not hold two of one id',
  })
  .refine((manner) => personalityOf(manner) !== undefined, {
    path: ['personality'],
    message: 'must be the id of a built-in personality or of one in personalities',
  })
export type Manner = z.infer<typeof Manner>

/** Those an owner may choose from: the agent's own first. */
export function personalitiesOf({ personalities }: { personalities: readonly Personality[] }): Personality[] {
  const own = new Set(personalities.map(({ id }) => id))
  return [...personalities, ...BUILT_IN_PERSONALITIES.filter(({ id }) => !own.has(id))]
}

/** The one in force. */
export function personalityOf(manner: { personality: string; personalities: readonly Personality[] }): Personality | undefined {
  return personalitiesOf(manner).find(({ id }) => id === manner.personality)
}
