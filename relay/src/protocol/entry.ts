import { z } from 'zod'
import { ENTRY_ROLES } from './words.ts'

/** One line of the transcript: what was heard, not what was meant. It keeps its place and its id while its text changes. */
export const Entry = z.object({
  id: z.string(),
  role: z.enum(ENTRY_ROLES),
  text: z.string(),
  final: z.boolean(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  interrupted: z.boolean().optional(),
})
export type Entry = z.infer<typeof Entry>
