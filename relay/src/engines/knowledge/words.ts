import { stemmer } from 'stemmer'
import { conceptOf } from './thesaurus.ts'

/** One word that carries meaning, in the forms it is looked up by. */
export interface Word {
  stem: string
  /** What it means among others (`thesaurus.ts`), with a mark no stem has. */
  concept?: string
}

const STOP = new Set(
  `a about actually all also am an and any anyone anything are as at away back basically be because been being but by bye can cannot cant could did do
  does doesnt doing done dont each either else ever every few find first for from get gets getting give given go goes going good got guys had has have
  havent having he hello help her here hey hi him his how however i id if ill im in info information into is isnt it its ive just kind kindly know let like
  little long look looking lot lots madam made make many may maybe me mean might more most much must my name need needed next no not nothing now of off ok okay
  on one only or other our out over own perhaps please possible put question quick quickly rather really regarding right said same say see shall she should sir so
  some somebody someone something sort still such take tell than thank thanks that thats the their them then there these they thing things think this
  those through thx to today too try up us use used using usually very via want wanted was way we well were what whats when where whether which while who whole
  whom whose why will wish with within without wonder wondering would yeah yes yet you your youre yours
  kya hai hain ka ki ke ko se me mein main aap aapke aapka mera mere meri hum ho kar karte karna kaise kab par bhi toh aur ye yeh wo woh koi batao bataiye
  क्या है हैं का की के को से में मैं आप आपके आपका आपकी मेरा मेरे मेरी हम हो कर करते करना कैसे कब पर भी तो और यह ये वह वो कोई बताओ बताइए बताइये मुझे हूँ हूं जी`.split(
    /\s+/,
  ),
)

/** Turns of phrase whose meaning is in no single word. */
const PHRASES: [RegExp, string][] = [
  [/\bhow (?:much|many rupees)\b/g, ' price '],
  [/\bmoney back\b/g, ' refund '],
  [/\b(?:send|give|bring) (?:it |them |this |that |something |an? \w+ )?back\b/g, ' return '],
  [/\bwhere are (?:you|u|they)\b(?!\s+from)|\bwhere is (?:the|your) (?:shop|store)\b/g, ' location '],
  [/\bwhat time\b|\bwhen (?:can i (?:visit|come)|do you (?:work|start))\b/g, ' hours '],
  [/\b(?:send|sending|bring) (?:it |them |this |that )?(?:to|home|over)\b/g, ' deliver '],
  [/\bwhere(?:s| is) my (?:order|parcel|package|stuff)\b/g, ' track order '],
  [
    /\bget in touch\b|\breach (?:you|u|someone|a person)\b|\bcall (?:you|u)\b|\btalk to (?:a |some)?(?:person|human|body|one)\b|\bspeak (?:to|with) \w+/g,
    ' contact ',
  ],
  [/\bout of stock\b|\bin stock\b/g, ' available '],
]

/** Lower case, accents and apostrophes gone, letters and digits only. */
export function normalised(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/(?<=\p{Script=Latin})\p{M}+/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/['’‘ʼ]/g, '')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()
}

/** The words of a text that carry meaning, in order, each once. */
export function wordsOf(text: string): Word[] {
  let plain = normalised(text)
  for (const [pattern, meaning] of PHRASES) plain = plain.replace(pattern, meaning)
  const found = new Map<string, Word>()
  for (const word of plain.split(/\s+/)) {
    if (word === '' || STOP.has(word) || word.length > 40) continue
    const stem = /^[a-z]+$/.test(word) ? stemmer(word) : word
    const concept = conceptOf(word)
    if (!found.has(stem)) found.set(stem, concept === undefined ? { stem } : { stem, concept: `~${concept}` })
  }
  return [...found.values()]
}

/** Every form under which a text is found. */
export function formsOf(text: string): string[] {
  return wordsOf(text).flatMap((word) => (word.concept === undefined ? [word.stem] : [word.stem, word.concept]))
}
