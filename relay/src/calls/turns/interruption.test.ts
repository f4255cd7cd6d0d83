import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBackChannel } from './back-channels.ts'
import { type Deed, type InterruptionEvent, interrupt, NOT_INTERRUPTED } from './interruption.ts'

const events: fc.Arbitrary<InterruptionEvent> = fc.oneof(
  fc.constant({ type: 'speech' as const, utterance: 'u' }),
  fc.constant({ type: 'long' as const, utterance: 'u' }),
  fc.record({ type: fc.constant('words' as const), utterance: fc.constant('u'), backChannel: fc.boolean(), final: fc.boolean() }),
  fc.constant({ type: 'passed' as const }),
  fc.constant({ type: 'over' as const }),
)

function deeds(...all: InterruptionEvent[]): (Deed | undefined)[] {
  let state = NOT_INTERRUPTED
  return all.map((event) => {
    const [next, deed] = interrupt(state, event)
    state = next
    return deed
  })
}

describe('an interruption', () => {
  test('holds, then cuts or goes on', () => {
    expect(deeds({ type: 'speech', utterance: 'u' }, { type: 'passed' })).toEqual(['hold', 'go-on'])
    expect(deeds({ type: 'speech', utterance: 'u' }, { type: 'long', utterance: 'u' }, { type: 'passed' })).toEqual([
      'hold',
      'cut',
      undefined,
    ])
  })

  test('words decide: a back-channel lets the agent go on, others cut even before the sound was long', () => {
    const words = (backChannel: boolean, final: boolean): InterruptionEvent => ({ type: 'words', utterance: 'u', backChannel, final })
    expect(deeds({ type: 'speech', utterance: 'u' }, words(true, false), words(true, true))).toEqual(['hold', undefined, 'go-on'])
    expect(deeds({ type: 'speech', utterance: 'u' }, words(true, false), words(false, false))).toEqual(['hold', undefined, 'cut'])
    expect(deeds(words(true, true), words(false, false))).toEqual([undefined, 'cut'])
  })

  test('in any order: it goes on only when held, is held once at a time, and the end of the utterance ends it silently', () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 40 }), (all) => {
        let held = false
        let state = NOT_INTERRUPTED
        for (const event of all) {
          const [next, deed] = interrupt(state, event)
          if (deed === 'hold') expect(held).toBe(false)
          if (deed === 'go-on') expect(held).toBe(true)
          held = deed === 'hold' ? true : deed !== undefined || event.type === 'over' ? false : held
          expect(next.is === 'held').toBe(held)
          state = next
        }
      }),
    )
  })
})

describe('back-channels', () => {
  test.each(['mhm', 'Uh-huh.', 'Yeah, okay', 'Right. I see.', 'OK ok ok', '…', 'all right'])('%s shows that somebody listens', (text) => {
    expect(isBackChannel(text, 'en-IN', [])).toBe(true)
  })
  test.each(['stop', 'No', 'Yeah but what does it cost', 'okay wait', 'right now'])('%s wants the word', (text) => {
    expect(isBackChannel(text, 'en', [])).toBe(false)
  })
  test('the language has its own, and the owner may replace them', () => {
    expect(isBackChannel('अच्छा, ठीक है', 'hi-IN', [])).toBe(true)
    expect(isBackChannel('jawohl', 'de', ['Jawohl'])).toBe(true)
    expect(isBackChannel('mhm', 'de', ['Jawohl'])).toBe(false)
  })
})
