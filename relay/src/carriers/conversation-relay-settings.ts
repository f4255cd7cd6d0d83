import { z } from 'zod'

/**
 * What an owner says of ConversationRelay, in its carrier's own words: how it hears, speaks and is interrupted. Unknown names pass,
 * for the carrier has new ones before we know of them.
 */
const NAME = z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,63}$/, 'must be letters and digits, as the carrier spells it')
const VALUE = z.union([z.string().max(2000), z.number(), z.boolean()])
/** Ours to say: the socket's address, and what is reported over it. */
const OURS = ['url', 'action']

const Attributes = z
  .record(NAME, VALUE)
  .refine((given) => Object.keys(given).length <= 60, 'are more than 60')
  .refine((given) => !OURS.some((name) => name in given), 'may not name url or action: the relay says those')
  .refine(
    ({ welcomeGreeting: words }) => words === undefined || words === false,
    'may set welcomeGreeting to false only: what is said first is the agent’s greeting',
  )

export const RelaySettings = z.object({
  /** Of `<ConversationRelay>`: `ttsProvider`, `voice`, `speechModel`, `interruptSensitivity`, `hints` … */
  attributes: Attributes.default({}),
  /** One `<Language>` each: `code`, `ttsProvider`, `voice`, `transcriptionProvider`, `speechModel`. */
  languages: z
    .array(
      z
        .object({ code: z.string().regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$|^multi$/, 'must be a language such as en-IN') })
        .catchall(z.string().max(500)),
    )
    .max(30)
    .default([]),
  /** One `<Parameter>` each, beside the call's own. They are no place for card numbers. */
  parameters: z.record(NAME, z.string().max(500)).default({}),
})
export type RelaySettings = z.infer<typeof RelaySettings>
