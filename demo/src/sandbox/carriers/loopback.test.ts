import { expect, test } from 'vitest'
import { reachable } from './loopback.ts'

test.each([
  ['http://127.0.0.1:80/a?b#c', 'http://127.0.0.1/a?b'],
  ['http://localhost:1/', 'http://localhost:1/'],
  ['ws://[::1]:9/s', 'ws://[::1]:9/s'],
  ['http://user:pass@127.9.9.9/x', 'http://127.9.9.9/x'],
  ['https://relay.example/voice?x=1', 'http://127.0.0.1:7/voice?x=1'],
  ['wss://relay.example/media', 'ws://127.0.0.1:7/media'],
])('%s is reached at %s', (given, target) => {
  expect(reachable(given, { 'https://relay.example': 'http://127.0.0.1:7' }).href).toBe(target)
})

test.each([
  'nothing',
  'http://127.0.0.1.example/',
  'http://10.0.0.1/',
  'https://elsewhere.example/',
  'http://localhost.example/',
  'http://[::2]/',
])('%s is not called', (given) => {
  expect(() => reachable(given, { 'https://relay.example': 'http://127.0.0.1:7', 'https://elsewhere.example': 'http://10.0.0.1' })).toThrow(
    RangeError,
  )
})
