import { isDeepStrictEqual } from 'node:util'

/** RFC 7396: objects merge, null removes, anything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    // Own properties only: the name `__proto__` must not reach a prototype.
    if (value === null) delete merged[name]
    else
      Object.defineProperty(merged, name, { value: mergePatch(merged[name], value), enumerable: true, configurable: true, writable: true })
  }
  return merged
}

/** The least patch that makes the one document the other; neither may hold null. */
export function patchBetween(from: unknown, to: unknown): unknown {
  if (!isObject(from) || !isObject(to)) return to
  const patch: Record<string, unknown> = {}
  const set = (name: string, value: unknown) =>
    Object.defineProperty(patch, name, { value, enumerable: true, configurable: true, writable: true })
  for (const name of Object.keys(from)) if (!Object.hasOwn(to, name)) set(name, null)
  for (const [name, value] of Object.entries(to)) {
    if (!Object.hasOwn(from, name)) set(name, value)
    else if (!isDeepStrictEqual(from[name], value)) set(name, patchBetween(from[name], value))
  }
  return patch
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
