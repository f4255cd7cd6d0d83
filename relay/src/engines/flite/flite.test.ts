import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { samplesOf } from '../../audio/signals.test-kit.ts'
import { createFlite, MAX_SPEECH_CHARACTERS, SpeechError } from './index.ts'

const flite = createFlite({ logger: pino({ level: 'silent' }) })
beforeAll(() => flite.ready(), 60_000)
afterAll(() => flite.close())

const plain = { voice: 'slt', speed: 1, language: 'en' }
const signal = new AbortController().signal

async function speech(text: string, how: Partial<typeof plain & { cache: boolean }> = {}, by = signal): Promise<Int16Array[]> {
  const chunks: Int16Array[] = []
  for await (const chunk of flite.speak(text, { ...plain, ...how }, by)) chunks.push(samplesOf(chunk))
  return chunks
}

const seconds = (chunks: Int16Array[]) => chunks.reduce((sum, chunk) => sum + chunk.length, 0) / flite.sampleRateHz
const rms = (samples: Int16Array) => Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / samples.length)

describe('Flite', () => {
  it.each(['slt', 'rms', 'awb', 'kal'])('%s speaks, about as loud as the others, at once and for a fitting time', async (voice) => {
    const [chunk, ...more] = await speech('Our returns window is thirty days from the day you got the parcel.', { voice })
    expect(more).toEqual([])
    if (!chunk) throw new Error('nothing spoken')
    expect(chunk.length / 16_000).toBeGreaterThan(2)
    expect(chunk.length / 16_000).toBeLessThan(6)
    expect(rms(chunk)).toBeGreaterThan(2000)
    expect(rms(chunk)).toBeLessThan(6000)
    expect(chunk.findIndex((s) => Math.abs(s) > 150)).toBeLessThan(40 * 16)
    expect(Math.abs(chunk[0] ?? 0) + Math.abs(chunk.at(-1) ?? 0)).toBeLessThan(100)
  })

  it('has voices that differ, and speaks an unknown one as slt', async () => {
    const [slt, rms, unknown] = await Promise.all(['slt', 'rms', 'Rachel'].map((voice) => speech('Good morning.', { voice })))
    expect(unknown).toEqual(slt)
    expect(rms).not.toEqual(slt)
  })

  it('speaks faster and slower, within 0.5 and 2', async () => {
    const [half, one, two, nine] = await Promise.all(
      [0.5, 1, 2, 9].map(async (speed) => seconds(await speech('We ship to all of India.', { speed }))),
    )
    expect((half ?? 0) / (one ?? 1)).toBeGreaterThan(1.6)
    expect((one ?? 0) / (two ?? 1)).toBeGreaterThan(1.5)
    expect(nine).toBe(two)
  })

  it('speaks a long text in pieces, the first soon', async () => {
    const chunks = await speech('We open at nine in the morning every day. '.repeat(12))
    expect(chunks.length).toBe(12)
  })

  it('speaks two at once turn by turn', async () => {
    const order: string[] = []
    const read = async (name: string) => {
      for await (const _ of flite.speak('This is one whole sentence of the two. '.repeat(4), plain, signal)) order.push(name)
    }
    await Promise.all([read('a'), read('b')])
    expect(order.slice(0, 6).join('')).toMatch(/^(ab){3}$|^(ba){3}$/)
  })

  it('keeps cached phrases, gives each listener its own copy, and makes a phrase once for two who ask', async () => {
    const text = 'Welcome to the tea shop.'
    const [first, second] = await Promise.all([speech(text, { cache: true }), speech(text, { cache: true })])
    expect(second).toEqual(first)
    for await (const chunk of flite.speak(text, { ...plain, cache: true }, signal)) chunk.fill(0)
    expect(await speech(text, { cache: true })).toEqual(first)
  })

  it('stops at its signal without an error: before, between pieces, while waiting', async () => {
    expect(await speech('Hello there.', {}, AbortSignal.abort())).toEqual([])
    const stop = new AbortController()
    const heard: Uint8Array[] = []
    for await (const chunk of flite.speak('This is one whole sentence, and more. '.repeat(5), plain, stop.signal)) {
      heard.push(chunk)
      stop.abort()
    }
    expect(heard.length).toBe(1)
    const later = new AbortController()
    const leaves = speech('Some words that two calls wait for.', { cache: true }, later.signal)
    const stays = speech('Some words that two calls wait for.', { cache: true })
    later.abort()
    expect(await leaves).toEqual([])
    expect(seconds(await stays)).toBeGreaterThan(1)
  })

  it('may be left in the middle of a text', async () => {
    for await (const _ of flite.speak('This is one whole sentence, and more. '.repeat(5), plain, signal)) break
    expect(seconds(await speech('Still here.'))).toBeGreaterThan(0.3)
  })

  it('says nothing for what has no words', async () => {
    for (const text of ['', '👍', '  ', '***']) expect(await speech(text)).toEqual([])
  })

  it('reads Hindi romanised, and says of other scripts that it cannot', async () => {
    expect(seconds(await speech('नमस्ते, आप कैसे हैं?'))).toBeGreaterThan(1)
    const notice = await speech('こんにちは')
    expect(seconds(notice)).toBeGreaterThan(2)
    expect(await speech('வணக்கம்')).toEqual(notice)
  })

  it('takes text that looks like options, markup or a file name for text', async () => {
    for (const text of ['-voice rms', '--help', '-o x', '<speak>hi</speak>', 'out.wav', '%s%n%x']) expect(await speech(text)).toBeDefined()
    expect(seconds(await speech('-voice rms'))).toBeGreaterThan(0.4)
  })

  it('refuses a text beyond its limit before a word is spoken', async () => {
    await expect(speech('a'.repeat(MAX_SPEECH_CHARACTERS + 1))).rejects.toBeInstanceOf(SpeechError)
  })
})

describe('a closed Flite', () => {
  it('rejects, and may be closed before it ever spoke', async () => {
    const closed = createFlite({ logger: pino({ level: 'silent' }) })
    await closed.close()
    await expect(closed.ready()).rejects.toThrow('Flite is closed')
  })
})
