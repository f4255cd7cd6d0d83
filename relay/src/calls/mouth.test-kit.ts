import { expect } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { createBeat } from './beat.ts'
import { FakeLog, fakeAudioLeg, fakeVoice } from './fakes.test-kit.ts'
import { createFeed } from './feed.ts'
import { createMouth } from './mouth.ts'
import { Passage } from './passage.ts'
import type { Voice } from './ports.ts'
import { createTranscript } from './transcript.ts'

export const how = { voice: 'slt', speed: 1, language: 'en' }
/** Ten words: a second of the fake voice. */
export const TEN = 'one two three four five six seven eight nine ten.'

/** A mouth that speaks to a far end that plays in real time. */
export function mouthOnALeg(o: { voice?: Voice; leadMs?: number } = {}) {
  const clock = new TestClock()
  const log = new FakeLog()
  const over: Record<string, { text: string; ms: number; cut: boolean }> = {}
  const faults: string[] = []
  let ids = 0
  const feed = createFeed(() => undefined)
  const transcript = createTranscript({ callId: 'c', feed, log, clock, newId: () => `e${++ids}` })
  const mouth = createMouth({
    voice: o.voice ?? fakeVoice(),
    clock,
    beat: createBeat({ clock, everyMs: 20, onFault: () => undefined }),
    transcript,
    passage: new Passage(),
    events: {
      onBegun: () => undefined,
      onOver(utterance, heard) {
        expect(over).not.toHaveProperty(utterance)
        over[utterance] = heard
      },
      onFault: (error) => faults.push(String(error)),
    },
  })
  const leg = fakeAudioLeg(clock, o.leadMs)
  leg.listen((event) => event.type === 'mark' && mouth.mark(event.utterance, event.name))
  mouth.attach(leg)
  const say = (utterance: string, text: string) => {
    mouth.speak(utterance, how)
    mouth.write(utterance, text)
    mouth.end(utterance)
  }
  const lines = () => [...log.entries.values()].map((entry) => `${entry.text}${entry.interrupted ? ' —' : ''}${entry.final ? '' : ' …'}`)
  return { clock, mouth, leg, over, faults, say, lines, feed }
}
