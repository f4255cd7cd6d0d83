import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readWav } from '../../relay/src/audio/wav.ts'
import { allClips, backChannels, bursts, longCoughs, sentences } from './list.ts'
import { CLIP_HZ } from './speech.ts'
import { timeline, writeClip } from './wav.ts'

const ms = (samples: Int16Array) => (samples.length / CLIP_HZ) * 1000
const peak = (samples: Int16Array) => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)

describe('the clips', () => {
  it('are what their list says, each by a name of its own', () => {
    const clips = allClips()
    expect(new Set(clips.map(({ name }) => name)).size).toBe(clips.length)
    for (const { name, samples } of bursts()) expect(ms(samples), name).toBeLessThanOrEqual(300)
    for (const { name, samples } of longCoughs()) expect(ms(samples), name).toBeGreaterThan(300)
    for (const { words = '' } of sentences()) expect(words.split(' ').length, words).toBeGreaterThanOrEqual(4)
    expect(sentences()).toHaveLength(20)
    for (const { words, samples } of backChannels()) expect(ms(samples), words).toBeLessThan(1000)
    for (const { name, samples } of [...bursts(), ...sentences()]) expect(peak(samples), name).toBeGreaterThan(4000)
  })

  it('are the same samples each time', () => {
    expect(bursts()).toEqual(bursts())
  })

  it('stand in a timeline and in a file where they were put', () => {
    const [clip] = sentences()
    if (!clip) throw new Error('no sentence')
    const line = timeline(4000, [{ atMs: 1000, samples: clip.samples }])
    expect(line.findIndex((sample) => Math.abs(sample) > 200)).toBe(CLIP_HZ)
    const wav = readWav(readFileSync(writeClip('timeline of the test', line, 48_000)))
    expect(wav).toMatchObject({ sampleRateHz: 48_000, channels: 1 })
    expect(wav.data.length).toBe(4 * 48_000 * 2)
    expect(() => timeline(1500, [{ atMs: 1000, samples: clip.samples }])).toThrow(RangeError)
  })
})
