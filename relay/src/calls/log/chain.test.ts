import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical, commit, headMessage, type Link, link, origin, problemsOf } from './chain.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')

type Happened = { type: string; atMs: number; payload: unknown }

/** A sealed chain of what happened, as the log writes it. */
function sealed(callId: string, happened: readonly Happened[], salt: Uint8Array = randomBytes(32)) {
  let previous = origin(callId)
  const links = happened.map(({ type, atMs, payload }, index): Link => {
    const event = { seq: index + 1, atMs, type, commitment: commit(salt, payload) }
    previous = link(previous, event)
    return { ...event, hash: previous, payload }
  })
  const signature = sign(null, headMessage(callId, links.length, previous), privateKey)
  return { callId, links, salt, head: previous, signature, publicKey }
}

const happened = fc.record({ type: fc.string({ maxLength: 30 }), atMs: fc.maxSafeNat(), payload: fc.jsonValue() })
const chain = fc.array(happened, { minLength: 2, maxLength: 12 }).map((events) => sealed('call', events))
/** A chain and two different places in it. */
const places = chain.chain((made) =>
  fc.tuple(fc.constant(made), fc.nat(made.links.length - 1), fc.integer({ min: 1, max: made.links.length - 1 })),
)
const found = (o: Parameters<typeof problemsOf>[0]) => {
  expect(problemsOf(o)).not.toEqual([])
}
const renumbered = (links: readonly Link[]) => links.map((each, index) => ({ ...each, seq: index + 1 }))
const pick = <T>(list: readonly T[], at: number): T => {
  const one = list[at]
  if (one === undefined) throw new Error(`nothing at ${at}`)
  return one
}

describe('the chain of a call', () => {
  it('verifies as it was written, and after its words, key and salt were destroyed', () => {
    fc.assert(
      fc.property(chain, ({ salt, links, ...made }) => {
        expect(problemsOf({ ...made, links, salt })).toEqual([])
        expect(problemsOf({ ...made, links: links.map(({ payload: _, ...rest }) => rest) })).toEqual([])
      }),
    )
  })

  it('shows any changed field', () => {
    const changes: ((each: Link) => Link)[] = [
      (each) => ({ ...each, payload: { other: each.payload } }),
      (each) => ({ ...each, type: `${each.type}.` }),
      (each) => ({ ...each, atMs: each.atMs + 1 }),
      (each) => ({ ...each, seq: each.seq + 1 }),
      (each) => ({ ...each, seq: -each.seq }),
      ({ payload: _, ...each }) => each,
      (each) => ({ ...each, commitment: commit(randomBytes(32), each.payload) }),
      (each) => ({ ...each, hash: randomBytes(32) }),
    ]
    fc.assert(
      fc.property(places, fc.constantFrom(...changes), ([made, at], change) => {
        found({ ...made, links: made.links.with(at, change(pick(made.links, at))) })
      }),
    )
  })

  it('shows a change after the words were destroyed, and one whose hashes were worked out anew', () => {
    const relinked = (links: readonly Link[], from: number, count: number) => {
      let previous = from === 0 ? origin('call') : pick(links, from - 1).hash
      return links.map((each, index) => {
        if (index < from || index >= from + count) return each
        previous = link(previous, each)
        return { ...each, hash: previous }
      })
    }
    fc.assert(
      fc.property(places, fc.boolean(), ([{ salt: _, ...made }, at], whole) => {
        const bare = made.links.map(({ payload: __, ...rest }): Link => rest)
        for (const changed of [{ type: 'other' }, { atMs: pick(bare, at).atMs + 1 }, { commitment: randomBytes(32) }]) {
          if (pick(bare, at).type === 'other') continue
          const links = bare.with(at, { ...pick(bare, at), ...changed })
          found({ ...made, links })
          found({ ...made, links: relinked(links, at, whole ? links.length : 1) })
        }
      }),
    )
  })

  it('shows an event that was dropped, from the end too', () => {
    fc.assert(
      fc.property(places, ([made, at]) => {
        const links = made.links.toSpliced(at, 1)
        found({ ...made, links })
        found({ ...made, links: renumbered(links) })
        found({ ...made, links: made.links.slice(0, at) })
      }),
    )
  })

  it('shows events that changed places', () => {
    fc.assert(
      fc.property(places, ([made, at, step]) => {
        const other = (at + step) % made.links.length
        const links = made.links.with(at, pick(made.links, other)).with(other, pick(made.links, at))
        found({ ...made, links })
        found({ ...made, links: renumbered(links) })
      }),
    )
  })

  it('shows an event that was put in, even one that follows rightly', () => {
    fc.assert(
      fc.property(places, happened, ([made, at], { type, atMs, payload }) => {
        const event = { seq: at + 2, atMs, type, commitment: commit(made.salt, payload) }
        const forged = { ...event, hash: link(pick(made.links, at).hash, event), payload }
        found({ ...made, links: made.links.toSpliced(at + 1, 0, forged) })
        found({ ...made, links: renumbered(made.links.toSpliced(at + 1, 0, forged)) })
      }),
    )
  })

  it('shows a whole chain written anew without the house’s key', () => {
    fc.assert(
      fc.property(chain, fc.array(happened, { maxLength: 5 }), (made, others) => {
        const { links, head } = sealed('call', others, made.salt)
        found({ ...made, links, head })
        const stranger = generateKeyPairSync('ed25519').privateKey
        found({ ...made, signature: sign(null, headMessage('call', made.links.length, made.head), stranger) })
      }),
      { numRuns: 30 },
    )
  })

  it('is one call’s: another call cannot show it as its own', () => {
    fc.assert(fc.property(chain, (made) => found({ ...made, callId: 'other' })))
  })

  it('says that an open call is not sealed', () => {
    const { head: _, signature: __, ...open } = sealed('call', [{ type: 'call.opened', atMs: 1, payload: {} }])
    expect(problemsOf({ ...open, head: undefined, signature: undefined })).toEqual(['the chain is not sealed yet'])
  })
})

describe('the canonical form', () => {
  it('is the same whatever the order of keys, and back from JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse())
        expect(canonical(turned)).toBe(canonical(value))
        expect(canonical(JSON.parse(JSON.stringify(value)))).toBe(canonical(value))
      }),
    )
  })

  it('tells different values apart', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const [a, b] = [one, other].map((value) => JSON.parse(JSON.stringify(value)) as unknown)
        expect(canonical(one) === canonical(other)).toBe(isDeepStrictEqual(a, b))
      }),
    )
  })
})
