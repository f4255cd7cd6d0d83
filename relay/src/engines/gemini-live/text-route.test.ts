import { expect, test } from 'vitest'
import { question, remark, textRouteOf } from './text-route.ts'

test.each([
  ['gemini-3.8-live', 'realtime'],
  ['gemini-3.8-live-extended-thinking', 'realtime'],
  ['gemini-3.1-flash-live-preview', 'realtime'],
  ['models/gemini-4-argon-live', 'realtime'],
  ['gemini-2.5-flash-native-audio-latest', 'client-content'],
  ['gemini-2.0-flash-live-001', 'client-content'],
  // Nobody knows it: the route of the newest.
  ['live-of-tomorrow', 'realtime'],
] as const)('text reaches %s by %s, unless it is set', (model, route) => {
  expect(textRouteOf(model, 'auto')).toBe(route)
  expect(textRouteOf(model, 'client-content')).toBe('client-content')
  expect(textRouteOf(model, 'realtime')).toBe('realtime')
})

test('as content a question closes the turn, and a remark leaves it open', () => {
  const turns = [{ role: 'user', parts: [{ text: 'Hi' }] }]
  expect(JSON.parse(question('client-content', 'Hi'))).toEqual({ clientContent: { turns, turnComplete: true } })
  expect(JSON.parse(remark('client-content', 'Hi'))).toEqual({ clientContent: { turns, turnComplete: false } })
})
