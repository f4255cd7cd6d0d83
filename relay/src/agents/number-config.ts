import type { HouseKeys } from '../access/house-keys.ts'
import type { Carrier } from '../carriers/carrier.ts'
import { hostFault } from '../carriers/config-kind.ts'
import { Problem } from '../protocol/index.ts'
import type { Settings } from '../settings.ts'

type Fields = Readonly<Record<string, unknown>>
/** Whose number it is, and what such a number is set up with. */
type Owner = Pick<Carrier, 'name' | 'config'>

/** As the API names it: `<carrier>Config`. */
export const configField = (provider: string) => `${provider}Config`

/**
 * What is to be stored: `given` over `before`; a field that is null goes. A credential that was stored never follows to another host.
 * @throws Problem invalid_request, naming fields and never values
 */
export function mergedConfig(o: { carrier: Owner; before?: Fields; given: Fields; settings: Settings }): Fields {
  const { carrier, before, given, settings } = o
  const { config: kind, name: provider } = carrier
  const read = kind.schema.safeParse(withoutNulls({ ...before, ...given }))
  if (!read.success) throw unusable(provider, read.error.issues)
  const config = read.data as Fields
  const lacking = kind.lacking?.(config, settings) ?? []
  if (lacking.length > 0)
    throw unusable(
      provider,
      lacking.map(({ name, why }) => ({ path: [name], message: why })),
    )
  const fault = hostFault(kind, config, settings)
  if (fault) throw unusable(provider, [{ path: ['apiBaseUrl' in config ? 'apiBaseUrl' : 'domain'], message: fault }])
  if (before && kind.origin(before, settings) !== kind.origin(config, settings)) {
    const kept = credentialsIn(carrier, before).filter((name) => name in config && !(name in given))
    if (kept.length > 0) throw unusable(provider, kept.map(anew))
  }
  return config
}

const anew = (name: string) => ({ path: [name], message: 'must be given again: what was stored does not go to another host' })

/** Names of the credentials that are set; their values never leave the relay. */
export function credentialsIn(carrier: Owner, config: Fields): string[] {
  const { shown } = carrier.config
  return Object.keys(config).filter((name) => !shown.includes(name) && config[name] !== undefined)
}

/** What may be read again. */
export function shownOf(carrier: Owner, config: Fields): Record<string, unknown> {
  return Object.fromEntries(carrier.config.shown.filter((name) => config[name] !== undefined).map((name) => [name, config[name]]))
}

/** The parts of a number that are sealed, each for its own place. */
export type SealedPart = 'config' | 'secret' | 'stream token'

export function sealPart(keys: Pick<HouseKeys, 'sealSecret'>, id: string, part: SealedPart, text: string): Uint8Array {
  return keys.sealSecret(text, placeOf(id, part))
}

/** @throws when it was sealed for another number or part */
export function openPart(keys: Pick<HouseKeys, 'openSecret'>, id: string, part: SealedPart, sealed: Uint8Array): string {
  return keys.openSecret(sealed, placeOf(id, part))
}

const placeOf = (id: string, part: SealedPart) => JSON.stringify(['phone number', id, part])

const withoutNulls = (fields: Fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))

function unusable(provider: string, issues: readonly { path: readonly PropertyKey[]; message: string }[]): Problem {
  const errors = issues.map(({ path, message }) => ({ path: [configField(provider), ...path].map(String).join('.'), message }))
  const [first] = errors
  return new Problem('invalid_request', first ? `${first.path}: ${first.message}` : 'The configuration does not fit.', { errors })
}
