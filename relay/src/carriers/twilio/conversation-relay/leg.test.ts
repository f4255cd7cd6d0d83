import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LegEvent } from '../../../calls/ports.ts'
import { TestClock } from '../../../clock.test-kit.ts'
import { createRelayLeg, type RelayWire } from './leg.ts'
import type { FromRelaySession, ToRelaySession } from './wire.ts'

const THREE = 'Sentence 1 of three. Sentence 2 of three. The end.'
const on: FromRelaySession = { type: 'speaking', who: 'agent', speaks: true }
const off: FromRelaySession = { type: 'speaking', who: 'agent', speaks: false }
const played = (text: string): FromRelaySession => ({ type: 'played', text })
const interrupt = (heard: string): FromRelaySession => ({ type: 'interrupt', heard, afterMs: 684 })

/** A session that keeps what it was told. */
function aWire(): RelayWire & { said: ToRelaySession[]; ended: string[]; closed: string[]; open: boolean } {
  const wire = {
    open: true,
    said: [] as ToRelaySession[],
    ended: [] as string[],
    closed: [] as string[],
    say: (message: ToRelaySession) => void wire.said.push(message),
    end: (data: string) => void wire.ended.push(data),
    close: (code: number, reason: string) => void wire.closed.push(`${code} ${reason}`),
  }
  return wire
}

function aLeg(greeted?: string, tells = false) {
  const clock = new TestClock()
  const events: LegEvent[] = []
  const notes: unknown[] = []
  const relay = createRelayLeg({
    clock,
    name: 'twilio-relay',
    farEnd: 'callee',
    tells,
    onNote: (type, payload) => notes.push({ type, ...payload }),
  })
  const wire = aWire()
  relay.use(wire, greeted)
  relay.leg.listen((event) => events.push(event))
  const say = (text: string, utterance = 'u') => {
    relay.leg.say(text, utterance, false)
    relay.leg.say('', utterance, true)
  }
  return { clock, relay, wire, events, notes, say, take: (...all: FromRelaySession[]) => all.forEach(relay.take) }
}
const text = (token: string, last: boolean) => ({ type: 'text', token, last })

describe('what is said over ConversationRelay', () => {
  it('goes out in pieces as it comes, the last one named', () => {
    const { relay, wire } = aLeg()
    relay.leg.say('Hello ', 'u', false)
    relay.leg.say('there.', 'u', false)
    relay.leg.say('', 'u', true)
    expect(wire.said).toEqual([text('Hello ', false), text('there.', false), text('', true)])
  })

  it('is heard as far as the far end tells, and to its end', () => {
    const { clock, events, say, take } = aLeg()
    say(THREE)
    take(on, played('Sentence 1 of three.'), played('Sentence 2 of'), played('Sentence 2 of three.'), played('The end.'), off)
    expect(events).toEqual([
      { type: 'mark', utterance: 'u', name: 'start' },
      { type: 'played', utterance: 'u', text: 'Sentence 1 of three.', whole: false },
      { type: 'played', utterance: 'u', text: 'Sentence 1 of three. Sentence 2 of', whole: false },
      { type: 'played', utterance: 'u', text: 'Sentence 1 of three. Sentence 2 of three.', whole: false },
      { type: 'played', utterance: 'u', text: THREE, whole: true },
    ])
    expect(clock.waiting).toBe(0)
  })

  it('an interruption tells the piece of now, and those before it count too', async () => {
    const { events, relay, say, take } = aLeg()
    say(THREE)
    take(on, played('Sentence 1 of three.'), played('Sentence 2 of'), interrupt('Sentence 2 of'), off)
    expect(events.at(-1)).toEqual({ type: 'cut', utterance: 'u' })
    expect(await relay.leg.clear('u')).toBe('Sentence 1 of three. Sentence 2 of')
    expect(await relay.leg.clear('u')).toBeUndefined()
  })

  it('an interruption of what we cleared does not count for what is said next, and the next one does', async () => {
    const { clock, events, relay, say, take } = aLeg()
    say(THREE)
    take(on, played('Sentence 1 of three.'))
    await clock.advance(100)
    // A key: the far end falls silent by itself, and says so only when our answer is on its way.
    await relay.leg.clear('u')
    say('We are open.', 'answer')
    events.length = 0
    take(interrupt(''), off)
    expect(events).toEqual([])
    take(on, played('We are'), interrupt('We are'))
    expect(events.at(-1)).toEqual({ type: 'cut', utterance: 'answer' })
    expect(await relay.leg.clear('answer')).toBe('We are')
  })

  it('an interruption amid a stream of words closes the cycle, and its later words say nothing', async () => {
    const { events, relay, take, wire } = aLeg()
    relay.leg.say('Sentence 1 of three. ', 'u', false)
    take(on, played('Sentence 1'), interrupt('Sentence 1'))
    expect(wire.said.at(-1)).toEqual(text('', true))
    expect(events.at(-1)).toEqual({ type: 'cut', utterance: 'u' })
    expect(await relay.leg.clear('u')).toBe('Sentence 1')
  })

  it('what comes behind waits until the one before was heard', () => {
    const { say, take, wire } = aLeg()
    say('One moment.', 'aside')
    say('Here it is.', 'answer')
    expect(wire.said).toEqual([text('One moment.', false), text('', true)])
    take(on, played('One moment.'))
    expect(wire.said.slice(2)).toEqual([text('Here it is.', true)])
  })

  it('what comes behind something that was cut is said at once', async () => {
    const { clock, relay, say, take, wire, events } = aLeg()
    say(THREE, 'first')
    say('Goodbye.', 'second')
    take(on, played('Sentence 1 of three.'))
    await clock.advance(800)
    expect(await relay.leg.clear('first')).toBe('Sentence 1 of three. Sentence 2')
    expect(wire.said.at(-1)).toEqual(text('Goodbye.', true))
    // Still of the one before.
    take(played('Sentence 2 of'), interrupt('Sentence 2 of'))
    expect(events.filter(({ type }) => type === 'cut')).toEqual([])
    take(played('Goodbye.'))
    expect(events.at(-1)).toEqual({ type: 'played', utterance: 'second', text: 'Goodbye.', whole: true })
  })

  it('a greeting that the far end says of itself is not sent, and heard like any other', async () => {
    const { events, relay, say, take, wire } = aLeg(THREE)
    take(on)
    say(THREE)
    expect(wire.said).toEqual([])
    take(played('Sentence 1 of three.'), interrupt('Sentence 2'))
    expect(events.at(-1)).toEqual({ type: 'cut', utterance: 'u' })
    expect(await relay.leg.clear('u')).toBe('Sentence 1 of three. Sentence 2')
    say(THREE, 'again')
    expect(wire.said).toEqual([text(THREE, false), text('', true)])
  })

  it('a greeting that became another is sent', () => {
    const { say, wire } = aLeg(THREE)
    say('Please leave a message.')
    expect(wire.said).toEqual([text('Please leave a message.', false), text('', true)])
  })
})

describe('a far end that tells little', () => {
  it('that it stopped speaking is the end where nothing else is told', () => {
    const { events, say, take } = aLeg()
    say('Hello there.')
    take(off, on, off)
    expect(events.at(-1)).toEqual({ type: 'played', utterance: 'u', text: 'Hello there.', whole: true })
  })
  it('a pause between sentences is no end', async () => {
    const { clock, events, say, take } = aLeg()
    say(THREE)
    take(on, played('Sentence 1 of three.'), off)
    await clock.advance(500)
    take(on)
    await clock.advance(2000)
    expect(events.at(-1)).toMatchObject({ whole: false })
    take(off)
    await clock.advance(1000)
    expect(events.at(-1)).toMatchObject({ whole: true })
  })
  it('one that tells nothing is believed by the clock', async () => {
    const { clock, events, say } = aLeg()
    say('Hello there.')
    await clock.advance(12 * 70 + 1900)
    expect(events).toEqual([])
    await clock.advance(200)
    expect(events).toEqual([{ type: 'played', utterance: 'u', text: 'Hello there.', whole: true }])
  })
  it('one that was asked to tell, and has not yet, is waited for; what still sounds of another first', async () => {
    const { clock, events, relay, say } = aLeg(undefined, true)
    say(THREE, 'cut')
    await relay.leg.clear('cut')
    say('Hello there.')
    const mostMs = (THREE.length + 12) * 70 + 15_000
    await clock.advance(mostMs - 100)
    expect(events).toEqual([])
    await clock.advance(200)
    expect(events).toEqual([{ type: 'played', utterance: 'u', text: 'Hello there.', whole: true }])
  })
  it('an interruption without words is reckoned by the clock, in whole words', async () => {
    const { clock, relay, say, take } = aLeg()
    say('Hello there my friend.')
    await clock.advance(1300)
    take(interrupt(''))
    expect(await relay.leg.clear('u')).toBe('Hello there')
  })
})

describe('what ConversationRelay tells of the visitor', () => {
  it('comes to the call', () => {
    const { events, notes, take } = aLeg()
    take(
      { type: 'speaking', who: 'visitor', speaks: true },
      { type: 'prompt', text: 'What do', last: false },
      { type: 'prompt', text: 'What do you cost?', last: true },
      { type: 'speaking', who: 'visitor', speaks: false },
      { type: 'dtmf', digit: '1' },
      { type: 'error', code: '64107', description: 'x' },
    )
    expect(events).toEqual([
      { type: 'speaking', speaks: true },
      { type: 'recognised', text: 'What do', final: false },
      { type: 'recognised', text: 'What do you cost?', final: true },
      { type: 'speaking', speaks: false },
      { type: 'digits', digits: '1' },
    ])
    expect(notes).toEqual([{ type: 'relay.error', code: '64107' }])
  })
})

describe('its sessions', () => {
  it('one that broke is followed by another, and what was heard of the first is known', async () => {
    const { events, relay, say, take, wire } = aLeg()
    say(THREE)
    take(on, played('Sentence 1 of three.'))
    wire.open = false
    relay.gone(wire, 1006)
    expect(events.at(-1)).toEqual({ type: 'detached' })
    relay.leg.say('lost meanwhile', 'u', false)
    const next = aWire()
    relay.use(next)
    expect(events.at(-1)).toEqual({ type: 'attached' })
    expect(await relay.leg.clear('u')).toBe('Sentence 1 of three.')
    expect(next.said).toEqual([])
  })
  it('one that ended in good order is a hang-up', () => {
    const { events, relay, wire } = aLeg()
    relay.gone(wire, 1000)
    expect(events).toEqual([{ type: 'detached', leaving: 'callee' }])
  })
  it('a newer one replaces it', () => {
    const { events, relay, wire } = aLeg()
    relay.use(aWire())
    expect(wire.closed).toEqual(['1000 replaced'])
    relay.gone(wire, 1000)
    expect(events.map(({ type }) => type)).toEqual(['detached', 'attached'])
  })
  it('is ended once, with the reason', () => {
    const { clock, relay, say, wire } = aLeg()
    say(THREE)
    relay.leg.close('agent')
    relay.leg.close('visitor')
    expect(wire.ended).toEqual(['{"reason":"agent"}'])
    expect(clock.waiting).toBe(0)
    say('too late', 'v')
    expect(wire.said).toHaveLength(2)
  })
  it('hands off when what is being said was heard', async () => {
    const { clock, relay, say, take, wire } = aLeg()
    say(THREE)
    take(on)
    expect(relay.handOff('{"to":"person"}')).toBe(true)
    expect(wire.ended).toEqual([])
    take(played(THREE))
    expect(wire.ended).toEqual(['{"to":"person"}'])
    expect(clock.waiting).toBe(0)
    say(THREE, 'endless')
    relay.leg.say('and on', 'endless', false)
    expect(relay.handOff('{}')).toBe(true)
    await clock.advance(10_000)
    expect(wire.ended).toHaveLength(2)
  })
  it('presses keys and hands off while it is there', () => {
    const { relay, wire } = aLeg()
    expect(relay.sendDigits('1w2')).toBe(true)
    expect(wire.said).toEqual([{ type: 'sendDigits', digits: '1w2' }])
    expect(relay.handOff('{}')).toBe(true)
    relay.gone(wire, 1000)
    expect(relay.sendDigits('1')).toBe(false)
    expect(relay.handOff('{}')).toBe(false)
  })
})

describe('whatever it is told', () => {
  const told = fc.oneof(
    fc.constantFrom(on, off, { type: 'other' } as const),
    fc.constantFrom('', 'Sentence 1', 'Sentence 1 of three.', 'Sentence 2 of', 'The end.', 'nonsense', 'three').map(played),
    fc.constantFrom('', 'Sentence 2', 'nobody said this').map(interrupt),
  )
  const step = fc.oneof(
    told.map((message) => ({ do: 'told' as const, message })),
    fc.constantFrom('a', 'b', 'c').map((utterance) => ({ do: 'say' as const, utterance })),
    fc.constantFrom('a', 'b', 'c').map((utterance) => ({ do: 'last' as const, utterance })),
    fc.constantFrom('a', 'b', 'c').map((utterance) => ({ do: 'clear' as const, utterance })),
    fc.nat(4000).map((ms) => ({ do: 'wait' as const, ms })),
    fc.constant({ do: 'break' as const }),
  )
  it('what was heard is the beginning of what was given, and no timer is left', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { clock, relay, wire, events } = aLeg()
        let current: RelayWire = wire
        for (const each of steps) {
          if (each.do === 'told') relay.take(each.message)
          if (each.do === 'say') relay.leg.say(THREE, each.utterance, false)
          if (each.do === 'last') relay.leg.say('', each.utterance, true)
          if (each.do === 'clear') {
            const heard = await relay.leg.clear(each.utterance)
            expect(THREE.repeat(40).startsWith(heard ?? '')).toBe(true)
          }
          if (each.do === 'wait') await clock.advance(each.ms)
          if (each.do === 'break') {
            relay.gone(current, 1006)
            current = aWire()
            relay.use(current)
          }
        }
        await clock.advance(600_000)
        for (const event of events) if (event.type === 'played' && !event.whole) expect(THREE.repeat(40).startsWith(event.text)).toBe(true)
        relay.leg.close('agent')
        expect(clock.waiting).toBe(0)
      }),
      { numRuns: 500 },
    )
  })
})
