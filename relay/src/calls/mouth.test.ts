import { describe, expect, test } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { createBeat } from './beat.ts'
import { FakeLog, fakeAudioLeg, fakeTextLeg, fakeVoice } from './fakes.test-kit.ts'
import { how, mouthOnALeg, TEN } from './mouth.test-kit.ts'
import { createMouth } from './mouth.ts'
import { Passage } from './passage.ts'
import { createTranscript } from './transcript.ts'

describe('said aloud', () => {
  test('a cut before any sound was made leaves no line and nothing heard', async () => {
    const { clock, mouth, leg, over, lines } = mouthOnALeg({
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
    const { clock, mouth, say, lines } = mouthOnALeg()
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
    const { clock, mouth, leg, say, lines, over } = mouthOnALeg()
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
    const { clock, mouth, leg, say } = mouthOnALeg()
    leg.echo = false
    say('u', TEN)
    await clock.advance(450)
    expect(await mouth.cut('u')).toEqual({ text: 'one two three four', ms: 450 })
  })

  test('what was said again after a hold counts once, however often it was held', async () => {
    const { clock, mouth, over, say } = mouthOnALeg()
    say('u', TEN)
    await clock.advance(350)
    for (let held = 0; held < 2; held++) {
      mouth.hold('u')
      await clock.advance(500)
      mouth.release()
      await clock.advance(250)
    }
    // 350 ms, then twice 250 ms of which 200 ms were heard before: 450 ms in all.
    const cut = mouth.cut('u')
    await clock.advance(1)
    expect(await cut).toMatchObject({ ms: 450, text: 'one two three four' })
    expect(over.u).toMatchObject({ cut: true })
  })

  test('let go before the far end has said how far it got, it goes on from about there, and not from the last mark', async () => {
    const { clock, mouth, leg, say } = mouthOnALeg()
    say('undisturbed', `${TEN} ${TEN}`)
    await clock.advance(4000)
    const whole = leg.frames.length
    say('u', `${TEN} ${TEN}`)
    await clock.advance(950)
    const again = leg.frames.length
    mouth.hold('u')
    mouth.release()
    await clock.advance(4000)
    const unheardMs = whole * 20 - 950
    const ms = (leg.frames.length - again) * 20
    expect(ms, 'nothing is lost').toBeGreaterThanOrEqual(unheardMs)
    expect(ms, 'a fifth of a second is said again').toBeLessThanOrEqual(unheardMs + 220)
  })

  test('time spent away is not time played', async () => {
    const { clock, mouth, leg, say, over } = mouthOnALeg()
    leg.echo = false
    say('u', TEN)
    await clock.advance(250)
    mouth.away()
    await clock.advance(20_000)
    mouth.close()
    expect(over.u).toEqual({ text: 'one two', ms: 250, cut: true })
  })

  test('what waits behind a cut utterance is not cleared with it', async () => {
    const { clock, mouth, leg, say, over } = mouthOnALeg()
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
    const { clock, mouth, leg, say } = mouthOnALeg()
    say('u', TEN)
    await clock.advance(300)
    const [first, second] = await Promise.all([mouth.cut('u'), mouth.cut('u')])
    expect(second).toBe(first)
    expect(leg.cleared).toEqual(['u'])
    expect(await mouth.cut('u')).toEqual({ text: '', ms: 0 })
  })

  test('a line that is lost again while it comes back waits for the next time', async () => {
    const { clock, mouth, leg, say, over } = mouthOnALeg()
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
    const { clock, mouth, leg, say, over } = mouthOnALeg()
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
    const { clock, mouth, leg, say, over } = mouthOnALeg()
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
    const { clock, mouth, leg, say, over, lines } = mouthOnALeg()
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
    const { feed } = mouthOnALeg()
    const transcript = createTranscript({ callId: 'c', feed, log: new FakeLog(), clock, newId: () => 'e' })
    const events = { onBegun: () => undefined, onOver: () => undefined, onFault: () => undefined }
    const beat = createBeat({ clock, everyMs: 20, onFault: () => undefined })
    const mouth = createMouth({ voice: fakeVoice(), clock, beat, transcript, passage: new Passage(), events })
    expect(() => mouth.speak('u', how)).toThrow('Nobody')
  })
})

test('typed: what the leg took is heard; after a cut nothing is taken', async () => {
  const { mouth, over, lines } = mouthOnALeg()
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
