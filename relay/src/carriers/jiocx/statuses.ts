import type { CallStatus, EndReason } from '../../protocol/index.ts'
import type { Dialect } from './dialect.ts'

type Ours = { status: CallStatus; endReason?: EndReason }

const failed = (endReason: EndReason): Ours => ({ status: 'failed', endReason })
const OURS: Readonly<Record<string, Ours>> = {
  initiated: { status: 'initiated' },
  connecting: { status: 'connecting' },
  connected: { status: 'connected' },
  completed: { status: 'completed' },
  failed: failed('error'),
  busy: failed('busy'),
  'no-answer': failed('no-answer'),
  rejected: failed('rejected'),
  canceled: failed('canceled'),
  error: failed('error'),
}

/** Not in the guide: words that other carriers have for the same. */
const ALIKE: Readonly<Record<string, string>> = {
  queued: 'initiated',
  pending: 'initiated',
  ringing: 'connecting',
  answered: 'connected',
  'in-progress': 'connected',
  ended: 'completed',
  'not-answered': 'no-answer',
  noanswer: 'no-answer',
  unanswered: 'no-answer',
  declined: 'rejected',
  cancelled: 'canceled',
}

/** A message of a call that failed may tell why. */
const WHY: readonly (readonly [RegExp, EndReason])[] = [
  [/\bbusy\b/i, 'busy'],
  [/\b(no[ _-]?answer|not[ _-]?answered|unanswered|no[ _-]?response)\b/i, 'no-answer'],
  [/\b(reject|declin)/i, 'rejected'],
  [/\bcancel/i, 'canceled'],
]

const plain = (word: string) =>
  word
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-')

/** In our words; undefined when nobody has said what this word means. `word` is fit for the log. */
export function statusOf(told: unknown, message: unknown, dialect: Pick<Dialect, 'statuses'>): { word: string; ours: Ours | undefined } {
  if (typeof told !== 'string' || told.length > 64) return { word: '', ours: undefined }
  const word = plain(told)
  const set = Object.entries(dialect.statuses).find(([name]) => plain(name) === word)?.[1]
  const meant = set ?? (Object.hasOwn(ALIKE, word) ? ALIKE[word] : word)
  const ours = meant !== undefined && Object.hasOwn(OURS, meant) ? OURS[meant] : undefined
  const shown = /^[a-z-]{1,40}$/.test(word) ? word : ''
  if (ours?.status !== 'failed' || ours.endReason !== 'error' || typeof message !== 'string') return { word: shown, ours }
  const reason = WHY.find(([words]) => words.test(message.slice(0, 300)))?.[1]
  return { word: shown, ours: reason ? failed(reason) : ours }
}
