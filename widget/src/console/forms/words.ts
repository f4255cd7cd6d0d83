import type { Say } from '../words.ts'
import type { Path } from './values.ts'

/** What people read beside a field. */
export interface FieldWords {
  label: string
  hint?: string
  /** One item of a list: "Question". */
  item?: string
  options?: Readonly<Record<string, string>>
}

/** By path, list places and people's own names as `*`: `knowledge.questions.*.answer`. */
export type WordTable = Readonly<Record<string, FieldWords>>

/** The words of a field; one that nobody wrote words for is named after itself, so that new ones appear by themselves. */
export function wordsOf(table: WordTable, path: Path, t: Say): FieldWords {
  const found = table[path.join('.')] ?? starred(table, path)
  if (!found) return { label: humanName(path.at(-1) ?? '') }
  const { label, hint, item, options } = found
  return {
    label: t(label),
    ...(hint === undefined ? {} : { hint: t(hint) }),
    ...(item === undefined ? {} : { item: t(item) }),
    ...(options === undefined ? {} : { options: Object.fromEntries(Object.entries(options).map(([name, said]) => [name, t(said)])) }),
  }
}

function starred(table: WordTable, path: Path): FieldWords | undefined {
  for (const [pattern, words] of Object.entries(table)) {
    if (!pattern.includes('*')) continue
    const parts = pattern.split('.')
    if (parts.length === path.length && parts.every((part, at) => part === '*' || part === path[at])) return words
  }
  return undefined
}

/** `callsPerVisitorPerHour` → `Calls per visitor per hour`; a unit at the end is shown beside the field instead. */
export function humanName(name: string): string {
  const spaced = name
    .replace(/Ms$/, '')
    .replaceAll(/[_-]+/g, ' ')
    .replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .trim()
    .toLowerCase()
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}
