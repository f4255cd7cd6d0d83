import { createHash } from 'node:crypto'
import { Persona } from './persona.ts'

/** By what was stored. Nobody who talks as it any more: it goes. */
const known = new Map<string, WeakRef<Persona>>()
const gone = new FinalizationRegistry<string>((print) => {
  if (known.get(print)?.deref() === undefined) known.delete(print)
})

/**
 * A persona as it was stored; what was stored before a field existed gets its default. The same words are one object for every call, which nobody
 * can change: two hundred calls of an agent hold its knowledge once.
 * @throws ZodError when it does not fit
 */
export function readPersona(stored: unknown): Persona {
  const print = createHash('sha256').update(JSON.stringify(stored)).digest('base64')
  const before = known.get(print)?.deref()
  if (before) return before
  const persona = frozen(Persona.parse(stored))
  known.set(print, new WeakRef(persona))
  gone.register(persona, print)
  return persona
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const inner of Object.values(value)) frozen(inner)
  return Object.freeze(value)
}
