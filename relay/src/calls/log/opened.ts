import { type CallKey, type Keyring, openJson } from '../../access/encryption.ts'
import { callKeys, calls } from '../../store/schema.ts'
import { sealName } from './call-record.ts'
import type { StoredCall } from './call-view.ts'

/** Reading what is sealed in a call's rows. */

/** What is left of a call's key: without it words are gone, and that has to fit what the row says. */
export type KeyState = { key: CallKey } | { key?: undefined; why: 'missing' | 'unopenable' }

/** Columns of a call with its key, for a select that joins them. */
export const WITH_KEY = { row: calls, keyId: callKeys.keyId, wrapped: callKeys.wrapped }
export interface RowWithKey {
  row: StoredCall
  keyId: string | null
  wrapped: Uint8Array | null
}

export function keyOf(keyring: Keyring, { row, keyId, wrapped }: RowWithKey): KeyState {
  if (!keyId || !wrapped) return { why: 'missing' }
  try {
    return { key: keyring.openCallKey(row.id, { keyId, wrapped }) }
  } catch {
    return { why: 'unopenable' }
  }
}

/** Numbers and the like; a list is not lost over one call whose details cannot be opened. */
export function detailsOf({ id, details }: StoredCall, { key }: KeyState): Record<string, unknown> {
  return (key && details && (tryTo(() => openJson(key, sealName.details(id), details)) as Record<string, unknown> | undefined)) ?? {}
}

/** What sealed bytes hold; undefined when they were changed. JSON has no undefined of its own. */
export function tryTo(open: () => unknown): unknown {
  try {
    return open()
  } catch {
    return undefined
  }
}
