/** Who may do what: people have a role, API keys have scopes. */

export const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

export const SCOPES = [
  'calls:read',
  'calls:write',
  'agents:read',
  'agents:write',
  'numbers:read',
  'numbers:write',
  'visitor-tokens:write',
] as const
export type Scope = (typeof SCOPES)[number]

/** Who proved what they are; every row they see belongs to `organisationId`. */
export type Principal =
  | { kind: 'user'; organisationId: string; userId: string; role: Role /** The sign-in it comes from. */; session?: string }
  | { kind: 'key'; organisationId: string; keyId: string; scopes: readonly Scope[] }

/** The id under which what they do is written down. */
export const actorOf = (principal: Principal): string => (principal.kind === 'user' ? principal.userId : principal.keyId)

/** What a route wants: people of at least `role`; API keys with `scope`, or none at all where there is no scope. */
export interface Wanted {
  role: Role
  scope?: Scope
}

export function mayUse(principal: Principal, wanted: Wanted): boolean {
  if (principal.kind === 'user') return ROLES.indexOf(principal.role) >= ROLES.indexOf(wanted.role)
  return wanted.scope !== undefined && principal.scopes.includes(wanted.scope)
}

/** The organisation that the first start makes: its admins keep the house, which all organisations share. */
export const HOUSE_ORGANISATION = 'org_main'
