import { z } from 'zod'
import type { FormBody } from '../form.ts'

/** How a ConversationRelay session ended, as its `action` is told. */
export interface SessionEnd {
  readonly carrierCallId: string
  readonly sessionId: string
  /** `ended` by us, `completed` by a hang-up, `failed` for a reason that the code tells. */
  readonly status: string
  readonly errorCode: string | undefined
  readonly durationMs: number | undefined
  /** The call itself goes on, with whatever it is told next. */
  readonly live: boolean
}

const word = z.string().max(64)
const Action = z.object({
  CallSid: z.string().regex(/^CA[0-9a-zA-Z]{1,62}$/),
  CallStatus: word,
  SessionId: word.default(''),
  SessionStatus: word.default(''),
  SessionDuration: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional()
    .catch(undefined),
  ErrorCode: z
    .string()
    .regex(/^\d{1,8}$/)
    .optional()
    .catch(undefined),
})

/** Undefined for what cannot be understood. */
export function readSessionEnd(form: FormBody): SessionEnd | undefined {
  const fields = Object.fromEntries(Object.keys(Action.shape).flatMap((name) => (form.has(name) ? [[name, form.get(name)?.[0]]] : [])))
  const told = Action.safeParse(fields).data
  return (
    told && {
      carrierCallId: told.CallSid,
      sessionId: told.SessionId,
      status: told.SessionStatus,
      errorCode: told.ErrorCode,
      durationMs: told.SessionDuration === undefined ? undefined : Number(told.SessionDuration) * 1000,
      live: told.CallStatus === 'in-progress' || told.CallStatus === 'ringing',
    }
  )
}
