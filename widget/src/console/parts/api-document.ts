import type { ApiDocument } from '../forms/schema.ts'
import type { Desk } from '../page.ts'

const read = new Map<string, Promise<ApiDocument>>()

/** /openapi.json of this relay, asked once. */
export function apiDocument({ api, relay }: Pick<Desk, 'api' | 'relay'>): Promise<ApiDocument> {
  const known = read.get(relay)
  if (known) return known
  const asked = api.get<ApiDocument>('/openapi.json')
  read.set(relay, asked)
  // A relay that was away is asked again.
  asked.catch(() => read.delete(relay))
  return asked
}
