import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode, type Piece, piecesOf } from './messages.ts'

const typesOf = (message: unknown) => decode(JSON.stringify(message))?.map((piece) => piece.type)

/** One name is no argument's: it would become the object's prototype. */
const argument = fc.string().filter((name) => name !== '__proto__')

/** Every kind that a message may hold, each or not, with what it has to become. */
const kinds = fc.record(
  {
    heard: fc.record({ text: fc.string({ minLength: 1 }), finished: fc.boolean() }),
    words: fc.string({ minLength: 1 }),
    sounds: fc.array(fc.uint8Array({ minLength: 2, maxLength: 64 }), { minLength: 1, maxLength: 3 }),
    interrupted: fc.constant(true),
    generated: fc.constant(true),
    turnOver: fc.constant(true),
    uses: fc.array(fc.record({ id: fc.uuid(), name: fc.constantFrom('find', 'order'), args: fc.dictionary(argument, fc.integer()) }), {
      minLength: 1,
      maxLength: 3,
    }),
    unuse: fc.array(fc.uuid(), { minLength: 1, maxLength: 3 }),
    usage: fc.record({ promptTokenCount: fc.nat(), responseTokenCount: fc.nat() }),
    handle: fc.record({ newHandle: fc.string({ minLength: 1 }), resumable: fc.boolean() }),
    goAway: fc.nat({ max: 1000 }),
  },
  { requiredKeys: [] },
)

type Kinds = typeof kinds extends fc.Arbitrary<infer K> ? K : never

function messageOf(given: Kinds, isStrange: boolean) {
  const content = {
    ...(given.heard && { inputTranscription: given.heard }),
    ...(given.words && { outputTranscription: { text: given.words } }),
    ...(given.sounds && {
      modelTurn: {
        parts: given.sounds.map((bytes) => ({
          inlineData: { mimeType: 'audio/pcm;rate=24000', data: Buffer.from(bytes).toString('base64') },
        })),
      },
    }),
    ...(given.interrupted && { interrupted: true }),
    ...(given.generated && { generationComplete: true }),
    ...(given.turnOver && { turnComplete: true }),
  }
  return {
    ...(Object.keys(content).length > 0 && { serverContent: content }),
    ...(given.uses && { toolCall: { functionCalls: given.uses } }),
    ...(given.unuse && { toolCallCancellation: { ids: given.unuse } }),
    ...(given.usage && { usageMetadata: given.usage }),
    ...(given.handle && { sessionResumptionUpdate: given.handle }),
    ...(given.goAway !== undefined && { goAway: { timeLeft: `${given.goAway}s` } }),
    ...(isStrange && { somethingNew: { of: 'next year' } }),
  }
}

const only = <T extends Piece['type']>(pieces: Piece[], type: T) =>
  pieces.filter((piece): piece is Extract<Piece, { type: T }> => piece.type === type)

describe('a message of Gemini Live', () => {
  test('of any mixture loses none of its kinds, as text and as a binary frame', () => {
    fc.assert(
      fc.property(kinds, fc.boolean(), fc.boolean(), (given, binary, isStrange) => {
        const json = JSON.stringify(messageOf(given, isStrange))
        const pieces = decode(binary ? Buffer.from(json) : json)
        expect(pieces).toBeDefined()
        if (!pieces) return
        expect(only(pieces, 'heard')).toEqual(given.heard ? [{ type: 'heard', ...given.heard }] : [])
        expect(only(pieces, 'words').map(({ text }) => text)).toEqual(given.words ? [given.words] : [])
        expect(only(pieces, 'sound').map(({ bytes }) => Uint8Array.from(bytes))).toEqual(given.sounds ?? [])
        expect(only(pieces, 'use').map(({ id, name, arguments: args }) => ({ id, name, args }))).toEqual(given.uses ?? [])
        expect(only(pieces, 'unuse').map(({ ids }) => ids)).toEqual(given.unuse ? [given.unuse] : [])
        expect(only(pieces, 'go-away').map(({ leftMs }) => leftMs)).toEqual(given.goAway === undefined ? [] : [given.goAway * 1000])
        const types = pieces.map(({ type }) => type)
        expect(types.includes('interrupted')).toBe(given.interrupted === true)
        expect(types.includes('generated')).toBe(given.generated === true)
        expect(types.includes('turn-over')).toBe(given.turnOver === true)
        expect(only(pieces, 'usage')).toEqual(
          given.usage ? [{ type: 'usage', inputTokens: given.usage.promptTokenCount, outputTokens: given.usage.responseTokenCount }] : [],
        )
        expect(only(pieces, 'handle').map(({ handle }) => handle)).toEqual(
          given.handle ? [given.handle.resumable ? given.handle.newHandle : undefined] : [],
        )
        // Words stand before the sound they belong to, and both before the end of their turn.
        const order = ['words', 'sound', 'interrupted', 'generated', 'turn-over'].filter((type) => types.includes(type as Piece['type']))
        expect([...new Set(types)].filter((type) => order.includes(type))).toEqual(order)
      }),
    )
  })

  test('that interrupts holds the words of the turn that begins, any other those of the turn before the answer', () => {
    const heard = { inputTranscription: { text: 'Wait' } }
    expect(typesOf({ serverContent: { ...heard, interrupted: true } })).toEqual(['interrupted', 'heard'])
    expect(typesOf({ serverContent: { ...heard, outputTranscription: { text: 'Yes' } } })).toEqual(['heard', 'words'])
  })

  test('of words alone is read as with anything else beside them', () => {
    const fields = { text: fc.oneof(fc.string(), fc.integer()), finished: fc.boolean(), more: fc.constant(1) }
    const transcription = fc.oneof(fc.record(fields, { requiredKeys: [] }), fc.constantFrom(null, 'words', []))
    const beside = fc.constantFrom({}, { interrupted: true })
    fc.assert(
      fc.property(transcription, beside, fc.constantFrom({}, { other: 1 }), (outputTranscription, inContent, inMessage) => {
        const message = { serverContent: { outputTranscription, ...inContent }, ...inMessage }
        expect(piecesOf(message)).toEqual(piecesOf({ ...message, somethingNew: 1 }))
      }),
    )
    expect(piecesOf({ serverContent: { outputTranscription: { text: ' tea' } } })).toEqual([{ type: 'words', text: ' tea' }])
  })

  test('keeps an argument that would be a prototype from the tools', () => {
    const [use] = decode('{"toolCall":{"functionCalls":[{"id":"a","name":"find","args":{"__proto__":{"admin":true},"what":"tea"}}]}}') ?? []
    expect(use?.type === 'use' && JSON.stringify(use.arguments)).toBe('{"what":"tea"}')
    expect(use?.type === 'use' && 'admin' in use.arguments).toBe(false)
  })

  test('counts what tools answered as read, and thoughts as written', () => {
    const usageMetadata = { promptTokenCount: 5, toolUsePromptTokenCount: 2, responseTokenCount: 3, thoughtsTokenCount: 4 }
    expect(decode(JSON.stringify({ usageMetadata }))).toEqual([{ type: 'usage', inputTokens: 7, outputTokens: 7 }])
  })

  test('that is no message is told as such, and throws for nothing', () => {
    for (const frame of ['', '{', '[]', 'null', '7', '"x"', '{"serverContent":3}', '{"toolCall":{"functionCalls":[{"name":"x"}]}}'])
      expect(decode(frame), frame).toBeUndefined()
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.uint8Array().map(Buffer.from)), (frame) => void decode(frame)))
  })

  test.each([
    ['50s', 50_000],
    ['1.5s', 1500],
    ['soon', 0],
    [undefined, 0],
  ])('goes away in %s: %d ms', (timeLeft, leftMs) => {
    expect(decode(JSON.stringify({ goAway: { timeLeft } }))).toEqual([{ type: 'go-away', leftMs }])
  })

  test('with parts that are no sound says only what is sound', () => {
    const parts = [{ text: 'thinking' }, { inlineData: { mimeType: 'audio/pcm', data: 'AQID' } }, { executableCode: {} }]
    expect(typesOf({ serverContent: { modelTurn: { parts } } })).toEqual(['sound'])
    expect(typesOf({ serverContent: { modelTurn: { parts: [] } } })).toEqual([])
  })
})
