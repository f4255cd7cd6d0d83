import type { CallbackKey } from '../callback/words.ts'
import type { TermsKey } from '../panel/terms-words.ts'
import type { VoiceKey } from '../voice/words.ts'
import type { en } from './en.ts'
import { launcher } from './launcher.ts'

/**
 * The one door to every word on screen. A language is looked for by its full tag, then its base, then English; the page's own
 * `strings` win over all. To add a language: translate `launcher.ts` and `en.ts` into one file, and name it in `CHUNKS`.
 */
export type StringKey = keyof typeof launcher | keyof typeof en | VoiceKey | CallbackKey | TermsKey
export type Dictionary = Partial<Record<StringKey, string>>
export type Values = Record<string, string | number>

const CHUNKS: Record<string, () => Promise<{ strings: Dictionary }>> = {
  hi: () => import('./hi.ts'),
}
/** Of `CHUNKS`, those that are here: some of a language's words come with what they are about. */
const loaded = new Set<string>()
const dictionaries = new Map<string, Dictionary>([['en', launcher]])

export function addStrings(language: string, dictionary: Dictionary): void {
  dictionaries.set(language, { ...dictionaries.get(language), ...dictionary })
}

/** Full tag, base, English. */
const chain = (tag: string) => [tag.toLowerCase(), baseOf(tag), 'en']
const baseOf = (tag: string): string => tag.toLowerCase().split(/[-_]/)[0] ?? ''

/** Brings a language's words when they are a chunk not loaded yet; true when something new came. English stands in if they cannot be had. */
export async function loadStrings(tag: string): Promise<boolean> {
  const name = chain(tag).find((each) => each in CHUNKS && !loaded.has(each))
  const load = name && CHUNKS[name]
  if (!load) return false
  try {
    addStrings(name, (await load()).strings)
    loaded.add(name)
    return true
  } catch {
    return false
  }
}

/** The words of `key`, with `{name}` replaced by `values`. */
export function say(tag: string, key: StringKey, own?: Dictionary, values: Values = {}): string {
  const words =
    own?.[key] ??
    chain(tag)
      .map((each) => dictionaries.get(each)?.[key])
      .find((each) => each !== undefined) ??
    key
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** The language in which a tag's words really stand. */
export const writtenIn = (tag: string): string => chain(tag).find((each) => (each in CHUNKS ? loaded : dictionaries).has(each)) ?? 'en'

/** Which way a language runs. */
export const directionOf = (tag: string): 'ltr' | 'rtl' => (/^(ar|he|fa|ur|ps|sd|ug|yi|dv|ckb)$/.test(baseOf(tag)) ? 'rtl' : 'ltr')
