import fc from 'fast-check'

/** What a decoder may meet on a socket, made of the messages it knows. */
export interface Fuzz {
  /** JSON messages as they come. */
  readonly frames: readonly object[]
  /** Names on a message's outside that get other values; `__proto__` is always among them. */
  readonly outside: readonly string[]
  /** The same within its parts. */
  readonly inside: readonly string[]
  /** Values that come near to right ones; names of the language itself are among them. */
  readonly near: readonly string[]
}

/** Noise, known messages with a broken byte, and known messages with another value outside or inside. */
export function anyMessage(o: Fuzz): fc.Arbitrary<Buffer> {
  const known = fc.constantFrom(...o.frames)
  const value = fc.oneof({ depthSize: 'small' }, fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(...o.near, 'constructor', 'toString'))
  const bent = fc
    .tuple(known, fc.constantFrom(...o.outside, '__proto__'), value)
    .map(([frame, name, other]) => bytes({ ...frame, [name]: other }))
  const withParts = o.frames.flatMap((frame) =>
    Object.entries(frame).flatMap(([part, inner]) => (typeof inner === 'object' && inner ? [{ frame, part, inner: inner as object }] : [])),
  )
  const inside = fc
    .tuple(fc.constantFrom(...withParts), fc.constantFrom(...o.inside), value)
    .map(([{ frame, part, inner }, name, other]) => bytes({ ...frame, [part]: { ...inner, [name]: other } }))
  const broken = fc.tuple(known, fc.nat(400), fc.nat(255)).map(([frame, at, byte]) => {
    const message = bytes(frame)
    message[at % message.length] = byte
    return message
  })
  const noise = fc.uint8Array({ maxLength: 60 }).map((each) => Buffer.from(each))
  return fc.oneof(noise, { arbitrary: broken, weight: 4 }, bent, inside)
}

/** A text of which a little, anywhere, is something else. */
export const spoilt = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      text,
      fc.nat(),
      fc.nat(3),
      fc.oneof(fc.string({ unit: 'binary', maxLength: 3 }), fc.constantFrom('"', '\\', '\n', ' ', 'é', '0', '=')),
    )
    .map(([whole, at, length, other]) => whole.slice(0, at % whole.length) + other + whole.slice((at % whole.length) + length))

const bytes = (message: unknown) => Buffer.from(JSON.stringify(message))
