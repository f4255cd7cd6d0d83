import { describe, expect, test } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { createBeat } from './beat.ts'
import { FakeLog, fakeAudioLeg, fakeTextLeg, fakeVoice } from './fakes.test-kit.ts'
import { createFeed } from './feed.ts'
import { createMouth } from './mouth.ts'
import type { Voice } from './ports.ts'
import { createTranscript } from './transcript.ts'

const how = { voice: 'slt', speed: 1, language: 'en' }
const TEN = 'one two three four five six seven eight nine ten.'

function setUp(o: { voice?: Voice; leadMs?: number } = {}) {
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

describe('said aloud', () => {
  test('a cut before any sound was made leaves no line and nothing heard', async () => {
    const { clock, mouth, leg, over, lines } = setUp({
      voice: {
        ...fakeVoice(),
        async *speak(_, __, signal) {
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
        },
      },
    })
    mouth.speak('u', how)
    mouth.write('u', 'Hello there. ')
    await clock.advance(50)
    expect(await mouth.cut('u')).toEqual({ text: '', ms: 0 })
    expect(leg.cleared).toEqual([])
    expect(lines()).toEqual([])
    expect(over.u).toMatchObject({ text: '', cut: true })
    expect(clock.waiting).toBe(0)
  })

  test('an `end` mark before the end was sent is stale, and the line goes on', async () => {
    const { clock, mouth, say, lines } = setUp()
    say('u', TEN)
    await clock.advance(300)
    mouth.mark('u', 'end')
    mouth.mark('u', 'p999999')
    mouth.mark('u', 'pNaN')
    mouth.mark('nobody', 'end')
    expect(lines()).toEqual([`${TEN} …`])
    await clock.advance(200)
    const { text } = await mouth.cut('u')
    expect(TEN.startsWith(text)).toBe(true)
    expect(text).not.toBe('')
  })

  test('a far end that tells marks but loses the last one is believed after its grace', async () => {
    const { clock, mouth, leg, say, lines, over } = setUp()
    leg.echo = false
    say('u', TEN)
    await clock.advance(500)
    mouth.mark('u', 'p500')
    await clock.advance(2300)
    expect(lines()).toEqual([`${TEN} …`])
    await clock.advance(300)
    expect(over.u).toEqual({ text: TEN, ms: 1000, cut: false })
    mouth.mark('u', 'end')
    expect(clock.waiting).toBe(0)
  })

  test('a far end that does not answer `clear` is believed to have played in real time', async () => {
    const { clock, mouth, leg, say } = setUp()
    leg.echo = false
    say('u', TEN)
    await clock.advance(450)
    expect(await mouth.cut('u')).toEqual({ text: 'one two three four', ms: 450 })
  })

  test('time spent away is not time played', async () => {
    const { clock, mouth, leg, say, over } = setUp()
    leg.echo = false
    say('u', TEN)
    await clock.advance(250)
    mouth.away()
    await clock.advance(20_000)
    mouth.close()
    expect(over.u).toEqual({ text: 'one two', ms: 250, cut: true })
  })

  test('what waits behind a cut utterance is not cleared with it', async () => {
    const { clock, mouth, leg, say, over } = setUp()
    say('u', TEN)
    say('v', 'Next words.')
    await clock.advance(300)
    const clear = leg.clear
    leg.clear = (utterance) => {
      expect(leg.frames.every((frame) => frame.utterance === 'u')).toBe(true)
      return clear(utterance)
    }
    await mouth.cut('u')
    await clock.advance(1000)
    expect(over.v).toEqual({ text: 'Next words.', ms: 200, cut: false })
  })

  test('cut twice is cut once', async () => {
    const { clock, mouth, leg, say } = setUp()
    say('u', TEN)
    await clock.advance(300)
    const [first, second] = await Promise.all([mouth.cut('u'), mouth.cut('u')])
    expect(second).toBe(first)
    expect(leg.cleared).toEqual(['u'])
    expect(await mouth.cut('u')).toEqual({ text: '', ms: 0 })
  })

  test('a line that is lost again while it comes back waits for the next time', async () => {
    const { clock, mouth, leg, say, over } = setUp()
    say('u', TEN)
    await clock.advance(300)
    const lose = () => {
      leg.room = false
      mouth.away()
    }
    lose()
    const answer = Promise.withResolvers<number | undefined>()
    const clear = leg.clear
    leg.clear = () => answer.promise
    leg.room = true
    const first = mouth.back()
    lose()
    answer.resolve(undefined)
    expect(await first).toBe(false)
    const sent = leg.frames.length
    await clock.advance(5000)
    expect(leg.frames).toHaveLength(sent)
    leg.clear = clear
    leg.room = true
    expect(await mouth.back()).toBe(true)
    await clock.advance(2000)
    expect(over.u).toMatchObject({ text: TEN, cut: false })
  })

  test('time of a line that is lost again while it comes back is not time played either', async () => {
    const { clock, mouth, leg, say, over } = setUp()
    leg.echo = false
    say('u', TEN)
    await clock.advance(250)
    mouth.away()
    const answer = Promise.withResolvers<number | undefined>()
    leg.clear = () => answer.promise
    const first = mouth.back()
    mouth.away()
    answer.resolve(undefined)
    await first
    await clock.advance(20_000)
    mouth.close()
    expect(over.u).toEqual({ text: 'one two', ms: 250, cut: true })
  })

  test('coming back: what an older socket swallowed is not believed to be heard, nor the time it was away', async () => {
    const { clock, mouth, leg, say, over } = setUp()
    leg.echo = false
    say('u', TEN)
    await clock.advance(900)
    mouth.away()
    await clock.advance(20_000)
    expect(over.u).toBeUndefined()
    leg.clear = async () => 500
    await mouth.back()
    // Of the pass that was swallowed, sent when the page was back.
    mouth.mark('u', 'end')
    expect(over.u).toBeUndefined()
    await clock.advance(250)
    leg.clear = async () => undefined
    expect(await mouth.cut('u')).toEqual({ text: 'one two three four five six seven', ms: 750 })
  })

  test('another leg in its place ends what was being said to the first', async () => {
    const { clock, mouth, leg, say, over, lines } = setUp()
    say('u', TEN)
    await clock.advance(400)
    const next = fakeAudioLeg(clock)
    next.listen((event) => event.type === 'mark' && mouth.mark(event.utterance, event.name))
    mouth.attach(next)
    expect(over.u).toMatchObject({ cut: true })
    const sent = leg.frames.length
    say('v', 'Hello again.')
    await clock.advance(1000)
    expect(leg.frames).toHaveLength(sent)
    expect(lines().at(-1)).toBe('Hello again.')
  })

  test('nothing is said to nobody', () => {
    const clock = new TestClock()
    const { feed } = setUp()
    const transcript = createTranscript({ callId: 'c', feed, log: new FakeLog(), clock, newId: () => 'e' })
    const events = { onBegun: () => undefined, onOver: () => undefined, onFault: () => undefined }
    const beat = createBeat({ clock, everyMs: 20, onFault: () => undefined })
    const mouth = createMouth({ voice: fakeVoice(), clock, beat, transcript, events })
    expect(() => mouth.speak('u', how)).toThrow('Nobody')
  })
})

describe('a voice that fails', () => {
  test('once: the sentence is made again, and nobody knows', async () => {
    const voice = brokenVoice((_, attempt) => (attempt === 1 ? 0 : 99))
    const { clock, faults, say, over } = setUp({ voice })
    say('u', 'Hello there. How are you?')
    await clock.advance(3000)
    expect(faults).toEqual([])
    expect(over.u).toEqual({ text: 'Hello there. How are you?', ms: 500, cut: false })
  })

  test('in the middle of a sentence: it is not begun again, its words are written, and the next is spoken', async () => {
    const voice = brokenVoice((text) => (text.startsWith('one') ? 3 : 99))
    const { clock, faults, say, over } = setUp({ voice })
    say('u', `${TEN} And more.`)
    await clock.advance(4000)
    expect(voice.attempts).toEqual([TEN, 'And more.'])
    expect(faults).toHaveLength(1)
    expect(over.u).toEqual({ text: `${TEN} And more.`, ms: 500, cut: false })
  })

  test('for good: all is written, told once, and the voice is not asked for every sentence', async () => {
    const voice = brokenVoice(() => 0)
    const { clock, faults, say, over, lines } = setUp({ voice })
    say('u', 'One. Two. Three. Four. Five.')
    await clock.advance(4000)
    expect(voice.attempts).toEqual(['One.', 'One.', 'Two.', 'Two.'])
    expect(faults).toHaveLength(1)
    expect(over.u).toMatchObject({ cut: false })
    expect(lines()).toEqual(['One. Two. Three. Four. Five.'])
  })

  test('for single sentences: it is not given up as long as others sound', async () => {
    const voice = brokenVoice((text) => (text.startsWith('Bad') ? 0 : 99))
    const { clock, faults, say, over } = setUp({ voice })
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
    const { clock, faults, say, over } = setUp({ voice })
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
    const { clock, mouth } = setUp({ voice })
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
    const { clock, mouth, leg } = setUp({ voice })
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

test('typed: what the leg took is heard; after a cut nothing is taken', async () => {
  const { mouth, over, lines } = setUp()
  const leg = fakeTextLeg()
  mouth.attach(leg)
  mouth.speak('u', how)
  mouth.write('u', 'Hello ')
  mouth.write('u', 'there. ')
  expect(lines()).toEqual(['Hello there. …'])
  expect(await mouth.cut('u')).toEqual({ text: 'Hello there.', ms: 0 })
  mouth.write('u', 'Late.')
  mouth.end('u')
  expect(lines()).toEqual(['Hello there. —'])
  expect(leg.said).toEqual(['Hello ', 'there. '])
  expect(over.u).toMatchObject({ cut: true })
})
