import { expect, it } from 'vitest'
import { CLIP_HZ, speak } from '../clips/speech.ts'
import { resampled, timeline } from '../clips/wav.ts'
import { expectMostHeard, sayUntilHeard } from './live-ears.ts'
import { fromInt16 } from './waveform.ts'

const WORDS = 'Please tell me about the returns.'
const said = fromInt16(speak(WORDS), CLIP_HZ)
const inRoom = (words: string, hz: number) => fromInt16(resampled(timeline(6000, [{ atMs: 1500, samples: speak(words) }]), CLIP_HZ, hz), hz)

it('hears what was said, at other rates and times', async () => {
  for (const hz of [16_000, 24_000, 48_000]) await expectMostHeard(said, inRoom(WORDS, hz))
})

it('does not hear what was not said', async () => {
  await expect(expectMostHeard(said, inRoom('Good morning, this is the shop of lamps.', 24_000))).rejects.toThrow()
})

it('says it again until all of it was heard, and gives up at last', async () => {
  const heard: number[] = []
  const ear = () => ({ samples: Float32Array.from(heard), sampleRate: 24_000 })
  const say = (what: string) => {
    for (const sample of inRoom(what, 24_000).samples) heard.push(sample)
  }
  const others = ['Good morning.', 'Good evening.', WORDS]
  say('Welcome.')
  let times = 0
  await sayUntilHeard(said, async () => say(others[times++] ?? ''), ear)
  expect(times).toBe(3)
  await expect(sayUntilHeard(said, async () => say('Good morning.'), ear)).rejects.toThrow()
})
