import type { Heard } from '../../calls/ports.ts'
import type { ChatMessage, ToolResult, ToolUse } from './chat-model.ts'

/** The conversation as it was heard, kept for the model. */
export interface Dialogue {
  visitor(text: string): void
  /** A piece of the agent's answer, as generated. */
  said(utterance: string, text: string): void
  /** Tools the answer used, with what they gave. */
  used(utterance: string, uses: readonly ToolUse[], results: readonly ToolResult[]): void
  /** Of this utterance only these words reached the visitor. Words of an utterance that is not the model's own are remembered too. */
  heard(utterance: string, text: string): void
  /** Messages for the model: the newest that fit, whole exchanges, beginning with the visitor. */
  messages(): ChatMessage[]
  /** The visitor's last words but one: what a follow-up is about. */
  previousQuestion(): string
}

type Part = { text: string } | { uses: readonly ToolUse[]; results: readonly ToolResult[] }
type Entry = { who: 'visitor' | 'operator'; text: string } | { who: 'agent'; utterance: string; parts: Part[] }

const MAX_ENTRIES = 60
const MAX_CHARACTERS = 24_000
const MAX_TURN = 8_000
const JOINED = '(The visitor has joined the call.)'
const AGAIN = '(Your answer was cut off by a technical fault. Please answer again.)'

export function createDialogue(history: readonly Heard[]): Dialogue {
  const entries: Entry[] = history
    .filter((heard) => heard.text.trim() !== '')
    .map(({ role, text }) => (role === 'agent' ? { who: role, utterance: '', parts: [{ text }] } : { who: role, text }))
  // After a hand-over the turn to answer is in the history already.
  let resumed = entries.findLast((entry) => entry.who === 'visitor')

  const own = (utterance: string) => entries.findLast((entry) => entry.who === 'agent' && entry.utterance === utterance && utterance !== '')
  function agentEntry(utterance: string) {
    const found = own(utterance)
    if (found?.who === 'agent') return found
    const made = { who: 'agent' as const, utterance, parts: [] as Part[] }
    entries.push(made)
    return made
  }

  return {
    visitor(text) {
      const short = text.slice(0, MAX_TURN)
      const last = entries.at(-1)
      if (resumed?.who === 'visitor' && resumed.text === text) {
        if (last !== resumed) entries.push({ who: 'visitor', text: `${AGAIN} ${short}` })
      } else entries.push({ who: 'visitor', text: short })
      resumed = undefined
      if (entries.length > MAX_ENTRIES) entries.splice(0, entries.length - MAX_ENTRIES)
    },
    said(utterance, text) {
      const { parts } = agentEntry(utterance)
      const last = parts.at(-1)
      if (last && 'text' in last) last.text += text
      else parts.push({ text })
    },
    used(utterance, uses, results) {
      agentEntry(utterance).parts.push({ uses, results })
    },
    heard(utterance, text) {
      const entry = own(utterance)
      if (entry?.who !== 'agent') {
        if (text.trim() !== '') entries.push({ who: 'agent', utterance, parts: [{ text }] })
        return
      }
      let left = text.trim()
      entry.parts = entry.parts.flatMap((part): Part[] => {
        if (!('text' in part)) return [part]
        const kept = left
        left = ''
        return kept === '' ? [] : [{ text: kept }]
      })
    },
    messages: () => alternating(newest(entries)),
    previousQuestion() {
      const asked = entries.filter((entry) => entry.who === 'visitor')
      const before = asked.at(-2)
      return before?.who === 'visitor' ? before.text : ''
    },
  }
}

function sizeOf(entry: Entry): number {
  if (entry.who !== 'agent') return entry.text.length
  return entry.parts.reduce((sum, part) => sum + ('text' in part ? part.text.length : JSON.stringify(part).length), 0)
}

/** The newest entries within the budget, the last one always, never beginning in the middle of an exchange. */
function newest(entries: readonly Entry[]): Entry[] {
  let size = 0
  let from = entries.length
  while (from > 0) {
    const entry = entries[from - 1]
    if (!entry) break
    size += sizeOf(entry)
    if (size > MAX_CHARACTERS && from < entries.length) break
    from--
  }
  while (from > 0 && from < entries.length - 1 && entries[from]?.who === 'agent') from++
  return entries.slice(from)
}

/** Vendors want visitor and agent to take turns, the visitor first: neighbours of one side are joined. */
function alternating(entries: readonly Entry[]): ChatMessage[] {
  const messages: ChatMessage[] = []
  const visitor = (text: string) => {
    const last = messages.at(-1)
    if (last?.role === 'visitor') messages[messages.length - 1] = { role: 'visitor', text: `${last.text}\n${text}` }
    else messages.push({ role: 'visitor', text })
  }
  const agent = (text: string, uses: readonly ToolUse[]) => {
    if (messages.length === 0) visitor(JOINED)
    const last = messages.at(-1)
    if (last?.role === 'agent' && last.uses.length === 0)
      messages[messages.length - 1] = { role: 'agent', text: joined(last.text, text), uses }
    else messages.push({ role: 'agent', text, uses })
  }
  for (const entry of entries) {
    if (entry.who === 'visitor') visitor(entry.text)
    else if (entry.who === 'operator') visitor(`(A human colleague of yours said to the visitor: ${entry.text})`)
    else if (entry.who === 'agent')
      for (const part of entry.parts) {
        if ('text' in part) {
          if (part.text.trim() !== '') agent(part.text, [])
        } else {
          agent('', part.uses)
          messages.push({ role: 'tools', results: part.results })
        }
      }
  }
  return messages
}

function joined(before: string, after: string): string {
  return before === '' || after === '' || /\s$/.test(before) || /^\s/.test(after) ? before + after : `${before} ${after}`
}
