import type { Persona } from './persona.ts'
import type { Fault } from './tool-secrets.ts'

/** Names of carriers that this relay does not have: a slip would take "call me", or the next carrier in order, away unseen. */
export function carrierNameFaults(phone: Persona['phone'], known: readonly string[]): Fault[] {
  const message = `must be one of ${known.join(', ')}`
  const at = (name: string | undefined, path: string) => (name === undefined || known.includes(name) ? [] : [{ path, message }])
  return [...at(phone.carrier, 'phone.carrier'), ...(phone.carriers ?? []).flatMap((name, place) => at(name, `phone.carriers.${place}`))]
}
