import { expect, test } from 'vitest'
import vectors from './exotel.vectors.json' with { type: 'json' }
import { e164, national } from './numbers.ts'
import { DEFAULT_SETTINGS } from './settings.ts'
import { readCustomer, StreamMessages } from './stream-wire.ts'

const about = {
  streamSid: 'e1f0a9c0b2stream',
  callSid: 'faccc8dce91e426a398475de9fdb1a8p',
  accountSid: 'exampleacct',
  from: '09441233609',
  to: '09513886363',
  customParameters: { session: 's_1' },
  rate: 8000,
} as const

const frames = (dir: string) => vectors.stream_frames.filter((each) => each.dir === dir).map(({ frame }) => frame as { event: string })

test('says what Exotel says', () => {
  const messages = new StreamMessages(about, DEFAULT_SETTINGS)
  const sent: Record<string, object> = {
    connected: messages.connected(),
    start: messages.start(),
    media: messages.media(Buffer.alloc(1600), 100),
    mark: messages.mark('m1'),
    dtmf: messages.dtmf('5'),
    stop: messages.stop('callended'),
  }
  const incoming = frames('in').filter((frame) => !('streamSid' in frame))
  expect(incoming).toHaveLength(6)
  // A number depends on what came before.
  const uncounted = (frame: object) =>
    JSON.parse(JSON.stringify(frame, (key, value) => (['sequence_number', 'chunk'].includes(key) ? typeof value : value))) as object
  for (const frame of incoming) expect(uncounted(sent[frame.event] ?? {})).toEqual(uncounted(frame))
})

test('the camelCase kind has the keys that were seen', () => {
  const [seen] = frames('in').filter((frame) => 'streamSid' in frame)
  expect(new StreamMessages(about, { ...DEFAULT_SETTINGS, keys: 'camel' }).start()).toMatchObject(seen ?? {})
})

test.each(['snake', 'camel', 'either'] as const)('takes what a customer may send, with %s keys', (keys) => {
  const outgoing = frames('out')
  expect(outgoing.length).toBeGreaterThan(0)
  const of = (frame: { event: string; stream_sid?: string; streamSid?: string }) => String(frame.stream_sid ?? frame.streamSid)
  for (const frame of outgoing) {
    const read = readCustomer(JSON.stringify(frame), of(frame), keys)
    const [snake, camel] = ['stream_sid' in frame, 'streamSid' in frame]
    const mine = keys === 'either' || (keys === 'snake' ? snake : camel)
    expect([read.message?.event, read.wrong.length]).toEqual(mine ? [frame.event, 0] : [undefined, 1])
  }
})

test.each(vectors.numbers)('$e164 is $exotel_national', (number) => {
  expect([national(number.e164), e164(number.exotel_national)]).toEqual([number.exotel_national, number.e164])
})
