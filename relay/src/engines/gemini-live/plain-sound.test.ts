import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainSound, soundLike } from './plain-sound.ts'

const sounds = fc.uint8Array({ minLength: 0, maxLength: 200 }).map((bytes) => Buffer.from(bytes))
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
/** As the vendor writes it in one API version or another. */
const inlineData = fc.oneof(
  sounds.map((bytes) => ({ data: base64(bytes) })),
  sounds.map((bytes) => ({ mimeType: 'audio/pcm;rate=24000', data: base64(bytes) })),
  sounds.map((bytes) => ({ data: base64(bytes), mimeType: 'audio/pcm;rate=24000' })),
)
const indents = fc.constantFrom(undefined, 2, '\t')

test('sound that stands alone is found however it is written', () => {
  fc.assert(
    fc.property(inlineData, indents, fc.boolean(), (inline, indent, role) => {
      const message = { serverContent: { modelTurn: { parts: [{ inlineData: inline }], ...(role && { role: 'model' }) } } }
      const found = plainSound(Buffer.from(JSON.stringify(message, undefined, indent)))
      expect(found?.toString('base64')).toBe(inline.data)
    }),
  )
})

/** Anything else that a message may say somewhere. */
const more = fc.constantFrom(
  { top: { usageMetadata: { promptTokenCount: 1 } } },
  { content: { interrupted: true } },
  { content: { outputTranscription: { text: '"data":"AAAA"' } } },
  { turn: { thoughts: [1] } },
  { part: { text: 'data' } },
  { parts: [{ text: 'more' }] },
  { parts: [{ inlineData: { data: 'AAAA' } }] },
  { inline: { displayName: 'x' } },
)

test('with anything beside it, before or after, it is left to the parser', () => {
  fc.assert(
    fc.property(inlineData, indents, fc.boolean(), more, (inline, indent, before, beside) => {
      const add = (to: object, what: object | undefined) => (before ? { ...what, ...to } : { ...to, ...what })
      const {
        top,
        content,
        turn,
        part,
        parts = [],
        inline: odd,
      } = { top: undefined, content: undefined, turn: undefined, part: undefined, inline: undefined, ...beside }
      const whole = add({ inlineData: add(inline, odd) }, part)
      const all = before ? [...parts, whole] : [whole, ...parts]
      const message = add({ serverContent: add({ modelTurn: add({ parts: all }, turn) }, content) }, top)
      expect(plainSound(Buffer.from(JSON.stringify(message, undefined, indent)))).toBeUndefined()
    }),
  )
})

test('what is cut, escaped or no message at all is left to the parser', () => {
  const whole = '{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"data":"AAAA"}}]}}}'
  for (let length = 0; length < whole.length; length++) expect(plainSound(Buffer.from(whole.slice(0, length)))).toBeUndefined()
  for (const odd of [whole.replace('AAAA', 'AA\\/A'), `x${whole}`, `${whole}{`, whole.replace('"serverContent"', '"serverContent2"')])
    expect(plainSound(Buffer.from(odd))).toBeUndefined()
  fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.json()), (bytes) => plainSound(Buffer.from(bytes as string)) === undefined))
})

test('what differs anywhere from the one before it is no sound unless the parser would have found the same', () => {
  const written = (bytes: Uint8Array) =>
    Buffer.from(JSON.stringify({ serverContent: { modelTurn: { parts: [{ inlineData: { data: base64(bytes) } }] } } }))
  const letter = fc.constantFrom(...'"\\=-_ \n{}A')
  let found = 0
  fc.assert(
    fc.property(sounds, fc.array(fc.tuple(fc.nat(), fc.boolean(), letter), { maxLength: 2 }), (bytes, changes) => {
      expect(plainSound(written(Buffer.from('before')))?.toString()).toBe('before')
      let text = written(bytes).toString()
      for (const [where, instead, what] of changes) {
        const at = where % text.length
        text = text.slice(0, at) + what + text.slice(instead ? at + 1 : at)
      }
      const message = Buffer.from(text)
      const like = soundLike(Buffer.concat([Buffer.from('{"ser'), message, Buffer.from('"}]')]), 5, 5 + message.length)?.toString('base64')
      const sound = plainSound(message)
      if (like !== undefined) expect(like).toBe(sound?.toString('base64'))
      else expect(changes.length > 0 || bytes.length === 0).toBe(true)
      if (!sound) return
      found += 1
      const told = JSON.parse(text) as { serverContent: { modelTurn: { parts: [{ inlineData: { data: string } }] } } }
      expect(sound.equals(Buffer.from(told.serverContent.modelTurn.parts[0].inlineData.data, 'base64'))).toBe(true)
    }),
    { numRuns: 100_000 },
  )
  expect(found).toBeGreaterThan(100)
})
