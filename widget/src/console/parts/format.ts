/** How the console writes lengths, moments and numbers. */

/** `65_000` → `1:05`, from an hour on `1:01:05`. Milliseconds. */
export function lengthOf(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(s / 3600)
  return hours > 0 ? `${hours}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`
}

/** `820` → `820 ms`, `1840` → `1.8 s`. */
export const shortMs = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

/** A phone number that only those read who ask for it: country and last two digits. */
export const masked = (number: string): string => (number.length < 7 ? number : `${number.slice(0, 3)} ••• •• ${number.slice(-2)}`)

export function moments(language: string): { time(iso: string): string; moment(iso: string): string; day(iso: string): string } {
  const time = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  const day = new Intl.DateTimeFormat(language, { weekday: 'short', day: 'numeric', month: 'short' })
  return {
    time: (iso) => time.format(new Date(iso)),
    moment: (iso) => moment.format(new Date(iso)),
    day: (iso) => day.format(new Date(iso)),
  }
}
