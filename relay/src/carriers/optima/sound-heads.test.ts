import fc from 'fast-check'
import { Manager } from 'socket.io-client'
import { describe, expect, it } from 'vitest'
import { answerIn, FIRST_ID, headFor, headOf, isAnswer, LAST_ID, saysTaken, textOf } from './sound-heads.ts'
import { AUDIO_FORMATS } from './wire.ts'

/** The library's own reader and writer of packets. */
interface Library {
  readonly encoder: { encode(packet: object): unknown[] }
  readonly decoder: { add(data: unknown): void; on(event: 'decoded', listener: (packet: Packet) => void): void }
}
interface Packet {
  readonly type: number
  readonly nsp: string
  readonly id?: number
  readonly data: unknown[]
}
const library = () => new Manager('http://localhost', { autoConnect: false }) as unknown as Library
const EVENT = 2
const ANSWER = 3
const SOUND = new Uint8Array([1, 2])

/** As it stands in a WebSocket's message, with the engine's own letter. */
const written = (packet: object) => `4${library().encoder.encode({ nsp: '/', ...packet })[0] as string}`
const bytesOf = (text: string) => new Uint8Array(Buffer.from(`..${text}.`))
const head = (text: string) => headOf(bytesOf(text), 2, 2 + Buffer.byteLength(text))

function readByLibrary(text: string): Packet | undefined {
  const packets: Packet[] = []
  const { decoder } = library()
  decoder.on('decoded', (packet) => packets.push(packet))
  try {
    decoder.add(text.slice(1))
    decoder.add(SOUND)
  } catch {
    // Not a packet.
  }
  return packets[0]
}

const sessionId = fc.stringMatching(/^[\w-]{1,64}$/)
const format = fc.constantFrom(...AUDIO_FORMATS)
const id = fc.integer({ min: FIRST_ID, max: LAST_ID })
const fields = fc.record(
  { sessionId, audioData: fc.constant(SOUND), audioFormat: fc.option(format, { nil: null }), more: fc.string() },
  { requiredKeys: ['sessionId', 'audioData'] },
)
/** In any order. */
const said = fields
  .chain((made) => fc.shuffledSubarray(Object.entries(made), { minLength: Object.keys(made).length }))
  .map(Object.fromEntries)
/** One place of a text is another letter, or missing. */
const spoilt = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.nat(), fc.string({ maxLength: 1 })).map(([text, at, letter]) => {
    const place = at % text.length
    return text.slice(0, place) + letter + text.slice(place + 1)
  })

describe('the head of a piece of sound', () => {
  it('is written as the library writes it', () => {
    fc.assert(
      fc.property(sessionId, format, fc.option(id, { nil: undefined }), (sessionId, audioFormat, id) => {
        const packet = { type: EVENT, data: ['audio', { audioData: SOUND, sessionId, audioFormat }], id }
        expect(headFor(sessionId, audioFormat, id)).toBe(written(packet))
      }),
    )
  })

  it('is read as the library reads it, or not at all', () => {
    const heads = said.map((data) => written({ type: EVENT, data: ['audio', data] }))
    fc.assert(
      fc.property(fc.oneof(heads, spoilt(heads)), (text) => {
        const found = head(text)
        if (!found) return
        const id = text.slice(found.before.length, text.length - found.after.length)
        // An id of other letters is nobody's.
        fc.pre(/^[\w-]+$/.test(id))
        const audioFormat = found.format === undefined ? {} : { audioFormat: found.format }
        const data = ['audio', { sessionId: id, audioData: SOUND, ...audioFormat }]
        expect(readByLibrary(text)).toMatchObject({ type: EVENT, nsp: '/', data })
        expect(Object.keys(readByLibrary(text)?.data[1] as object)).toHaveLength(found.format === undefined ? 2 : 3)
        expect(textOf(found, id)).toBe(text)
      }),
      { numRuns: 100_000 },
    )
  })

  it.each([
    [{ sessionId: 'a-1', audioData: SOUND }, undefined],
    [{ audioData: SOUND, sessionId: 'a-1' }, undefined],
    [{ sessionId: 'a-1', audioData: SOUND, audioFormat: 'pcm16' }, 'pcm16'],
    [{ audioData: SOUND, sessionId: 'a-1', audioFormat: 'pcm16' }, 'pcm16'],
  ])('is known as %j', (data, format) => {
    const text = written({ type: EVENT, data: ['audio', data] })
    const found = head(text)
    expect(found).toMatchObject({ format })
    expect(found && textOf(found, 'a-1')).toBe(text)
  })

  it.each(['', '4', '451-', '451-["audio",{"sessionId":"","audioData":{"_placeholder":true,"num":0}}]'])('is not %j', (text) => {
    expect(head(text)).toBeUndefined()
  })
})

describe('an answer', () => {
  const answer = fc.oneof(
    fc.constantFrom<unknown>({ success: true, error: null }, { success: true }, { success: false, error: 'no' }),
    fc.jsonValue({ maxDepth: 1 }),
  )
  const answers = fc.tuple(answer, fc.oneof(id, fc.nat())).map(([said, id]) => written({ type: ANSWER, data: [said], id }))

  it('is read as the library reads it, or left to it', () => {
    fc.assert(
      fc.property(fc.oneof(answers, spoilt(answers)), (text) => {
        const [bytes, end] = [bytesOf(text), 2 + Buffer.byteLength(text)]
        const read = readByLibrary(text)
        const isOurs = isAnswer(bytes, 2, end)
        if (read)
          expect(isOurs).toBe(
            read.type === ANSWER && (read.id ?? 0) >= FIRST_ID && (read.id ?? 0) <= LAST_ID && /^43[1-9]\d{6}\[/.test(text),
          )
        if (!read || !isOurs) return
        expect(answerIn(text)).toEqual(read.data[0])
        if (saysTaken(bytes, 2, end)) expect(read.data[0]).toMatchObject({ success: true })
      }),
      { numRuns: 100_000 },
    )
  })

  it.each(['431000000 0[{}]', '431000000 [{"success":true}]'])(
    'with a blank where the library takes one for a digit is left to it: %j',
    (text) => {
      expect(readByLibrary(text)?.type).toBe(ANSWER)
      expect(isAnswer(bytesOf(text), 2, 2 + text.length)).toBe(false)
    },
  )

  it.each([[{ success: true, error: null }], [{ success: true }]])('that says %j says that it was taken', (said) => {
    const text = written({ type: ANSWER, data: [said], id: FIRST_ID })
    expect(isAnswer(bytesOf(text), 2, 2 + text.length) && saysTaken(bytesOf(text), 2, 2 + text.length)).toBe(true)
  })
})
