import type { Field } from './field.ts'

/** Values of forms: plain JSON, changed by copying. Paths are the relay's own: `knowledge.questions.0.answer`. */

export type Path = readonly string[]

export function valueAt(value: unknown, path: Path): unknown {
  let at = value
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = Array.isArray(at) ? at[Number(name)] : own(at, name)
  }
  return at
}

/** The value with another one at `path`; undefined takes it away. Objects on the way are made. */
export function withValue(value: unknown, path: Path, next: unknown): unknown {
  const [name, ...rest] = path
  if (name === undefined) return next
  if (Array.isArray(value)) {
    const place = Number(name)
    return value.map((each, at) => (at === place ? withValue(each, rest, next) : each))
  }
  const before = typeof value === 'object' && value !== null ? value : {}
  const inner = withValue(own(before, name), rest, next)
  const others = Object.entries(before).filter(([each]) => each !== name)
  if (inner === undefined) return Object.fromEntries(others)
  // The order of what was there stays.
  if (Object.hasOwn(before, name))
    return Object.fromEntries(Object.entries(before).map(([each, old]) => [each, each === name ? inner : old]))
  return Object.fromEntries([...others, [name, inner]])
}

/** What an empty item of a list begins with. */
export function blank(field: Field): unknown {
  if (field.fallback !== undefined) return structuredClone(field.fallback)
  switch (field.is) {
    case 'group':
      return Object.fromEntries(Object.entries(field.fields).flatMap(([name, each]) => (each.required ? [[name, blank(each)]] : [])))
    case 'list':
    case 'lines':
    case 'choices':
      return []
    case 'table':
      return {}
    case 'switch':
      return false
    case 'choice':
      return field.options[0] ?? ''
    case 'number':
      return field.min ?? 0
    case 'json':
      return field.asText ? '' : {}
    case 'text':
      return ''
  }
}

/** JSON merge patch that makes `after` of `before`; undefined where nothing changed. Lists are replaced whole. */
export function changes(before: unknown, after: unknown): unknown {
  if (isPlain(before) && isPlain(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)])
    const patch = [...names].flatMap((name): [string, unknown][] => {
      if (!Object.hasOwn(after, name)) return [[name, null]]
      const inner = changes(own(before, name), own(after, name))
      return inner === undefined ? [] : [[name, inner]]
    })
    return patch.length > 0 ? Object.fromEntries(patch) : undefined
  }
  return same(before, after) ? undefined : after
}

export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (Array.isArray(one)) return Array.isArray(other) && one.length === other.length && one.every((each, at) => same(each, other[at]))
  if (!isPlain(one) || !isPlain(other)) return false
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && same(own(one, name), own(other, name)))
  )
}

const isPlain = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const own = (value: object, name: string): unknown => (Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined)
