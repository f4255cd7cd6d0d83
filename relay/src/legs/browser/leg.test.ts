import { expect, test } from 'vitest'
import type { AudioLeg, LegEvent } from '../../calls/ports.ts'
import { TestClock } from '../../clock.test-kit.ts'
import type { FromRelay } from '../../protocol/index.ts'
import { createBrowserLeg } from './leg.ts'
import type { MediaSocket } from './socket.ts'

function fakeSocket() {
  const told: FromRelay[] = []
  const socket: MediaSocket & { told: FromRelay[]; closedWith: number | undefined; isOpen: boolean } = {
    told,
    closedWith: undefined,
    isOpen: true,
    get open() {
      return socket.isOpen
    },
    get writable() {
      return socket.isOpen
    },
    tell: (message) => void (socket.isOpen && told.push(message)),
    audio: () => undefined,
    close(code) {
      socket.isOpen = false
      socket.closedWith = code
    },
  }
  return socket
}

function setUp() {
  const clock = new TestClock()
  const results: unknown[] = []
  const browser = createBrowserLeg({ modality: 'voice', clock, onToolResult: (id, result) => results.push([id, result]) })
  const events: LegEvent[] = []
  const leg = browser.leg as AudioLeg
  leg.listen((event) => events.push(event))
  const socket = fakeSocket()
  browser.use(socket)
  return { clock, browser, leg, events, socket, results }
}

test('sound goes to the ear where there is one, and to nobody who listens no more', () => {
  const { browser, events, leg } = setUp()
  const heard: Uint8Array[] = []
  const ear = { sound: (bytes: Uint8Array) => void heard.push(bytes) }
  const stop = leg.listen((event) => events.push(event), ear)
  browser.sound(new Uint8Array(4))
  expect([heard, events]).toEqual([[new Uint8Array(4)], []])
  const others = leg.listen((event) => events.push(event))
  stop()
  browser.sound(new Uint8Array(2))
  expect([heard.length, events]).toEqual([1, [{ type: 'audio', bytes: new Uint8Array(2) }]])
  leg.listen(() => undefined, ear)()
  others()
  browser.sound(new Uint8Array(2))
  expect([heard.length, events.length]).toEqual([1, 1])
})

test('clear resolves with what the page says it played, or with nothing when it does not say in time', async () => {
  const { browser, leg, socket, clock } = setUp()
  const heard = leg.clear('u1')
  expect(socket.told).toEqual([{ type: 'clear', utterance: 'u1' }])
  browser.message({ type: 'played', utterance: 'other', ms: 99 })
  browser.message({ type: 'played', utterance: 'u1', ms: 1234 })
  expect(await heard).toBe(1234)
  const unanswered = leg.clear('u2')
  await clock.advance(1000)
  expect(await unanswered).toBeUndefined()
  browser.message({ type: 'played', utterance: 'u2', ms: 5 })
  expect(clock.waiting).toBe(0)
})

test('clear does not wait for a page that is not there, or that goes meanwhile', async () => {
  const { browser, leg, socket, clock } = setUp()
  const asked = leg.clear('u')
  socket.isOpen = false
  browser.gone(socket, 1006)
  expect(await asked).toBeUndefined()
  expect(await leg.clear('u')).toBeUndefined()
  expect(clock.waiting).toBe(0)
})

test('a newer socket replaces the older; the end of the older means nothing then', () => {
  const { browser, events, socket } = setUp()
  const newer = fakeSocket()
  browser.use(newer)
  expect(socket.closedWith).toBe(4409)
  expect(events).toEqual([{ type: 'detached' }])
  browser.gone(socket, 4409)
  expect(events).toHaveLength(1)
  browser.attached()
  browser.gone(newer, 1006)
  expect(events).toEqual([{ type: 'detached' }, { type: 'attached' }, { type: 'detached' }])
})

test('a page that says it goes away is told apart from a line that breaks', () => {
  const { browser, events, socket } = setUp()
  browser.gone(socket, 1001)
  expect(events).toEqual([{ type: 'detached', leaving: 'page-close' }])
})

test('a socket that comes back is told the state and the speaker that stand', () => {
  const { browser } = setUp()
  browser.tell({ type: 'speaker', who: 'agent', name: 'Mira' })
  browser.tell({ type: 'state', state: 'thinking' })
  const newer = fakeSocket()
  browser.use(newer)
  browser.tell({ type: 'state', state: 'speaking' })
  newer.told.length = 0
  browser.repeat()
  expect(newer.told).toEqual([
    { type: 'speaker', who: 'agent', name: 'Mira' },
    { type: 'state', state: 'speaking' },
  ])
})

test('every message of the page becomes one event, or a tool result', () => {
  const { browser, events, results } = setUp()
  browser.message({ type: 'text', text: 'tea' })
  browser.message({ type: 'dtmf', digits: '12' })
  browser.message({ type: 'mute', muted: true })
  browser.message({ type: 'interrupt' })
  browser.message({ type: 'context', text: 'cart' })
  browser.message({ type: 'mark', utterance: 'u', name: 'end' })
  browser.message({ type: 'feedback', score: 4, comment: 'fine' })
  browser.message({ type: 'tool-result', id: 't', result: 1 })
  browser.message({ type: 'hangup' })
  browser.message({ type: 'hangup', reason: 'page-close' })
  expect(events).toEqual([
    { type: 'text', text: 'tea' },
    { type: 'digits', digits: '12' },
    { type: 'muted', muted: true },
    { type: 'interrupt' },
    { type: 'context', text: 'cart' },
    { type: 'mark', utterance: 'u', name: 'end' },
    { type: 'feedback', score: 4, comment: 'fine' },
    { type: 'closed', reason: 'visitor' },
    { type: 'closed', reason: 'page-close' },
  ])
  expect(results).toEqual([['t', 1]])
})

test('the end is said once, as the last word, and closes the socket', () => {
  const { leg, socket, browser, events } = setUp()
  leg.close('agent')
  leg.close('visitor')
  expect(socket.told).toEqual([{ type: 'ended', reason: 'agent' }])
  expect(socket.closedWith).toBe(1000)
  browser.gone(socket, 1000)
  expect(events).toEqual([])
})
