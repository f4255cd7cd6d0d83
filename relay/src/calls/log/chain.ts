import { createHash, createHmac, type KeyObject, verify } from 'node:crypto'
import { prepared } from '../../access/encryption.ts'

/**
 * A call's events as a chain that outlives its words: each hash covers the one before it and a commitment to the payload.
 * Erasing destroys payloads and salt; the chain still shows that nothing was added, dropped, changed or moved.
 */
export interface Link {
  seq: number
  atMs: number
  type: string
  commitment: Uint8Array
  hash: Uint8Array
  /** Missing once erased, and where it cannot be opened. */
  payload?: unknown
}

/** HMAC over the payload's one canonical form: gives nothing away without the salt. */
export function commit(salt: Uint8Array, payload: unknown): Uint8Array {
  return commitText(salt, canonical(payload))
}

/** Of a payload in its canonical form. */
export function commitText(salt: Uint8Array, text: string): Uint8Array {
  return createHmac('sha256', prepared(salt)).update(text).digest()
}

/** What stands before a call's first event. */
export function origin(callId: string): Uint8Array {
  return createHash('sha256').update('voice-agent call ').update(callId).digest()
}

/** Every field has a fixed length or says its own, so that no two events share an encoding. */
export function link(previous: Uint8Array, event: { seq: number; atMs: number; type: string; commitment: Uint8Array }): Uint8Array {
  const type = Buffer.from(event.type)
  const numbers = Buffer.alloc(20)
  numbers.writeBigInt64BE(BigInt(event.seq), 0)
  numbers.writeBigInt64BE(BigInt(event.atMs), 8)
  numbers.writeUInt32BE(type.length, 16)
  return createHash('sha256').update(previous).update(numbers).update(type).update(event.commitment).digest()
}

/** What is signed at the end: which call, how many events, the last hash. A chain cut short no longer fits. */
export function headMessage(callId: string, count: number, head: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`voice-agent head\0${callId}\0${count}\0`), head])
}

/** Everything that is wrong with a chain; empty when it verifies. Without `salt` (erased) payloads are not checked. */
export function problemsOf(o: {
  callId: string
  links: readonly Link[]
  salt?: Uint8Array
  head: Uint8Array | undefined
  signature: Uint8Array | undefined
  publicKey: KeyObject
}): string[] {
  const problems: string[] = []
  let previous = origin(o.callId)
  for (const [index, each] of o.links.entries()) {
    if (each.seq !== index + 1) problems.push(`event ${index + 1} has number ${each.seq}`)
    if (o.salt && !('payload' in each)) problems.push(`the payload of event ${each.seq} is missing or cannot be opened`)
    else if (o.salt && !same(commit(o.salt, each.payload), each.commitment)) problems.push(`the payload of event ${each.seq} was changed`)
    if (!same(link(previous, each), each.hash)) problems.push(`event ${each.seq} does not follow the one before it`)
    previous = each.hash
  }
  if (!o.head || !o.signature) return [...problems, 'the chain is not sealed yet']
  if (!same(previous, o.head)) problems.push('the last event is not the one that was sealed')
  if (!verify(null, headMessage(o.callId, o.links.length, o.head), o.publicKey, o.signature))
    problems.push('the seal was not made by this house')
  return problems
}

/** JSON with sorted keys and nothing optional: one text for one value. */
export function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : each,
  )
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
