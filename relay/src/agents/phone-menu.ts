import { z } from 'zod'

/** What a phone that dials in is asked before anybody answers: keys that lead to other agents, or to people. */

const Item = z
  .object({
    digit: z.string().regex(/^[0-9*#]$/),
    label: z.string().min(1).max(120),
    /** An agent of the same organisation. */
    agentId: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be the id of an agent')
      .optional(),
    /** A person's phone, E.164; where the carrier joins phones to calls that live. */
    person: z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/, 'must be a number such as +12025550123')
      .optional(),
  })
  .refine(({ agentId, person }) => (agentId === undefined) !== (person === undefined), {
    path: ['agentId'],
    message: 'give the id of an agent or the number of a person, one of both',
  })

export const PhoneMenu = z.object({
  /** Said before the keys are read out. */
  greeting: z.string().max(600).default(''),
  items: z
    .array(Item)
    .min(1)
    .max(12)
    .refine((items) => new Set(items.map(({ digit }) => digit)).size === items.length, 'each key may stand once'),
  /** So often a caller may press a key that is not there, or speak instead; then the call ends. */
  tries: z.int().min(1).max(10).default(3),
})
export type PhoneMenu = z.infer<typeof PhoneMenu>
