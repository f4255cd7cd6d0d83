/**
 * Dialling codes by country, and how a number is grouped while it is typed. No numbering plans: whether a number exists is the
 * relay's to say. In the order of their codes, which are written where one does not follow the one before.
 */

const CODES =
  '1AGAIASBBBMBSCADMDOGDGUJMKNKYLCMPMSPRSXTCTTUSVCVGVI 7KZRU 20EG 27ZA 30GR NL BE FR ES 36HU 39ITVA RO CH 43AT GBGGIMJE DK SE NOSJ PL DE 51PE MX CU AR BR CL CO VE 60MY AUCCCX ID PH NZ SG TH 81JP KR 84VN 86CN 90TR IN PK AF LK MM 98IR 211SS EHMA DZ 216TN 218LY 220GM SN MR ML GN CI BF NE TG BJ MU LR SL GH NG TD CF CM CV ST GQ GA CG CD AO GW IO 248SC SD RW ET SO DJ KE TZ UG BI MZ 260ZM MG REYT ZW NA MW LS BW SZ KM 290SH ER 297AW FO GL 350GI PT LU IE IS AL MT CY AXFI BG 370LT LV EE MD AM BY AD MC SM 380UA RS ME XK 385HR SI BA 389MK 420CZ SK 423LI 500FK BZ GT SV HN NI CR PA PM HT 590BLGPMF BO GY EC GF PY MQ SR UY BQCW 670TL 672NF BN NR PG TO SB VU FJ PW WF CK NU 685WS KI NC TV PF TK FM MH 850KP 852HK MO 855KH LA 880BD 886TW 960MV LB JO SY IQ KW SA YE OM 970PS AE IL BH QA BT MN NP 992TJ TM AZ GE KG 998UZ'

const CODE = new Map<string, string>()
let code = 0
for (const entry of CODES.split(' ')) {
  code = Number.parseInt(entry, 10) || code + 1
  for (const id of entry.match(/[A-Z]{2}/g) ?? []) CODE.set(id, String(code))
}

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
  return CODE.get(id)
}

/** Countries with their names in a language, in its order; every known one when none are given. */
export function countriesOf(ids: readonly string[], language: string): Country[] {
  const wanted = ids.length > 0 ? ids : [...CODE.keys()]
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

/** The first guess among the countries offered: the region of the page's tag, else of the browser's for that language, else where it is at home. */
export function guessCountry(offered: readonly Country[], page: string, browser: readonly string[]): string | undefined {
  const own = localeOf(page)
  const theirs = browser.map((tag) => localeOf(tag))
  const home = own?.maximize().region
  const same = theirs.filter((each) => each?.language === own?.language)
  // English is at home anywhere.
  const guesses = [own, ...same, own?.language === 'en' ? undefined : own?.maximize(), ...theirs].map((each) => each?.region).concat(home)
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
