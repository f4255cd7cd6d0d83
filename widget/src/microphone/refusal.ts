/** Why there is no microphone; each has words and a way on of its own. */
export type Refusal = 'insecure' | 'policy' | 'denied' | 'dismissed' | 'missing' | 'busy' | 'unsupported'

/** The names that browsers give, older ones included. */
const BY_NAME: Record<string, Refusal> = {
  NotFoundError: 'missing',
  DevicesNotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  TrackStartError: 'busy',
  AbortError: 'busy',
  SecurityError: 'policy',
}
const REFUSED = ['NotAllowedError', 'PermissionDeniedError', 'PermissionDismissedError']

interface Policy {
  allowsFeature(feature: string): boolean
}

/** Which of the seven a failed `getUserMedia` (or its absence) was. Never rejects. */
export async function refusalOf(error: unknown, page: Window & typeof globalThis): Promise<Refusal> {
  if (!page.navigator.mediaDevices?.getUserMedia) return page.isSecureContext ? 'unsupported' : 'insecure'
  const { name = '', message = '' } = (error ?? {}) as Partial<DOMException>
  if (!REFUSED.includes(name)) return BY_NAME[name] ?? 'unsupported'
  if (policyOf(page.document)?.allowsFeature('microphone') === false) return 'policy'
  const state = await permissionOf(page.navigator)
  if (state === 'prompt') return 'dismissed'
  if (state === undefined && /dismiss/i.test(name + message)) return 'dismissed'
  return 'denied'
}

const policyOf = (document: Document & { permissionsPolicy?: Policy; featurePolicy?: Policy }): Policy | undefined =>
  document.permissionsPolicy ?? document.featurePolicy

/** Undefined where browsers cannot be asked: older Firefox and Safari have no such permission, or no permissions at all. */
async function permissionOf(navigator: Navigator): Promise<PermissionState | undefined> {
  try {
    return (await navigator.permissions.query({ name: 'microphone' })).state
  } catch {
    return undefined
  }
}
