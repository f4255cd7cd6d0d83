import { describe, expect, test } from 'vitest'
import { createHeardSoFar } from './heard-so-far.ts'

describe('what both sides said', () => {
  test('grows piece by piece in one line a turn, and another turn has another name', () => {
    const heard = createHeardSoFar([])
    const one = heard.visitor('What does ', false)
    const two = heard.visitor(' it cost?', true)
    expect(two).toEqual({ id: one?.id, text: 'What does it cost?', final: true })
    expect(heard.visitorDone()).toBeUndefined()
    expect(heard.visitor('', true)).toBeUndefined()
    expect(heard.visitor('And', false)?.id).not.toBe(one?.id)
    expect(heard.visitorDone()).toMatchObject({ text: 'And', final: true })
  })

  test('begins anew when it is said again to another connection, and stands as it was when it is not', () => {
    const heard = createHeardSoFar([])
    const one = heard.visitor('Where is', false)
    heard.visitorAgain()
    expect(heard.visitor('Where', false)).toEqual({ id: one?.id, text: 'Where', final: false })
    expect(heard.visitor(' is it?', false)).toEqual({ id: one?.id, text: 'Where is it?', final: false })
    heard.visitorAgain()
    expect(heard.visitorDone()).toEqual({ id: one?.id, text: 'Where is it?', final: true })
  })

  test('holds of the agent’s words only those that were heard', () => {
    const heard = createHeardSoFar([{ role: 'agent', text: 'Welcome.' }])
    heard.typed('Hi')
    heard.agent('u1', 'One two')
    heard.agent('u1', ' three')
    heard.typed('Stop')
    heard.cut('u1', 'One')
    heard.agent('u2', 'Gone')
    heard.cut('u2', '')
    expect(heard.history('nothing')).toEqual([
      { role: 'agent', text: 'Welcome.' },
      { role: 'visitor', text: 'Hi' },
      { role: 'agent', text: 'One' },
      { role: 'visitor', text: 'Stop' },
    ])
  })

  test('leaves out what a new session is asked anew: the open line, which is sent again as sound, or the typed question', () => {
    const heard = createHeardSoFar([])
    heard.typed('Hi')
    heard.agent('u1', 'Hello.')
    heard.visitor('Where is', false)
    const texts = (askedAnew: Parameters<typeof heard.history>[0]) => heard.history(askedAnew).map(({ text }) => text)
    expect(texts('spoken')).toEqual(['Hi', 'Hello.'])
    expect(texts('nothing')).toEqual(['Hi', 'Hello.', 'Where is'])
    heard.visitorDone()
    expect(texts('spoken')).toEqual(['Hi', 'Hello.', 'Where is'])
    heard.typed('Where?')
    expect(texts('typed')).toEqual(['Hi', 'Hello.', 'Where is'])
  })

  test('has an end, however long a call is', () => {
    const heard = createHeardSoFar([])
    for (let at = 0; at < 1000; at++) heard.typed(`line ${at}`)
    const history = heard.history('nothing')
    expect(history.length).toBeLessThanOrEqual(200)
    expect(history.at(-1)).toEqual({ role: 'visitor', text: 'line 999' })
  })
})
