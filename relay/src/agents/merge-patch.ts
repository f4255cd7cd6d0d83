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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
