import type { Say } from '../../words.ts'
import type { CallEvent, Turn } from './call-model.ts'

/** One thing that happened, in words. `turn` has its times drawn beside it. */
export interface Moment {
  seq: number
  at: string
  title: string
  detail?: string
  kind: '' | 'wait' | 'bad' | 'good'
  turn?: Turn
}

type Payload = Record<string, unknown>
interface Words {
  title: string
  kind?: Moment['kind']
  detail?: (payload: Payload) => string | undefined
}

const text = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value)

/** Told otherwise on the page, or of no use to people. */
const UNTOLD = new Set([
  'turn',
  'turn.timed',
  'utterance.heard',
  'utterance.held',
  'utterance.went-on',
  'heard',
  'engine.usage',
  'tool.finished',
  'leg.attached',
])

const WORDS: Record<string, Words> = {
  'call.opened': { title: 'Call asked for', detail: (p) => [text(p.modality), text(p.language)].filter(Boolean).join(' · ') },
  'call.answered': { title: 'Answered' },
  'call.connected': { title: 'Connected', kind: 'good' },
  'call.joined': { title: 'Joined with another phone' },
  'call.ended': { title: 'Ended', detail: (p) => text(p.reason ?? p.endReason) },
  'engine.started': { title: 'Engine', detail: (p) => text(p.engine) },
  'engine.handover': {
    title: 'Engine changed',
    kind: 'wait',
    detail: (p) => `${text(p.from)} → ${text(p.to) || '–'}: ${text(p.message ?? p.fault)}`,
  },
  'engine.passed-over': { title: 'Engines left out', detail: (p) => text(p.why) },
  'tool.called': { title: 'Tool', detail: (p) => text(p.name) },
  'utterance.cut': {
    title: 'Interrupted',
    kind: 'wait',
    detail: (p) => (typeof p.heard === 'string' && p.heard ? `…${p.heard.slice(-60)}` : undefined),
  },
  'human.requested': { title: 'A person was asked for', kind: 'bad', detail: (p) => text(p.reason) },
  'message.taken': { title: 'A message was taken' },
  'silence.asked': { title: 'Nobody spoke; the agent asked' },
  'ai.paused': { title: 'AI paused', kind: 'wait' },
  'ai.resumed': { title: 'AI goes on', kind: 'good' },
  whisper: { title: 'Whispered to the AI', detail: (p) => text(p.text) },
  context: { title: 'Told the AI', detail: (p) => text(p.text) },
  say: { title: 'Said through the agent', detail: (p) => text(p.text) },
  'leg.resumed': { title: 'The line came back' },
  'leg.detached': { title: 'The line was lost', kind: 'wait' },
  'leg.replaced': { title: 'Joined anew from another place' },
  'line.status': { title: 'Carrier', detail: (p) => text(p.status) },
  'line.refused': { title: 'The carrier refused', kind: 'bad', detail: (p) => text(p.message ?? p.fault) },
  'line.lost': { title: 'The carrier lost the call', kind: 'bad' },
  'takeover.away': { title: 'The operator’s line was lost', kind: 'wait' },
  'takeover.began': { title: 'Taken over', kind: 'wait', detail: (p) => [text(p.name), text(p.reason)].filter(Boolean).join(': ') },
  'takeover.ended': { title: 'Handed back', kind: 'good', detail: (p) => text(p.briefing) },
  'voice.failed': { title: 'The voice failed', kind: 'bad', detail: (p) => text(p.message) },
  feedback: { title: 'Feedback', detail: (p) => [text(p.score), text(p.comment)].filter(Boolean).join(' · ') },
  muted: { title: 'Microphone', detail: (p) => (p.muted ? 'muted' : 'on') },
}

/** What happened, oldest first: events that mean something to people, and each answer with its times. */
export function timelineOf(events: readonly CallEvent[], turns: readonly Turn[], t: Say): readonly Moment[] {
  const tools = new Map(events.filter(({ type }) => type === 'tool.finished').map(({ payload }) => [payload?.id, payload]))
  const told = events.filter(({ type }) => !UNTOLD.has(type)).map((event) => momentOf(event, tools, t))
  const answers = turns.map((turn): Moment => ({ seq: 0, at: turn.at, title: t('Answer'), kind: '', turn }))
  return [...told, ...answers].sort((a, b) => a.at.localeCompare(b.at) || a.seq - b.seq)
}

function momentOf({ at, payload = {}, seq, type }: CallEvent, tools: ReadonlyMap<unknown, Payload | undefined>, t: Say): Moment {
  const words = WORDS[type]
  const took = type === 'tool.called' ? tools.get(payload.id)?.ms : undefined
  const detail = [words?.detail?.(payload), typeof took === 'number' ? `${took} ms` : undefined].filter(Boolean).join(' · ')
  return { seq, at, title: words ? t(words.title) : type.replaceAll(/[.-]/g, ' '), kind: words?.kind ?? '', ...(detail ? { detail } : {}) }
}

/** The parts of an answer's time, in their order. */
export const PARTS = [
  ['endpointMs', 'hearing the end'],
  ['engineMs', 'thinking'],
  ['voiceMs', 'voice'],
  ['lineMs', 'line'],
] as const satisfies readonly (readonly [keyof Turn, string])[]
