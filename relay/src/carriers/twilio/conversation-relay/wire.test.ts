import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import vectors from './relay.vectors.json' with { type: 'json' }
import { MAX_TOKEN_LETTERS, readRelayMessage, type ToRelaySession, writeRelayMessage } from './wire.ts'

const bytes = (message: unknown) => Buffer.from(typeof message === 'string' ? message : JSON.stringify(message))
const frames = (dir: string) => vectors.conversation_relay.filter((each) => each.dir === dir).map(({ frame }) => frame)
const written = (message: ToRelaySession) => writeRelayMessage(message).map((frame) => JSON.parse(frame))

describe('what ConversationRelay says', () => {
  it('reads every message that was recorded', () => {
    expect(frames('in').map((frame) => readRelayMessage(bytes(frame)))).toEqual([
      {
        type: 'setup',
        setup: {
          sessionId: 'VX00000000000000000000000000000001',
          callSid: 'CA00000000000000000000000000000001',
          accountSid: 'AC00000000000000000000000000000000',
          customParameters: {},
        },
      },
      { type: 'speaking', who: 'agent', speaks: true },
      { type: 'speaking', who: 'visitor', speaks: true },
      { type: 'played', text: 'Sentence 2 of' },
      { type: 'prompt', text: 'Holding.', last: false, lang: 'en' },
      { type: 'prompt', text: 'Holding.', last: true, lang: 'en' },
      { type: 'interrupt', heard: 'Sentence 2 of', afterMs: 684 },
      { type: 'dtmf', digit: '1' },
      { type: 'error', code: '64107', description: 'Invalid message received, code: 64107, this is not json #1' },
    ])
  })

  it.each([
    ['no JSON', 'hello'],
    ['half a message', '{"type":"setup"'],
    ['null', 'null'],
    ['a list', '[{"type":"prompt"}]'],
    ['no type', {}],
    ['a type that is no word', { type: 7 }],
    ['a setup of nobody', { type: 'setup', sessionId: 'VX1' }],
    ['a prompt without words', { type: 'prompt', last: true }],
    ['a key that no phone has', { type: 'dtmf', digit: 'X' }],
    ['too much', { type: 'prompt', voicePrompt: 'a'.repeat(70_000), last: true }],
  ])('does not understand %s', (_, message) => {
    expect(readRelayMessage(bytes(message))).toBeUndefined()
  })

  it.each([
    ['a type of tomorrow', { type: 'configUpdated' }],
    ['a name from the language itself', { type: 'constructor' }],
    ['news of tomorrow', { type: 'info', name: 'configUpdated', value: 'x' }],
  ])('lets %s pass', (_, message) => {
    expect(readRelayMessage(bytes(message))).toEqual({ type: 'other' })
  })

  it('reads a duration in quotes, a flag in quotes and names with underscores', () => {
    expect(readRelayMessage(bytes({ type: 'interrupt', utteranceUntilInterrupt: 'So', durationUntilInterruptMs: '684' }))).toEqual({
      type: 'interrupt',
      heard: 'So',
      afterMs: 684,
    })
    expect(readRelayMessage(bytes({ type: 'prompt', voice_prompt: 'Hi', last: 'false' }))).toEqual({
      type: 'prompt',
      text: 'Hi',
      last: false,
    })
    expect(readRelayMessage(bytes({ type: 'setup', session_id: 'v', call_sid: 'c', custom_parameters: null }))).toMatchObject({
      setup: { sessionId: 'v', callSid: 'c' },
    })
  })

  it('100,000 bent messages throw nothing', () => {
    const name = fc.constantFrom(
      'type',
      'voicePrompt',
      'digit',
      'name',
      'value',
      'last',
      'description',
      'sessionId',
      'callSid',
      '__proto__',
    )
    const value = fc.oneof(
      fc.constantFrom('setup', 'prompt', 'dtmf', 'info', 'interrupt', 'error', '1', 'tokensPlayed', 'on', 'constructor'),
      fc.jsonValue({ maxDepth: 1 }),
    )
    const message = fc.dictionary(name, value, { maxKeys: 6 }).map((fields) => bytes(fields))
    fc.assert(
      fc.property(
        fc.oneof(
          message,
          fc.uint8Array({ maxLength: 60 }).map((raw) => Buffer.from(raw)),
        ),
        (frame) => {
          const read = readRelayMessage(frame)
          if (read?.type === 'dtmf') expect(read.digit).toMatch(/^[0-9A-D*#]$/)
          if (read?.type === 'prompt') expect(typeof read.text).toBe('string')
        },
      ),
      { numRuns: 100_000 },
    )
  }, 120_000)
})

describe('what is said to ConversationRelay', () => {
  it('writes every message as the recording has it', () => {
    const given = frames('out') as ToRelaySession[]
    expect(given.flatMap(written)).toEqual(given)
    expect(given.map(({ type }) => type)).toEqual(['text', 'text', 'play', 'sendDigits', 'language', 'end'])
  })

  it.each<[string, ToRelaySession]>([
    ['keys that no phone has', { type: 'sendDigits', digits: '12x' }],
    ['no keys', { type: 'sendDigits', digits: '' }],
    ['a sound that is no address', { type: 'play', source: 'hold.mp3' }],
    ['a sound from a disk', { type: 'play', source: 'file:///etc/passwd' }],
    ['no language', { type: 'language' }],
    ['a language that is none', { type: 'language', ttsLanguage: 'en us' }],
    ['nothing', { type: 'text', token: '', last: false }],
  ])('does not write %s', (_, message) => {
    expect(writeRelayMessage(message)).toEqual([])
  })

  it('whatever is said is whole JSON of bounded size, and its pieces are the words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3 }), fc.nat(3000), fc.boolean(), (part, times, last) => {
        const token = part.repeat(times)
        const all = written({ type: 'text', token, last })
        expect(all.map((frame) => frame.token).join('')).toBe(token.toWellFormed())
        expect(all.filter((frame) => frame.last)).toHaveLength(last ? 1 : 0)
        if (last) expect(all.at(-1)?.last).toBe(true)
        for (const frame of all) expect(frame.token.length).toBeLessThanOrEqual(MAX_TOKEN_LETTERS)
      }),
    )
  })

  it('half a character is made whole', () => {
    expect(written({ type: 'text', token: 'a\ud800b', last: true })).toEqual([{ type: 'text', token: 'a\ufffdb', last: true }])
    expect(written({ type: 'end', handoffData: '\udc00' })).toEqual([{ type: 'end', handoffData: '\ufffd' }])
  })
})
