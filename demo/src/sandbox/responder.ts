import MiniSearch from 'minisearch'
import { passages } from './passages.ts'

/** A request as every service means it, whatever its wire looks like. */
export interface Prompt {
  system: string
  turns: { who: 'person' | 'model'; text: string }[]
  tools: string[]
  /** What the tools that the model has just called answered; empty when a person spoke last. */
  results: { name: string; result: unknown }[]
}

export type Answer = { kind: 'say'; text: string } | { kind: 'call'; name: string; arguments: Record<string, unknown> }

/** What stands for words that were spoken and not understood. */
export const UNINTELLIGIBLE = '(unintelligible)'

const say = (text: string): Answer => ({ kind: 'say', text })
const FAREWELL = /\b(bye|goodbye|hang up|that is all|that's all)\b/i
const NOT_UNDERSTOOD = 'Sorry, I did not understand that. I am a simulation and know a few recorded questions only. You can also type.'
const FAREWELL_WORDS = 'Goodbye, and thank you for asking.'
/** Brackets may stand within brackets. */
const NOTE = /\(((?:[^()]|\([^()]*\))*)\)/g
const HANG_UP_TOOL = /end.?call|hang.?up/i
const MY_NAME = /\bmy name is (\p{L}[\p{L}'-]*)/iu

/** A model's part, played from what is in the request alone: its knowledge, its history, its tools' results. */
export function respond(prompt: Prompt): Answer {
  if (prompt.results.length) return say(prompt.results.map(({ name, result }) => tell(name, result)).join(' '))
  // Notes in brackets are stage directions (a person joined, an answer was cut), not questions.
  const persons = prompt.turns.filter((turn) => turn.who === 'person').map((turn) => turn.text.replace(NOTE, '').trim())
  const last = persons.at(-1) ?? ''
  const hangUp = prompt.tools.find((name) => HANG_UP_TOOL.test(name))
  if (!last && prompt.turns.findLast((turn) => turn.who === 'person')?.text.includes(UNINTELLIGIBLE)) return say(NOT_UNDERSTOOD)
  if (FAREWELL.test(last)) return hangUp ? { kind: 'call', name: hangUp, arguments: {} } : say(FAREWELL_WORDS)
  const known = [prompt.system, ...toldInBrackets(prompt.turns)].join('\n')
  return say(remember(last, persons.slice(0, -1)) ?? know(known, last) ?? know(known, persons.slice(-2).join(' ')) ?? unknown(last))
}

/** What stage directions say that may be said on: who is named before a colon said it, and is left out. */
function toldInBrackets(turns: Prompt['turns']): string[] {
  const notes = turns.flatMap(({ text, who }) => (who === 'person' ? [...text.matchAll(NOTE)] : []).map(([, note = '']) => note))
  const lines = notes.filter((note) => !/without telling|unheard/i.test(note)).flatMap((note) => note.split('\n'))
  return lines.map((line) => line.slice(line.lastIndexOf(': ') + 1).trim())
}

function tell(name: string, result: unknown): string {
  if (HANG_UP_TOOL.test(name)) return FAREWELL_WORDS
  if (result && typeof result === 'object' && 'error' in result) return `I could not do that: ${plain(result.error)}.`
  return `I have used ${name.replaceAll('_', ' ')}: ${plain(result)}.`
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return 'done'
  if (Array.isArray(value)) return value.map(plain).join(', ')
  // Gemini's clients put what is no object under this name.
  if (typeof value === 'object' && Object.keys(value).join() === 'output' && 'output' in value) return plain(value.output)
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([key, each]) => `${key} ${plain(each)}`)
      .join(', ')
  }
  return String(value)
}

/** Answers that only someone who kept the conversation can give. */
function remember(last: string, before: string[]): string | undefined {
  if (/\bwhat('s| is) my name\b/i.test(last)) {
    const name = before.map((text) => MY_NAME.exec(text)?.[1]).findLast(Boolean)
    return name ? `Your name is ${name}.` : 'You have not told me your name yet.'
  }
  const named = MY_NAME.exec(last)?.[1]
  if (named) return `Nice to meet you, ${named}. What would you like to know?`
  if (/\bwhat did i (just )?(ask|say)/i.test(last)) {
    const asked = before.at(-1)
    return asked ? `You asked: ${asked}` : 'You have not asked me anything yet.'
  }
  if (/^(hello|hi|hey|namaste)\b\W*$/i.test(last)) return 'Hello. What would you like to know?'
  return undefined
}

const STOP = new Set(
  'a an and are at be by can did do does for from get have how i in is it me my of on or our please the there they this to was we what when where which who will with would you your'.split(
    ' ',
  ),
)

const terms = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

function know(system: string, question: string): string | undefined {
  const found = passages(system)
  const search = new MiniSearch<{ id: number; match: string }>({
    fields: ['match'],
    tokenize: terms,
    processTerm: (term) => (STOP.has(term) ? null : term.replace(/(?<=\p{L}{3})(ies|es|s)$/u, '')),
    searchOptions: { fuzzy: (term) => (term.length > 5 ? 0.2 : false), prefix: (term) => term.length > 4 },
  })
  search.addAll(found.map(({ match }, id) => ({ id, match })))
  const wanted = new Set(terms(question).filter((term) => !STOP.has(term))).size
  const best = search.search(question)[0]
  // Half of the words that carry meaning, at least: better no answer than any answer.
  if (!best || best.queryTerms.length * 2 < wanted) return undefined
  return found[best.id]?.say
}

function unknown(last: string): string {
  return last.trim() ? 'I do not know that one. Could you ask in another way?' : 'I am here. What would you like to know?'
}
