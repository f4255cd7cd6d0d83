/** What a webhook says: by name, each a text, a list, or fields again. Without a prototype, so that no name is special. */
export type Fields = { readonly [name: string]: unknown }

const MAX_BYTES = 64 * 1024
const MAX_FIELDS = 200
const MAX_DEPTH = 3

/** A body as form, multipart or JSON, by what it says it is. Undefined when it cannot be understood. Never throws. */
export async function readFields(contentType: string, body: Uint8Array): Promise<Fields | undefined> {
  if (body.length > MAX_BYTES) return undefined
  if (body.length === 0) return nothing()
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  try {
    if (type === 'multipart/form-data') {
      // The runtime's own reader knows multipart.
      const form = await new Response(Buffer.from(body), { headers: { 'content-type': contentType } }).formData()
      return nested([...form].flatMap(([name, value]): [string, string][] => (typeof value === 'string' ? [[name, value]] : [])))
    }
    const text = Buffer.from(body).toString('utf8')
    // Some forms come under no type at all, and so does JSON.
    return type.endsWith('json') || /^\s*\{/.test(text) ? fromJson(text) : nested([...new URLSearchParams(text)])
  } catch {
    return undefined
  }
}

/** The query of a GET. */
export function readQuery(query: string): Fields | undefined {
  return query.length > MAX_BYTES ? undefined : nested([...new URLSearchParams(query)])
}

function fromJson(text: string): Fields | undefined {
  const told: unknown = JSON.parse(text)
  return typeof told === 'object' && told !== null && !Array.isArray(told) ? Object.assign(nothing(), told) : undefined
}

/** `Legs[0][Status]=busy` → `{Legs: {0: {Status: 'busy'}}}`; the first of several values counts. */
function nested(pairs: readonly (readonly [string, string])[]): Fields | undefined {
  if (pairs.length > MAX_FIELDS) return undefined
  const fields = nothing()
  for (const [name, value] of pairs) {
    const path = pathOf(name)
    const last = path.pop() ?? ''
    const at = within(fields, path)
    // What has no place of its own is not to be read as something else's.
    if (at) at[last] ??= value
  }
  return fields
}

/** The fields at this path, made where there are none; undefined where a text stands in the way. */
function within(fields: Record<string, unknown>, path: readonly string[]): Record<string, unknown> | undefined {
  let at = fields
  for (const step of path) {
    const next = at[step] ?? nothing()
    if (typeof next !== 'object') return undefined
    at[step] = next
    at = next as Record<string, unknown>
  }
  return at
}

function pathOf(name: string): string[] {
  const parts = /^([^[\]]+)((?:\[[^[\]]*\])+)$/.exec(name)
  if (!parts?.[1] || !parts[2]) return [name]
  const inner = parts[2].slice(1, -1).split('][')
  return inner.length >= MAX_DEPTH ? [name] : [parts[1], ...inner].filter((step, at) => step !== '' || at === 0)
}

const nothing = () => Object.create(null) as Record<string, unknown>
