/** A form body's fields: every value of a key, in order. */
export type FormBody = ReadonlyMap<string, readonly string[]>

const MAX_BYTES = 64 * 1024
const MAX_FIELDS = 200

/** Reads `application/x-www-form-urlencoded`; undefined when it is longer than any webhook of Twilio's. */
export function readForm(raw: string | Uint8Array): FormBody | undefined {
  if (raw.length > MAX_BYTES) return undefined
  const form = new Map<string, string[]>()
  let fields = 0
  for (const [key, value] of new URLSearchParams(typeof raw === 'string' ? raw : Buffer.from(raw).toString('utf8'))) {
    fields += 1
    if (fields > MAX_FIELDS) return undefined
    const values = form.get(key)
    if (values) values.push(value)
    else form.set(key, [value])
  }
  return form
}
