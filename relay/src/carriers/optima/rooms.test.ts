import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TestClock } from '../../clock.test-kit.ts'
import type { ChannelEvent } from './channel.ts'
import { mediaOrigin } from './endpoints.ts'
import { createRooms } from './rooms.ts'
import type { OfCall } from './wire.ts'

function rooms() {
  const clock = new TestClock()
  const joined: string[] = []
  const line = { connected: true }
  const made = createRooms({ clock, isConnected: () => line.connected, join: (sessionId) => joined.push(sessionId) })
  const told: ChannelEvent[] = []
  return {
    clock,
    joined,
    told,
    rooms: made,
    want: (sessionId: string, waitMs = 1000) => made.want(sessionId, waitMs, (event) => told.push(event)),
    tells: (sessionId: string) => made.heard({ event: 'newSession', sessionId, type: 'outbound' }),
    says: (sessionId: string, of: OfCall) => made.heard({ sessionId, of }),
    connect() {
      line.connected = true
      made.connected()
    },
    break() {
      line.connected = false
      made.disconnected()
    },
  }
}
const IN: OfCall = { event: 'roomJoined', ok: true }

describe('rooms', () => {
  it('are asked for when Optima tells of them, or when it has not for a while', async () => {
    const all = rooms()
    all.want('a')
    expect(all.joined).toEqual([])
    all.tells('a')
    all.tells('a')
    expect(all.joined).toEqual(['a'])
    all.want('b')
    await all.clock.advance(999)
    expect(all.joined).toEqual(['a'])
    await all.clock.advance(1)
    expect(all.joined).toContain('b')
    all.want('c', 0)
    expect(all.joined.at(-1)).toBe('c')
  })

  it('told of before they were wanted are joined at once; ten seconds later that is forgotten', async () => {
    const all = rooms()
    all.tells('a')
    all.tells('b')
    await all.clock.advance(9000)
    all.want('a')
    expect(all.joined).toEqual(['a'])
    all.rooms.leave('a')
    await all.clock.advance(1001)
    all.want('b')
    expect(all.joined).toEqual(['a'])
  })

  it('of others are kept in a bounded place and never joined', async () => {
    const all = rooms()
    for (let n = 0; n < 10_000; n++) {
      all.tells(`foreign${n}`)
      all.says(`foreign${n}`, { event: 'dialStatus', status: 'connected' })
    }
    await all.clock.advance(60_000)
    expect([all.joined, all.told, all.rooms.size]).toEqual([[], [], 0])
    for (let n = 0; n < 300; n++) all.tells(`early${n}`)
    // The oldest made room.
    for (const [sessionId, joined] of [
      ['early1', false],
      ['early299', true],
    ] as const) {
      all.want(sessionId)
      expect(all.joined.includes(sessionId)).toBe(joined)
    }
  })

  it('are asked for again after every break, and given up after five tries', async () => {
    const all = rooms()
    all.want('a', 0)
    all.says('a', IN)
    all.break()
    await all.clock.advance(60_000)
    all.connect()
    all.says('a', IN)
    expect([all.joined, all.told.map(({ event }) => event)]).toEqual([
      ['a', 'a'],
      ['here', 'away', 'here'],
    ])
    all.break()
    all.connect()
    for (let n = 0; n < 5; n++) {
      all.says('a', { event: 'roomJoined', ok: false })
      await all.clock.advance(1000)
    }
    expect([all.joined.length, all.told.at(-1), all.rooms.size]).toEqual([7, { event: 'lost' }, 0])
  })

  it('whose events come before they were asked for are asked for all the same, and the event counts', () => {
    const all = rooms()
    all.want('a')
    all.says('a', { event: 'dialStatus', status: 'ringing' })
    expect([all.joined, all.told]).toEqual([['a'], [{ event: 'dialStatus', status: 'ringing' }]])
    all.says('a', IN)
    expect(all.told.at(-1)).toEqual({ event: 'here' })
  })

  it('whose events come are in, and asked for until Optima says so too', async () => {
    const all = rooms()
    all.want('a', 0)
    all.says('a', { event: 'dialStatus', status: 'ringing' })
    expect(all.told).toEqual([{ event: 'here' }, { event: 'dialStatus', status: 'ringing' }])
    await all.clock.advance(60_000)
    // Nobody ever said so, and still its events come.
    expect([all.joined.length, all.rooms.size, all.told.length]).toEqual([5, 1, 2])
    const said = rooms()
    said.want('a', 0)
    said.says('a', { event: 'dialStatus', status: 'ringing' })
    said.says('a', IN)
    await said.clock.advance(60_000)
    expect(said.joined).toEqual(['a'])
  })

  it('that turn us away after an event of theirs are asked for again', async () => {
    const all = rooms()
    all.want('a', 0)
    all.says('a', { event: 'dialStatus', status: 'ringing' })
    all.says('a', { event: 'roomJoined', ok: false })
    expect(all.told.at(-1)).toEqual({ event: 'away' })
    await all.clock.advance(1000)
    expect(all.joined).toEqual(['a', 'a'])
    all.says('a', IN)
    expect(all.told.at(-1)).toEqual({ event: 'here' })
  })

  it('that let us in stay ours, whatever is answered to what was asked before, until the line breaks', async () => {
    const all = rooms()
    all.want('a', 0)
    await all.clock.advance(1000)
    expect(all.joined).toEqual(['a', 'a'])
    all.says('a', IN)
    // Of the second question: we are in already.
    all.says('a', { event: 'roomJoined', ok: false })
    await all.clock.advance(10_000)
    expect([all.joined.length, all.told, all.rooms.size]).toEqual([2, [{ event: 'here' }], 1])
    all.break()
    all.connect()
    all.says('a', { event: 'dialStatus', status: 'ringing' })
    all.says('a', { event: 'roomJoined', ok: false })
    expect(all.told.at(-1)).toEqual({ event: 'away' })
  })

  it('whatever happens: nothing is told of a room that was left, “here” and “away” take turns, and “lost” is the last word', async () => {
    const step = fc.constantFrom('tells', 'joined', 'refused', 'says', 'break', 'connect', 'wait', 'leave', 'want', 'lost')
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const all = rooms()
        all.want('a')
        let wanted = true
        for (const each of steps) {
          const before = all.told.length
          if (each === 'tells') all.tells('a')
          if (each === 'joined') all.says('a', IN)
          if (each === 'refused') all.says('a', { event: 'roomJoined', ok: false })
          if (each === 'says') all.says('a', { event: 'dtmf', digit: '1' })
          if (each === 'break') all.break()
          if (each === 'connect') all.connect()
          if (each === 'wait') await all.clock.advance(1000)
          if (each === 'leave') all.rooms.leave('a')
          if (each === 'lost') all.rooms.lost()
          if (each === 'want') {
            all.told.length = 0
            all.want('a')
            wanted = true
            continue
          }
          if (!wanted) expect(all.told.length).toBe(before)
          if (each === 'leave' || all.told.at(-1)?.event === 'lost') wanted = false
        }
        const turns = all.told.map(({ event }) => event).filter((event) => event === 'here' || event === 'away')
        expect(turns).toEqual(turns.map((_, n) => (n % 2 === 0 ? 'here' : 'away')))
        all.rooms.close()
        expect(all.rooms.size).toBe(0)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the host of a call’s sound', () => {
  const o = { own: 'https://voice.optimaccs.com', allowed: ['*.optimaccs.com', '127.0.0.1'] }
  it.each([
    ['https://voice-02.optimaccs.com', 'https://voice-02.optimaccs.com'],
    ['wss://voice-02.optimaccs.com/ws/x', 'https://voice-02.optimaccs.com'],
    ['voice-02.optimaccs.com:8443', 'https://voice-02.optimaccs.com:8443'],
    ['https://voice.optimaccs.com', 'https://voice.optimaccs.com'],
    ['http://127.0.0.1:5000', 'http://127.0.0.1:5000'],
    ['http://voice-02.optimaccs.com', undefined],
    ['https://voice-02.optimaccs.com.evil.example', undefined],
    ['https://evil.example/voice-02.optimaccs.com', undefined],
    ['https://voice-02.optimaccs.com@evil.example', undefined],
    ['https://optimaccs.com', undefined],
    ['javascript:alert(1)', undefined],
    ['', undefined],
  ])('%s', (told, origin) => {
    expect(mediaOrigin(told, o)).toBe(origin)
  })
})
