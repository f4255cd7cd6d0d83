/** Numbers, money, dates, phone numbers, web and mail addresses in words that a speech engine reads right. */

interface Money {
  one: string
  many: string
  part: [one: string, many: string]
}

const RUPEE: Money = { one: 'rupee', many: 'rupees', part: ['paisa', 'paise'] }
const DOLLAR: Money = { one: 'dollar', many: 'dollars', part: ['cent', 'cents'] }
const EURO: Money = { one: 'euro', many: 'euros', part: ['cent', 'cents'] }
const POUND: Money = { one: 'pound', many: 'pounds', part: ['penny', 'pence'] }
const MONEY: Record<string, Money> = {
  '₹': RUPEE,
  rs: RUPEE,
  inr: RUPEE,
  $: DOLLAR,
  usd: DOLLAR,
  us$: DOLLAR,
  '€': EURO,
  eur: EURO,
  '£': POUND,
  gbp: POUND,
}

const NUMBER = String.raw`\d[\d,]*(?:\.\d+)?`
const SCALE = String.raw`(?:\s?(k|lakhs?|crores?|cr|thousand|million|mn|billion|bn)\b)?`
const BEFORE = new RegExp(String.raw`(₹|\bRs\b\.?|\bINR\b|US\$|\$|\bUSD\b|€|\bEUR\b|£|\bGBP\b)\s?(${NUMBER})${SCALE}(?:\s?\/-)?`, 'gi')
const AFTER = new RegExp(String.raw`\b(${NUMBER})${SCALE}\s?(₹|Rs\b|INR\b|USD\b|€|EUR\b|£|GBP\b)`, 'gi')
const SCALES: Record<string, string> = { k: 'thousand', cr: 'crore', mn: 'million', bn: 'billion' }
const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const DAYS = 'Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday'
const UNITS: Record<string, string> = {
  cm: 'centimetres',
  mm: 'millimetres',
  km: 'kilometres',
  ml: 'millilitres',
  kmph: 'kilometres per hour',
}
const ENDINGS = 'com|org|net|in|io|co|dev|app|shop|store|uk|us|eu|ai|info|example|test'

export function spokenNumbers(text: string): string {
  return text
    .replace(BEFORE, (_, sign: string, amount: string, scale?: string) => money(sign, amount, scale))
    .replace(AFTER, (_, amount: string, scale: string | undefined, sign: string) => money(sign, amount, scale))
    .replace(/\b(\d{4})-(\d\d)-(\d\d)\b/g, (all, year: string, month: string, day: string) => {
      const name = MONTHS[Number(month) - 1]
      return name ? `${name} ${Number(day)}, ${year}` : all
    })
    .replace(/(?<![\w.])\+?\(?\d[\d\s().-]{8,20}\d(?![\w])/g, phone)
    .replace(/\d{1,3}(?:,\d{2,3})+(?!\d)/g, (grouped) => grouped.replaceAll(',', ''))
    .replace(/(?<![\d-])(\d{1,5}\s?(?:am|pm|a\.m\.|p\.m\.)?)\s?[–-]\s?(?=\d{1,5}(?![\d-]))/gi, '$1 to ')
    .replace(new RegExp(String.raw`\b(${DAYS})\s?[–-]\s?(?=(?:${DAYS})\b)`, 'g'), '$1 to ')
    .replace(/\b24\/7\b/g, '24 7')
    .replace(/(\d)\s?(cm|mm|km|ml|kmph)\b/g, (_, digit: string, unit: string) => `${digit} ${UNITS[unit]}`)
}

function money(sign: string, written: string, scale?: string): string {
  const coin = MONEY[sign.toLowerCase().replace('.', '')] ?? DOLLAR
  const end = written.endsWith(',') ? ',' : ''
  const amount = written.replaceAll(',', '')
  if (scale) return `${amount} ${SCALES[scale.toLowerCase()] ?? scale.toLowerCase()} ${coin.many}${end}`
  const [whole = '0', fraction = ''] = amount.split('.')
  const named = `${whole} ${whole === '1' ? coin.one : coin.many}`
  const parts = Number(fraction.slice(0, 2).padEnd(2, '0'))
  if (parts === 0) return `${named}${end}`
  return `${named} and ${parts} ${coin.part[parts === 1 ? 0 : 1]}${end}`
}

/** Ten digits or more are no quantity: each digit alone, a breath between the groups. Shorter ones stay as they were. */
function phone(written: string): string {
  if (written.replace(/\D/g, '').length < 10) return written
  const groups = written.split(/\D+/).filter((group) => group !== '')
  return `${written.startsWith('+') ? 'plus ' : ''}${groups.map((group) => [...group].join(' ')).join(', ')}`
}

/** Web and mail addresses by their names: `https://www.shop.example/returns?x=1` → `shop dot example slash returns`. */
export function spokenAddresses(text: string): string {
  return text
    .replace(/\b(?:https?:\/\/|www\.)[^\s<>"')\]]+/gi, (url) => {
      const end = /[.,;:!?]+$/.exec(url)?.[0] ?? ''
      const [place = ''] = url
        .slice(0, url.length - end.length)
        .replace(/^https?:\/\//i, '')
        .replace(/^www\./i, '')
        .split(/[?#]/)
      const [host = '', ...path] = place.split('/').filter((part) => part !== '')
      const spoken = [dotted(host), ...path.map((part) => words(decoded(part)))].join(' slash ')
      return spoken + end
    })
    .replace(/\b([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)\b/g, (_, name: string, host: string) => `${dotted(name)} at ${dotted(host)}`)
    .replace(new RegExp(String.raw`\b((?:[a-z0-9-]+\.)+(?:${ENDINGS}))\b`, 'g'), (host: string) => dotted(host))
}

function dotted(host: string): string {
  return words(host.replaceAll('.', ' dot '))
}

function words(part: string): string {
  return part.replace(/[_-]+/g, ' ').replace(/\.(html?|php)$/i, '')
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
