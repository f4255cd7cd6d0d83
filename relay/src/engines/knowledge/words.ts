import { stemmer } from 'stemmer'
import { conceptOf } from './thesaurus.ts'

/** One word that carries meaning, in the forms it is looked up by. */
export interface Word {
  stem: string
  /** What it means among others (`thesaurus.ts`), with a mark no stem has. */
  concept?: string
  /** Says little about what is asked for. */
  weak: boolean
  /** A known word was put in the place of an unknown one that is written much alike. */
  guessed: boolean
}

const WEAK = new Set(
  `available availability policy policies option options detail details rule rules customer service buy order orders item items product products kind
  kinds type types thing things offer sell work works today tomorrow come comes came without cover after before day days price new first best nice bring take takes served serve leave`.split(
    /\s+/,
  ),
)

const STOP = new Set(
  `a about actually u ur r pls plz n all also am an and any anyone anything are as at away back basically be because been being but by bye can cannot cant could did do
  does doesnt doing done dont each either else ever every few find first for from get gets getting give given go goes going good got guys had has have
  havent having he hello help her here hey hi him his how however i id if ill im in info information into is isnt it its ive just kind kindly know let like
  little long look looking lot lots madam many may maybe me mean might more most much must my name need needed next not nothing now of off ok okay
  on one only or other our out over own perhaps please possible put question quick quickly rather really regarding right said same say see shall she should sir so
  some somebody someone something sort still such take tell than thank thanks that thats the their them then there these they thing things think this
  those through thx to today too try up us use used using usually very via want wanted was way we well were what whats when where whether which while who whole
  whom whose why will wish with within wonder wondering would yeah yes yet you your youre yours
  sakte sakta sakti hoon chahiye milega milta karo hoga kya hai hain ka ki ke ko se me mein main aap aapke aapka mera mere meri hum ho kar karte karna kaise kab par bhi toh aur ye yeh wo woh koi batao bataiye
  क्या है हैं का की के को से में मैं आप आपके आपका आपकी मेरा मेरे मेरी हम हो कर करते करना कैसे कब पर भी तो और यह ये वह वो कोई बताओ बताइए बताइये मुझे हूँ हूं जी सकते सकता सकती चाहिए मिलेगा होगा`.split(
    /\s+/,
  ),
)

/** Turns of phrase whose meaning is in no single word. */
const PHRASES: [RegExp, string | ((found: string) => string)][] = [
  [/\bhow (?:much|many rupees)\b|[₹$€£]|\b(?:rs|inr|usd|eur|rupees?|dollars?|euros?|pounds?)\b/g, ' price '],
  [/\bhow (?:big|large|small|heavy|tall|wide|high)\b/g, ' size '],
  [
    /\bhow (?:long|soon|many (?:days|hours|weeks|minutes))\b|\bwhen (?:will|does|do|can) (?:my|the|it|this|i (?:get|receive|expect))\b|\bkitne din\b|कितने दिन/g,
    ' duration ',
  ],
  [/\b(?:no|without(?: any)?|zero|free of)\b/g, ' without '],
  [/\btimings?\b/g, ' opening hours '],
  [/\bwhen (?:do|does|are|is) (?:you|u|they|the \w+)(?: \w+)? (?:open|close|shut)\w*/g, ' opening hours '],
  [/\b\d{1,2}(?: \d\d)? ?(?:am|pm)\b/g, (time) => `${time} hours `],
  [/\bmoney back\b/g, ' refund '],
  [/\b(?:send|give|bring) (?:it |them |this |that |something |an? \w+ )?back\b/g, ' return '],
  [/\bwhere are (?:you|u|they)\b(?!\s+from)|\bwhere is (?:the|your) (?:shop|store)\b/g, ' location '],
  [/\bwhat time (?:do|are|is) (?:you|u|the (?:shop|store))\b|\bwhen (?:can i (?:visit|come)|do you (?:work|start))\b/g, ' hours '],
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
    .replace(/(?<=\d)[,.](?=\d)/g, '')
    .replace(/[^\p{L}\p{M}\p{N}₹$€£]+/gu, ' ')
    .trim()
}

/** The words of a text that carry meaning, as written. */
export function meaningfulWords(text: string): string[] {
  // Looking back keeps it linear: a try at every letter of one endless word would take seconds.
  let plain = normalised(text.replace(/(?<!\p{L})\p{L}+(?:-\p{L}+)+/gu, (joined) => `${joined} ${joined.replaceAll('-', '')}`))
  for (const [pattern, meaning] of PHRASES)
    plain = typeof meaning === 'string' ? plain.replace(pattern, meaning) : plain.replace(pattern, meaning)
  return plain.split(/\s+/).filter((word) => word !== '' && !STOP.has(word) && word.length <= 40)
}

/** The words of a text that carry meaning, in order, each once. `spell` may put a known word in the place of a misspelt one. */
export function wordsOf(text: string, spell: (word: string) => string = (word) => word): Word[] {
  const found = new Map<string, Word>()
  for (const written of meaningfulWords(text)) {
    const word = spell(written)
    const stem = /^[a-z]+$/.test(word) ? stemmer(word) : word
    const concept = conceptOf(word)
    if (found.has(stem)) continue
    found.set(stem, { stem, weak: WEAK.has(word), guessed: word !== written, ...(concept === undefined ? {} : { concept: `~${concept}` }) })
  }
  return [...found.values()]
}

/** Every form under which a text is found. */
export function formsOf(text: string): string[] {
  return wordsOf(text).flatMap((word) => (word.concept === undefined ? [word.stem] : [word.stem, word.concept]))
}
