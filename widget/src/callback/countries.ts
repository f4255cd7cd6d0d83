/**
 * Dialling codes by country, and how a number is grouped while it is typed. No numbering plans: whether a number exists is the
 * relay's to say. Codes are written without a plus.
 */

const CODES =
  'AD376AE971AF93AG1AI1AL355AM374AO244AR54AS1AT43AU61AW297AX358AZ994BA387BB1BD880BE32BF226BG359BH973BI257BJ229BL590BM1BN673BO591BQ599BR55BS1BT975BW267BY375BZ501CA1CC61CD243CF236CG242CH41CI225CK682CL56CM237CN86CO57CR506CU53CV238CW599CX61CY357CZ420DE49DJ253DK45DM1DO1DZ213EC593EE372EG20EH212ER291ES34ET251FI358FJ679FK500FM691FO298FR33GA241GB44GD1GE995GF594GG44GH233GI350GL299GM220GN224GP590GQ240GR30GT502GU1GW245GY592HK852HN504HR385HT509HU36ID62IE353IL972IM44IN91IO246IQ964IR98IS354IT39JE44JM1JO962JP81KE254KG996KH855KI686KM269KN1KP850KR82KW965KY1KZ7LA856LB961LC1LI423LK94LR231LS266LT370LU352LV371LY218MA212MC377MD373ME382MF590MG261MH692MK389ML223MM95MN976MO853MP1MQ596MR222MS1MT356MU230MV960MW265MX52MY60MZ258NA264NC687NE227NF672NG234NI505NL31NO47NP977NR674NU683NZ64OM968PA507PE51PF689PG675PH63PK92PL48PM508PR1PS970PT351PW680PY595QA974RE262RO40RS381RU7RW250SA966SB677SC248SD249SE46SG65SH290SI386SJ47SK421SL232SM378SN221SO252SR597SS211ST239SV503SX1SY963SZ268TC1TD235TG228TH66TJ992TK690TL670TM993TN216TO676TR90TT1TV688TW886TZ255UA380UG256US1UY598UZ998VA39VC1VE58VG1VI1VN84VU678WF681WS685XK383YE967YT262ZA27ZM260ZW263'

/** Group lengths after the country's code, where people group otherwise than by threes. */
const GROUPS: Record<string, readonly number[]> = {
  '1': [3, 3, 4],
  '7': [3, 3, 2, 2],
  '31': [1, 4, 4],
  '32': [3, 2, 2, 2],
  '33': [1, 2, 2, 2, 2],
  '39': [3, 3, 4],
  '41': [2, 3, 2, 2],
  '44': [4, 6],
  '45': [2, 2, 2, 2],
  '46': [2, 3, 2, 2],
  '47': [3, 2, 3],
  '49': [3, 4, 4],
  '52': [2, 4, 4],
  '55': [2, 5, 4],
  '65': [4, 4],
  '81': [2, 4, 4],
  '82': [2, 4, 4],
  '86': [3, 4, 4],
  '91': [5, 5],
  '92': [3, 7],
  '852': [4, 4],
  '880': [4, 6],
  '966': [2, 3, 4],
  '971': [2, 3, 4],
}

/** What people dial before a number inside the country, and leave away from abroad; `0` where nothing stands here. */
const TRUNK: Record<string, RegExp> = {
  '1': /^1/,
  '7': /^8(?=\d{10})/,
  '36': /^06/,
  // Their zeros belong to the number.
  '39': /^$/,
  '225': /^$/,
  '229': /^$/,
  '242': /^$/,
  '378': /^$/,
}
const ZERO = /^0/
/** Where every number has the length of its groups. */
const FIXED = /^(1|7|33|45|65|91|852)$/
const SHORTEST = 4
/** E.164 has at most fifteen digits. */
const LONGEST = 15

export interface Country {
  /** ISO 3166 alpha-2. */
  readonly id: string
  readonly code: string
  readonly name: string
}

/** The dialling code of a country; undefined for one that is not known. */
export function codeOf(id: string): string | undefined {
  return /^[A-Z]{2}$/.test(id) ? new RegExp(`${id}(\\d+)`).exec(CODES)?.[1] : undefined
}

/** Countries with their names in a language, in its order; every known one when none are given. */
export function countriesOf(ids: readonly string[], language: string): Country[] {
  const wanted = ids.length > 0 ? ids : (CODES.match(/[A-Z]{2}/g) ?? [])
  const named = wanted.flatMap((id) => {
    const code = codeOf(id)
    return code ? [{ id, code, name: nameOf(id, language) }] : []
  })
  try {
    return named.sort((a, b) => a.name.localeCompare(b.name, language))
  } catch {
    return named
  }
}

function nameOf(id: string, language: string): string {
  try {
    return new Intl.DisplayNames([language, 'en'], { type: 'region' }).of(id) ?? id
  } catch {
    return id
  }
}

/** The first guess among the countries offered: the page's own region, the browser's, then where the page's language is at home. */
export function guessCountry(offered: readonly Country[], page: string, browser: readonly string[]): string | undefined {
  const guesses = [...[page, ...browser].map((tag) => localeOf(tag)?.region), localeOf(page)?.maximize().region]
  return guesses.find((region) => offered.some(({ id }) => id === region)) ?? offered[0]?.id
}

function localeOf(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag)
  } catch {
    return undefined
  }
}

/** Digits in any script people type them in, as 0 to 9, and a leading plus. */
export function dialled(text: string): string {
  const digits = text.replace(/\p{Nd}/gu, plain).replace(/[^\d+]/g, '')
  return (digits.startsWith('+') ? '+' : '') + digits.replace(/\+/g, '')
}

/** Every script has its ten digits side by side, so the zero is the first of them. */
function plain(digit: string): string {
  const at = digit.codePointAt(0) ?? 0
  let zero = at
  while (zero > at - 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
  return String((at - zero) % 10)
}

/** What was typed for a country, as E.164; nothing while there are too few digits to be a number anywhere. */
export function e164(text: string, code: string): string {
  const typed = dialled(text).replace(/^00/, '+')
  if (typed.startsWith('+')) return /^\+[1-9]\d{6,14}$/.test(typed) ? typed : ''
  const rest = typed.replace(TRUNK[code] ?? ZERO, '')
  const least = FIXED.test(code) ? (GROUPS[code] ?? []).reduce((sum, length) => sum + length, 0) : SHORTEST
  return rest.length >= least && /^[1-9]\d{6,14}$/.test(code + rest) ? `+${code}${rest}` : ''
}

/** A number typed with its country: which of those offered, and the rest of it. Several share a code: the one chosen before stays. */
export function splitNumber(text: string, offered: readonly Country[], chosen: string): { country: string; rest: string } | undefined {
  const typed = dialled(text).replace(/^00/, '+')
  if (!typed.startsWith('+')) return undefined
  const digits = typed.slice(1)
  const fits = offered.filter(({ code }) => digits.startsWith(code)).sort((a, b) => b.code.length - a.code.length)
  const longest = fits.filter(({ code }) => code.length === fits[0]?.code.length)
  const country = longest.find(({ id }) => id === chosen) ?? longest.find(({ id }) => id === 'US') ?? longest[0]
  return country && { country: country.id, rest: digits.slice(country.code.length) }
}

/** Digits as people of that country write them; by threes, the last four together, elsewhere. */
export function grouped(digits: string, code: string): string {
  const trunk = (TRUNK[code] ?? ZERO).exec(digits)?.[0] ?? ''
  const rest = digits.slice(trunk.length, trunk.length + LONGEST - code.length)
  const groups: string[] = []
  let at = 0
  for (const length of GROUPS[code] ?? [3, 3, 4]) {
    if (at < rest.length) groups.push(rest.slice(at, at + length))
    at += length
  }
  // What no grouping foresaw stands with the last group.
  const more = rest.slice(at)
  return trunk + groups.join(' ') + more
}

/** A number in E.164 as it is shown. */
export function shown(number: string, country: string | undefined): string {
  const code = (country && codeOf(country)) ?? ''
  if (!code || !number.startsWith(`+${code}`)) return number
  return `+${code} ${grouped(number.slice(code.length + 1), code)}`
}
