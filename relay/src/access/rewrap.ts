import { and, eq, ne } from 'drizzle-orm'
import type { Store } from '../store/open.ts'
import { callKeys, houseKeys } from '../store/schema.ts'
import type { Keyring } from './encryption.ts'

const BATCH = 200

/** Wraps every key anew under the current ENCRYPTION_KEY, so that old ones can be forgotten. Resolves with how many it moved; rejects when `signal` asks it to stop. */
export async function rewrapAll(store: Store, keyring: Keyring, signal?: AbortSignal): Promise<number> {
  let moved = 0
  const stale = await store.db.select().from(houseKeys).where(ne(houseKeys.keyId, keyring.currentId))
  for (const { name, ...wrapped } of stale) {
    const aad = `house:${name}`
    await store.db
      .update(houseKeys)
      .set(keyring.wrap(keyring.unwrap(wrapped, aad), aad))
      .where(eq(houseKeys.name, name))
    moved += 1
  }
  for (;;) {
    const rows = await store.db.select().from(callKeys).where(ne(callKeys.keyId, keyring.currentId)).limit(BATCH)
    if (rows.length === 0) return moved
    for (const { callId, ...wrapped } of rows) {
      signal?.throwIfAborted()
      const aad = `call:${callId}`
      // A call erased meanwhile stays erased: only a row that is still there changes.
      await store.db
        .update(callKeys)
        .set(keyring.wrap(keyring.unwrap(wrapped, aad), aad))
        .where(and(eq(callKeys.callId, callId), eq(callKeys.keyId, wrapped.keyId)))
      moved += 1
    }
  }
}
