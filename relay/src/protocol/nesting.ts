/** More than any honest value has, and far less than what recursion over it could not bear. */
const MAX_LEVELS = 64

/** Whether a JSON value may be walked by recursive code (`JSON.stringify` is): `[[[[…` is short on the wire and ends the process that walks it. */
export function isShallow(value: unknown): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_LEVELS) return false
    level = level.flatMap((each): unknown[] => (typeof each === 'object' && each !== null ? Object.values(each) : []))
  }
  return true
}

export const TOO_DEEP = `is nested more than ${MAX_LEVELS} levels deep`
