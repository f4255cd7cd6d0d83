/** How Exotel writes what it tells: as JSON, or with bracketed names in a form. */

export type Told = Record<string, unknown>
export type BodyKind = 'json' | 'form' | 'multipart'

/** With a boundary of its own where that is multipart. */
export function written(told: Told, as: BodyKind): { body: string | FormData | URLSearchParams; headers: Record<string, string> } {
  if (as === 'json') return { body: JSON.stringify(told), headers: { 'Content-Type': 'application/json' } }
  const pairs = [...flat(told)]
  if (as === 'form') return { body: new URLSearchParams(pairs), headers: {} }
  const body = new FormData()
  for (const [name, value] of pairs) body.append(name, value)
  return { body, headers: {} }
}

/** `{Legs: [{Status: 'busy'}]}` → `Legs[0][Status]`, `busy`. Null is an empty text. */
export function* flat(told: Told, within = ''): Generator<[string, string]> {
  for (const [key, value] of Object.entries(told)) {
    const name = within === '' ? key : `${within}[${key}]`
    if (typeof value === 'object' && value !== null) yield* flat(value as Told, name)
    else yield [name, value === null || value === undefined ? '' : String(value)]
  }
}
