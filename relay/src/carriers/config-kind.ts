import { z } from 'zod'
import { serviceUrl } from '../settings/kinds.ts'
import type { Settings } from '../settings.ts'

/** What the owner of a number gives us to use it with its carrier. */
export interface ConfigKind<Config = unknown> {
  readonly schema: z.ZodType<Config>
  /** What this config still needs in this house, where that depends on other fields or on the environment. */
  lacking?(config: Config, settings: Settings): readonly { name: string; why: string }[]
  /** The fields that may be read again; every other one is a credential and never leaves the relay. */
  readonly shown: readonly string[]
  /** The origin that gets the credentials. */
  origin(config: Config, settings: Settings): string
  /** Host patterns (`*.twilio.com`) that may get them, besides the environment's own. */
  hosts(settings: Settings): readonly string[]
  /** The environment's own origin for this carrier, where it names one. */
  ownOrigin(settings: Settings): string | undefined
}

/** A credential: printable ASCII, no spaces. */
export const credential = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[\x21-\x7e]+$/, 'must not hold spaces or characters outside ASCII')

/** An address of the carrier's REST API, without the path that the relay adds. */
export const apiBase = (without?: string) =>
  z
    .string()
    .max(512)
    .pipe(serviceUrl({ only: 'https', ...(without === undefined ? {} : { without }) }))

/** Why these credentials may not go where the config sends them; undefined when they may. */
export function hostFault(kind: ConfigKind, config: unknown, settings: Settings): string | undefined {
  const origin = kind.origin(config, settings)
  const own = kind.ownOrigin(settings)
  if (origin === own) return undefined
  const host = new URL(origin).hostname
  const allowed = kind.hosts(settings)
  return allowed.some((pattern) => hostMatches(host, pattern)) ? undefined : `must lead to ${allowed.join(' or ')}`
}

/** `api.in.exotel.com` against `*.exotel.com`, which does not cover `exotel.com` itself. */
export function hostMatches(host: string, pattern: string): boolean {
  const [name, wanted] = [host.toLowerCase(), pattern.toLowerCase()]
  return wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) && name.length > wanted.length - 1 : name === wanted
}

export const originOf = (url: string | undefined) => (url === undefined ? undefined : new URL(url).origin)
