import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChatMessage } from './chat-model.ts'
import { createDialogue } from './dialogue.ts'

const use = { id: 'c1', name: 'get_order', arguments: {} }
const result = { id: 'c1', name: 'get_order', result: { ships: 'today' } }
const shape = (messages: ChatMessage[]) =>
  messages.map((message) => (message.role === 'tools' ? 'tools' : `${message.role}: ${message.text}`))

describe('the dialogue', () => {
  it('keeps the tools of an answer that was cut, and only the heard words', () => {
    const dialogue = createDialogue([])
    dialogue.visitor('Where is it?')
    dialogue.said('u1', 'Let me look. ')
    dialogue.used('u1', [use], [result])
    dialogue.said('u1', 'It ships ')
    dialogue.said('u1', 'today.')
    expect(shape(dialogue.messages())).toEqual(['visitor: Where is it?', 'agent: Let me look. ', 'tools', 'agent: It ships today.'])
    dialogue.heard('u1', 'Let me look. It')
    expect(shape(dialogue.messages())).toEqual(['visitor: Where is it?', 'agent: Let me look. It', 'tools'])
    dialogue.heard('u1', '')
    expect(shape(dialogue.messages())).toEqual(['visitor: Where is it?', 'agent: ', 'tools'])
  })

  it('cuts the utterance that is named, not the last one', () => {
    const dialogue = createDialogue([])
    dialogue.visitor('a')
    dialogue.said('u1', 'first answer')
    dialogue.visitor('b')
    dialogue.said('u2', 'second answer')
    dialogue.heard('u1', 'first')
    expect(shape(dialogue.messages())).toEqual(['visitor: a', 'agent: first', 'visitor: b', 'agent: second answer'])
  })

  it('does not ask twice what a hand-over brings along', () => {
    const waiting = createDialogue([{ role: 'visitor', text: 'How?' }])
    waiting.visitor('How?')
    expect(shape(waiting.messages())).toEqual(['visitor: How?'])

    const broken = createDialogue([
      { role: 'visitor', text: 'How?' },
      { role: 'agent', text: 'Send it' },
    ])
    broken.visitor('How?')
    expect(shape(broken.messages())).toEqual([
      'visitor: How?',
      'agent: Send it',
      'visitor: (Your answer was cut off by a technical fault. Please answer again.) How?',
    ])

    const later = createDialogue([{ role: 'visitor', text: 'How?' }])
    later.visitor('And why?')
    later.visitor('How?')
    expect(shape(later.messages())).toEqual(['visitor: How?\nAnd why?\nHow?'])
  })

  it('gives the newest that fit, the last question always', () => {
    const dialogue = createDialogue([])
    for (let i = 0; i < 10; i++) {
      dialogue.visitor(`question ${i} ${'x'.repeat(3000)}`)
      dialogue.said(`u${i}`, `answer ${i}`)
    }
    const size = shape(dialogue.messages()).join('').length
    expect(size).toBeGreaterThan(18_000)
    expect(size).toBeLessThan(25_000)
    dialogue.visitor(`last ${'y'.repeat(60_000)}`)
    expect(shape(dialogue.messages()).at(-1)).toMatch(/^visitor: last y/)
  })

  it('tells the question before this one', () => {
    const dialogue = createDialogue([])
    expect(dialogue.previousQuestion()).toBe('')
    dialogue.visitor('Do you have green tea?')
    dialogue.said('u1', 'Yes.')
    dialogue.visitor('How much?')
    expect(dialogue.previousQuestion()).toBe('Do you have green tea?')
  })

  it('always gives vendors what they take: the visitor first, sides in turn, results right behind their uses, nothing empty', () => {
    const word = fc.string({ minLength: 1, maxLength: 6 })
    const role = fc.constantFrom('visitor' as const, 'agent' as const, 'operator' as const)
    const step = fc.oneof(
      fc.record({ does: fc.constant('visitor' as const), text: word }),
      fc.record({ does: fc.constant('said' as const), text: word, to: fc.nat(3) }),
      fc.record({ does: fc.constant('used' as const), to: fc.nat(3) }),
      fc.record({ does: fc.constant('heard' as const), text: fc.string({ maxLength: 4 }), to: fc.nat(5) }),
    )
    fc.assert(
      fc.property(fc.array(fc.record({ role, text: word }), { maxLength: 5 }), fc.array(step, { maxLength: 80 }), (history, steps) => {
        const dialogue = createDialogue(history)
        for (const one of steps) {
          if (one.does === 'visitor') dialogue.visitor(one.text)
          else if (one.does === 'said') dialogue.said(`u${one.to}`, one.text)
          else if (one.does === 'used') dialogue.used(`u${one.to}`, [use], [result])
          else dialogue.heard(`u${one.to}`, one.text)
        }
        dialogue.visitor('last')
        const messages = dialogue.messages()
        expect(messages[0]?.role).toBe('visitor')
        expect(messages.at(-1)?.role).toBe('visitor')
        messages.forEach((message, at) => {
          const next = messages[at + 1]
          if (message.role === 'agent' && message.uses.length > 0) expect(next?.role).toBe('tools')
          else expect(next?.role).not.toBe('tools')
          if (message.role === 'visitor') expect(next?.role).not.toBe('visitor')
          if (message.role === 'agent' && message.uses.length === 0) expect(next?.role).not.toBe('agent')
          if (message.role === 'agent' && message.uses.length === 0) expect(message.text.trim()).not.toBe('')
        })
      }),
    )
  })
})
