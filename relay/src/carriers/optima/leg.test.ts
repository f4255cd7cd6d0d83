import { describe, expect, it } from 'vitest'
import { decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from '../../audio/g711.ts'
import vectors from '../../audio/g711.vectors.json' with { type: 'json' }
import type { LegEvent } from '../../calls/ports.ts'
import { TestClock } from '../../clock.test-kit.ts'
import type { Channel, ChannelEvent } from './channel.ts'
import { OptimaLeg } from './leg.ts'
import type { OptimaAudio } from './wire.ts'

function played(audio: OptimaAudio = 'pcm16') {
  const clock = new TestClock()
  const sent: (readonly [string, unknown?])[] = []
  const told: LegEvent[] = []
  const channel: Channel = {
    writable: true,
    audio: (bytes) => sent.push(['audio', bytes]),
    checkPoint: (name) => sent.push(['checkPoint', name]),
    dtmf: (digit) => sent.push(['dtmf', digit]),
    interruption: () => sent.push(['interruption']),
    hangup: () => sent.push(['hangup']),
    leave: () => sent.push(['leave']),
  }
  const leg = new OptimaLeg({ clock, channel, frameMs: 20, formats: { goes: audio, comes: audio } })
  const take = (event: ChannelEvent) => leg.take(event)
  leg.listen((event) => told.push(event))
  const hear = (bytes: Uint8Array, format?: OptimaAudio) => take({ event: 'audio', bytes, format })
  const heard = () => Buffer.concat(told.flatMap((event) => (event.type === 'audio' ? [event.bytes] : [])))
  return { clock, sent, told, leg, take, hear, heard }
}

describe('the sound of an Optima call', () => {
  it('is PCM16 at 8 kHz, marked by check points', () => {
    const { leg, sent, take, told } = played()
    expect([leg.input, leg.output]).toEqual([{ encoding: 'pcm_s16le', sampleRateHz: 8000, frameMs: 20 }, leg.input])
    const frame = new Uint8Array(320).fill(1)
    leg.send(frame, 'u')
    leg.mark('u', 'end')
    expect(sent).toEqual([
      ['audio', frame],
      ['checkPoint', 'm1'],
    ])
    take({ event: 'checkPoint', name: 'another' })
    take({ event: 'checkPoint', name: 'm1' })
    take({ event: 'checkPoint', name: 'm1' })
    expect(told).toEqual([{ type: 'mark', utterance: 'u', name: 'end' }])
  })

  it('cut, was heard as far as its check points and the time since tell', async () => {
    const { clock, leg, sent, take, told } = played()
    for (let n = 0; n < 10; n++) leg.send(new Uint8Array(320), 'u')
    leg.mark('u', 'p200')
    for (let n = 0; n < 10; n++) leg.send(new Uint8Array(320), 'u')
    leg.mark('u', 'p400')
    await clock.advance(230)
    take({ event: 'checkPoint', name: 'm1' })
    await clock.advance(60)
    expect(await leg.clear('u')).toBe(260)
    expect(sent.at(-1)).toEqual(['interruption'])
    told.length = 0
    take({ event: 'checkPoint', name: 'm2' })
    expect(told).toEqual([])
  })

  it.each([
    ['ulaw', encodeMulaw, decodeMulaw, vectors.ulaw_decode_table],
    ['alaw', encodeAlaw, decodeAlaw, vectors.alaw_decode_table],
  ] as const)('goes and comes as %s', (format, encode, decode, table) => {
    const { heard, hear, leg, sent } = played(format)
    const pcm = Buffer.from(Int16Array.from({ length: 160 }, (_, n) => 3000 * Math.sin(n / 5)).buffer)
    leg.send(pcm, 'u')
    const [, coded] = sent[0] ?? []
    const expected = new Uint8Array(160)
    encode(pcm, expected)
    expect(coded).toEqual(expected)
    hear(expected)
    const decoded = new Uint8Array(320)
    decode(expected, decoded)
    expect(new Uint8Array(heard())).toEqual(decoded)
    // What says what it is, is taken for that.
    const every = played('pcm16')
    every.hear(
      Uint8Array.from({ length: 256 }, (_, code) => code),
      format,
    )
    expect([...new Int16Array(new Uint8Array(every.heard()).buffer)]).toEqual(table)
  })

  it('comes in whole samples, whatever it is cut into', () => {
    const { hear, heard, told } = played()
    const all = Uint8Array.from({ length: 640 }, (_, n) => n)
    let at = 0
    for (const size of [1, 3, 320, 1, 2, 313]) {
      hear(all.slice(at, at + size))
      at += size
    }
    expect(heard()).toEqual(Buffer.from(all))
    for (const event of told) if (event.type === 'audio') expect(event.bytes.length % 2).toBe(0)
  })

  it('goes to the ear where there is one, and to nobody who listens no more', () => {
    const { hear, leg, take, told } = played()
    const heard: Uint8Array[] = []
    const stop = leg.listen((event) => told.push(event), { sound: (bytes) => void heard.push(bytes) })
    hear(new Uint8Array(320))
    take({ event: 'dtmf', digit: '1' })
    stop()
    hear(new Uint8Array(320))
    expect([heard, told]).toEqual([[new Uint8Array(320)], [{ type: 'digits', digits: '1' }]])
  })

  it('is bounded by real time', async () => {
    const { clock, hear, heard } = played()
    for (let n = 0; n < 1000; n++) hear(new Uint8Array(3200))
    expect(heard().length).toBe(3000 * 16)
    await clock.advance(1000)
    hear(new Uint8Array(3200))
    expect(heard().length).toBe(3200 * 16 - 3200 + 3200)
  })

  it('may be away and come back, and says nothing when it was closed', () => {
    const { hear, leg, sent, take, told } = played()
    take({ event: 'away' })
    take({ event: 'here' })
    take({ event: 'lost' })
    expect(told.map(({ type }) => type)).toEqual(['detached', 'attached', 'detached'])
    leg.close('agent')
    leg.send(new Uint8Array(320), 'u')
    leg.mark('u', 'end')
    hear(new Uint8Array(320))
    expect([leg.writable(), sent, told.length]).toEqual([false, [], 3])
  })
})
