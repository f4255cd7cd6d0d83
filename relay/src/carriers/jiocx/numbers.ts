import type { Dialect } from './dialect.ts'

const INDIA = /^\+91(\d{10})$/

/** An E.164 number as the account wants it: +919876543210, 919876543210, 9876543210 or 09876543210. Foreign ones have no short form. */
export function numberAs(e164: string, format: Dialect['numberFormat']): string {
  const own = INDIA.exec(e164)?.[1]
  if (format === 'e164') return e164
  if (format === 'digits' || own === undefined) return e164.replace(/^\+/, '')
  return format === 'national' ? own : `0${own}`
}
