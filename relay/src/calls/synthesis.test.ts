import { describe, expect, test } from 'vitest'
import { fakeVoice } from './fakes.test-kit.ts'
import { how, mouthOnALeg, TEN } from './mouth.test-kit.ts'
import type { Voice } from './ports.ts'

/** Every attempt at a sentence is looked up here: how many words of it sound before it fails. */
function brokenVoice(soundsBeforeItFails: (sentence: string, attempt: number) => number): Voice & { attempts: string[] } {
  const attempts: string[] = []
  const good = fakeVoice()
  return {
    ...good,
    attempts,
    async *speak(text, asked, signal) {
      attempts.push(text)
      let left = soundsBeforeItFails(text, attempts.filter((each) => each === text).length)
      for await (const chunk of good.speak(text, asked, signal)) {
        if (left-- <= 0) throw new Error('no voice')
        yield chunk
      }
    },
  }
}

describe('a voice that fails', () => {
  test('once: the sentence is made again, and nobody knows', async () => {
    const voice = brokenVoice((_, attempt) => (attempt === 1 ? 0 : 99))
    const { clock, faults, say, over } = mouthOnALeg({ voice })
    say('u', 'Hello there. How are you?')
    await clock.advance(3000)
    expect(faults).toEqual([])
    expect(over.u).toEqual({ text: 'Hello there. How are you?', ms: 500, cut: false })
  })

  test('in the middle of a sentence: it is not begun again, its words are written, and the next is spoken', async () => {
    const voice = brokenVoice((text) => (text.startsWith('one') ? 3 : 99))
    const { clock, faults, say, over } = mouthOnALeg({ voice })
    say('u', `${TEN} And more.`)
    await clock.advance(4000)
    expect(voice.attempts).toEqual([TEN, 'And more.'])
    expect(faults).toHaveLength(1)
    expect(over.u).toEqual({ text: `${TEN} And more.`, ms: 500, cut: false })
  })

  test('for good: all is written, told once, and the voice is not asked for every sentence', async () => {
    const voice = brokenVoice(() => 0)
    const { clock, faults, say, over, lines } = mouthOnALeg({ voice })
    say('u', 'One. Two. Three. Four. Five.')
    await clock.advance(4000)
    expect(voice.attempts).toEqual(['One.', 'One.', 'Two.', 'Two.'])
    expect(faults).toHaveLength(1)
    expect(over.u).toMatchObject({ cut: false })
    expect(lines()).toEqual(['One. Two. Three. Four. Five.'])
  })

  test('for single sentences: it is not given up as long as others sound', async () => {
    const voice = brokenVoice((text) => (text.startsWith('Bad') ? 0 : 99))
    const { clock, faults, say, over } = mouthOnALeg({ voice })
    say('u', 'Bad one. Good one. Bad two. Good two.')
    await clock.advance(4000)
    expect(voice.attempts).toContain('Good two.')
    expect(faults).toHaveLength(1)
    expect(over.u).toMatchObject({ text: 'Bad one. Good one. Bad two. Good two.', ms: 400 })
  })

  test('by hanging: it is given up after its time, and let go', async () => {
    let aborted = 0
    const voice: Voice = {
      ...fakeVoice(),
      async *speak(_, __, signal) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        aborted += 1
      },
    }
    const { clock, faults, say, over } = mouthOnALeg({ voice })
    say('u', 'Hello there.')
    await clock.advance(15_000)
    expect(aborted).toBe(1)
    expect(over.u).toBeUndefined()
    await clock.advance(5000)
    expect(faults).toEqual(['Error: The voice made no sound for 8000 ms.'])
    expect(aborted).toBe(2)
    expect(over.u).toMatchObject({ text: 'Hello there.', cut: false })
    expect(clock.waiting).toBe(0)
  })
})

describe('the voice is asked', () => {
  test('sentence by sentence as the text comes, never far ahead of what is played', async () => {
    const voice = fakeVoice()
    const { clock, mouth } = mouthOnALeg({ voice })
    mouth.speak('u', how)
    mouth.write('u', 'First sentence. Sec')
    await clock.advance(1)
    expect(voice.spoken).toEqual(['First sentence.'])
    const many = Array.from({ length: 20 }, (_, number) => `Number ${number} has exactly ten words in it, believe me.`)
    mouth.write('u', `ond. ${many.join(' ')} `)
    mouth.end('u')
    await clock.advance(100)
    expect(voice.spoken.length).toBeLessThanOrEqual(6)
    await clock.advance(30_000)
    expect(voice.spoken).toHaveLength(22)
  })

  test('no more once the utterance is cut', async () => {
    const voice = fakeVoice()
    const { clock, mouth, leg } = mouthOnALeg({ voice })
    mouth.speak('u', how)
    mouth.write('u', 'One two three. ')
    await clock.advance(100)
    await mouth.cut('u')
    const sent = leg.frames.length
    mouth.write('u', 'Late words. More. ')
    mouth.end('u')
    await clock.advance(5000)
    expect(voice.spoken).toEqual(['One two three.'])
    expect(leg.frames).toHaveLength(sent)
    expect(clock.waiting).toBe(0)
  })
})
