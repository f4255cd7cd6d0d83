import { z } from 'zod'
import { MAX_MESSAGE_BYTES } from '../../stream-socket.ts'

/**
 * The messages of ConversationRelay: JSON in text frames. Twilio hears and speaks itself, and words go to and fro.
 * Telnyx speaks the same messages; fields spelt with underscores are read too.
 */

export interface RelaySetup {
  readonly sessionId: string
  readonly callSid: string
  readonly accountSid: string
  /** The `<Parameter>`s of our TwiML. */
  readonly customParameters: Readonly<Record<string, string>>
}

export type FromRelaySession =
  | { readonly type: 'setup'; readonly setup: RelaySetup }
  /** What was understood; one that is not `last` is all of it so far, and may be rewritten. */
  | { readonly type: 'prompt'; readonly text: string; readonly last: boolean; readonly lang?: string }
  /** Somebody spoke or pressed over the words; `heard` covers the piece being spoken, and not those before it. */
  | { readonly type: 'interrupt'; readonly heard: string; readonly afterMs: number }
  | { readonly type: 'dtmf'; readonly digit: string }
  | { readonly type: 'speaking'; readonly who: 'agent' | 'visitor'; readonly speaks: boolean }
  | { readonly type: 'played'; readonly text: string }
  | { readonly type: 'error'; readonly code: string | undefined; readonly description: string }
  /** Something newer than this page; it asks for nothing. */
  | { readonly type: 'other' }

export type ToRelaySession =
  | {
      readonly type: 'text'
      readonly token: string
      readonly last: boolean
      readonly lang?: string
      readonly interruptible?: boolean
      readonly preemptible?: boolean
    }
  | {
      readonly type: 'play'
      readonly source: string
      readonly loop?: number
      readonly preemptible?: boolean
      readonly interruptible?: boolean
    }
  | { readonly type: 'sendDigits'; readonly digits: string }
  | { readonly type: 'language'; readonly ttsLanguage?: string; readonly transcriptionLanguage?: string }
  | { readonly type: 'end'; readonly handoffData?: string }

const id = z.string().min(1).max(64)
const words = z.string().max(16_000)
const flag = z.union([z.boolean(), z.stringbool()])

const Setup = z.object({
  sessionId: id,
  callSid: id,
  accountSid: z.string().max(64).default(''),
  customParameters: z.record(z.string().max(128), z.string().max(2048)).nullish(),
})
const Prompt = z.object({ voicePrompt: words, lang: z.string().max(35).nullish(), last: flag.default(true) })
const Interrupt = z.object({
  utteranceUntilInterrupt: words.nullish(),
  // A number on the wire, though older pages show a string.
  durationUntilInterruptMs: z.coerce.number().min(0).max(86_400_000).nullish().catch(0),
})
const Dtmf = z.object({ digit: z.string().regex(/^[0-9A-Da-d*#]$/) })
const Info = z.object({ name: z.string().max(64), value: words.nullish() })
const Failure = z.object({ description: z.string().max(4096).catch('') })

/** Undefined for what cannot be understood. Never throws. */
export function readRelayMessage(frame: Buffer): FromRelaySession | undefined {
  const message = parsed(frame)
  const type = message?.type
  if (!message || typeof type !== 'string') return undefined
  return Object.hasOwn(READ, type) ? READ[type as keyof typeof READ](message) : { type: 'other' }
}

type Fields = Readonly<Record<string, unknown>>

const READ = {
  setup(message: Fields): FromRelaySession | undefined {
    const told = Setup.safeParse(message).data
    return told && { type: 'setup', setup: { ...told, customParameters: told.customParameters ?? {} } }
  },
  prompt(message: Fields): FromRelaySession | undefined {
    const told = Prompt.safeParse(message).data
    return told && { type: 'prompt', text: told.voicePrompt, last: told.last, ...(told.lang ? { lang: told.lang } : {}) }
  },
  interrupt(message: Fields): FromRelaySession | undefined {
    const told = Interrupt.safeParse(message).data
    return told && { type: 'interrupt', heard: told.utteranceUntilInterrupt ?? '', afterMs: told.durationUntilInterruptMs ?? 0 }
  },
  dtmf(message: Fields): FromRelaySession | undefined {
    const told = Dtmf.safeParse(message).data
    return told && { type: 'dtmf', digit: told.digit.toUpperCase() }
  },
  info(message: Fields): FromRelaySession | undefined {
    const told = Info.safeParse(message).data
    if (!told) return undefined
    const value = told.value ?? ''
    if (told.name === 'tokensPlayed') return { type: 'played', text: value }
    const who = told.name === 'agentSpeaking' ? 'agent' : told.name === 'clientSpeaking' ? 'visitor' : undefined
    return who && (value === 'on' || value === 'off') ? { type: 'speaking', who, speaks: value === 'on' } : { type: 'other' }
  },
  error(message: Fields): FromRelaySession | undefined {
    const told = Failure.safeParse(message).data
    // There is no field for the code: it stands in the text.
    return told && { type: 'error', description: told.description, code: /\bcode:?\s*(\d{5})\b/i.exec(told.description)?.[1] }
  },
}

function parsed(frame: Buffer): Fields | undefined {
  if (frame.length > MAX_MESSAGE_BYTES) return undefined
  try {
    const message: unknown = JSON.parse(frame.toString())
    if (typeof message !== 'object' || message === null || Array.isArray(message)) return undefined
    return Object.fromEntries(Object.entries(message).map(([key, value]) => [inCamels(key), value]))
  } catch {
    return undefined
  }
}

const inCamels = (key: string) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Longer tokens are cut. */
export const MAX_TOKEN_LETTERS = 2000
const LANGUAGE = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/

/**
 * A message as its frames, none of which can count as malformed: ten of those in a row end a session. What could not be said rightly
 * gives no frame at all.
 */
export function writeRelayMessage(message: ToRelaySession): string[] {
  switch (message.type) {
    case 'text':
      return textFrames(message)
    case 'play':
      return URL.canParse(message.source) && /^https?:/i.test(message.source) ? [JSON.stringify(message)] : []
    case 'sendDigits':
      return /^[0-9*#wW]{1,64}$/.test(message.digits) ? [JSON.stringify(message)] : []
    case 'language': {
      const { ttsLanguage, transcriptionLanguage } = message
      const given = [ttsLanguage, transcriptionLanguage].filter((language) => language !== undefined)
      return given.length > 0 && given.every((language) => LANGUAGE.test(language)) ? [JSON.stringify(message)] : []
    }
    case 'end':
      return [
        JSON.stringify({ ...message, ...(message.handoffData === undefined ? {} : { handoffData: message.handoffData.toWellFormed() }) }),
      ]
  }
}

function textFrames({ token, last, ...how }: Extract<ToRelaySession, { type: 'text' }>): string[] {
  const pieces = piecesOf(token)
  if (pieces.length === 0 && last) pieces.push('')
  return pieces.map((piece, at) => JSON.stringify({ ...how, token: piece.toWellFormed(), last: last && at === pieces.length - 1 }))
}

/** Never between the halves of a character. */
function piecesOf(token: string): string[] {
  const pieces: string[] = []
  for (let from = 0; from < token.length; ) {
    const end = Math.min(token.length, from + MAX_TOKEN_LETTERS)
    const upTo = end < token.length && /[\uD800-\uDBFF]/.test(token[end - 1] ?? '') ? end - 1 : end
    pieces.push(token.slice(from, upTo))
    from = upTo
  }
  return pieces
}
