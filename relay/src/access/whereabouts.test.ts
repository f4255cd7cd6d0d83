import { describe, expect, it } from 'vitest'
import { readSettings } from '../settings.ts'
import { createWhereabouts } from './whereabouts.ts'

describe('whereabouts', () => {
  it('is localhost at its port until told otherwise', () => {
    const where = createWhereabouts(readSettings({ PORT: '0' }), ['http://127.0.0.1:{port}', 'http://[::1]:{port}'])
    where.setPort(9123)
    expect(where.url()).toBe('http://localhost:9123')
    expect(where.ownOrigins()).toEqual(['http://localhost:9123', 'http://127.0.0.1:9123', 'http://[::1]:9123'])
  })

  it('sends media to the loopback name the page already uses, and to no other', () => {
    const where = createWhereabouts(readSettings({ PORT: '9123' }), [])
    expect(where.socketBase('127.0.0.1:9123')).toBe('ws://127.0.0.1:9123')
    expect(where.socketBase('[::1]:9123')).toBe('ws://[::1]:9123')
    for (const host of ['evil.example', '127.0.0.1:1', 'localhost.evil.example:9123', '', '::', undefined]) {
      expect(where.socketBase(host)).toBe('ws://localhost:9123')
    }
  })

  it('never believes the Host header once it knows its address', () => {
    const where = createWhereabouts(readSettings({ PUBLIC_URL: 'https://relay.example', CONSOLE_ORIGINS: 'https://console.example' }), [])
    expect(where.socketBase('127.0.0.1:8787')).toBe('wss://relay.example')
    expect(where.ownOrigins()).toEqual(['https://relay.example'])
    expect(where.consoleOrigins()).toEqual(['https://relay.example', 'https://console.example'])
  })

  it('sends media to the instance that holds the call', () => {
    const where = createWhereabouts(readSettings({ PUBLIC_URL: 'https://relay.example', INSTANCE_URL: 'https://relay-1.example' }), [])
    expect(where.socketBase('relay.example')).toBe('wss://relay-1.example')
  })
})
