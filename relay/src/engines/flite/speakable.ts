import { romaniseDevanagari } from './devanagari.ts'
import { withoutMarkdown } from './markdown.ts'
import { spokenAddresses, spokenNumbers } from './spoken-numbers.ts'

export interface Speakable {
  /** ASCII that Flite reads well; empty when there is nothing to say. */
  text: string
  /** The text has words, but none in a script that Flite can read. */
  unreadable: boolean
}

/** Acronyms that Flite would read as a word. */
const SPELLED = new Set(['AI', 'API', 'EMI', 'EU', 'FAQ', 'ID', 'OTP', 'UAE', 'UK', 'UPI', 'URL', 'US', 'USA', 'USB'])

const SYMBOLS: [RegExp, string][] = [
  [/[‘’ʼ]/g, "'"],
  [/[“”„«»]/g, ' '],
  [/…/g, '. '],
  [/\s*—\s*/g, ', '],
  [/\s–\s/g, ', '],
  [/[–‐‑]/g, '-'],
  [/\s*&\s*/g, ' and '],
  [/°\s?C\b/g, ' degrees Celsius'],
  [/°\s?F\b/g, ' degrees Fahrenheit'],
  [/°/g, ' degrees'],
  [/\s*[×✕]\s*/g, ' by '],
  [/#(?=\d)/g, 'number '],
  [/(?<=\d)\s?%(?!\w)/g, ' percent'],
  [/\s*=\s*/g, ' equals '],
  [/(?<=\d)\s*\+(?!\d)/g, ' plus'],
  [/(?<=\w)\s*\+\s*(?=\w)/g, ' plus '],
  [/\band\/or\b/gi, 'and or'],
  [/(?<=[A-Za-z])\/(?=[A-Za-z])/g, ' or '],
  [/@/g, ' at '],
]

/**
 * Makes written text fit to be read aloud by Flite, which knows English and ASCII only: Markdown stripped, URLs, money, dates, ranges and
 * phone numbers in words, emoji and control characters dropped, Devanagari romanised. Letters of other scripts are left out.
 */
export function speakable(written: string): Speakable {
  let text = written
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]/g, (c) =>
      c === '\u2028' || c === '\u2029' ? '\n' : '',
    )
    .replace(/[\p{Extended_Pictographic}\u{1f1e6}-\u{1f1ff}\u{1f3fb}-\u{1f3ff}\ufe0f]/gu, (c) =>
      c === '©' || c === '®' || c === '™' ? '' : ' ',
    )
  text = romaniseDevanagari(withoutMarkdown(text))
  text = spokenNumbers(spokenAddresses(text))
  for (const [pattern, spoken] of SYMBOLS) text = text.replace(pattern, spoken)
  text = text
    .replace(/\b[A-Z]{2,4}\b/g, (letters) => (SPELLED.has(letters) ? [...letters].join(' ') : letters))
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9.,;:!?'()\-\s]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/\s+([.,;:!?])/g, '$1')
    .replace(/([.,;:!?])(?:\s*[.,;:])+/g, '$1')
    .trim()
  if (/[A-Za-z0-9]/.test(text)) return { text: text.replace(/^[^A-Za-z0-9'(]+/, ''), unreadable: false }
  return { text: '', unreadable: /\p{L}|\p{N}/u.test(written) }
}
