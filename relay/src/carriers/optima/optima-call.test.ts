import { describe, expect, it } from 'vitest'
import { encodeMulaw } from '../../audio/g711.ts'
import type { AudioLeg } from '../../calls/ports.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { createLogger } from '../../logger.ts'
import type { LineEvent } from '../carrier.ts'
import type { Channel, Listener } from './channel.ts'
import type { OptimaVersion } from './config.ts'
import { optimaFault } from './faults.ts'
import { followCall } from './optima-call.ts'
import type { DialStatus } from './statuses.ts'
import type { OptimaAudio } from './wire.ts'

const FRAME_MS = 20

/** A call that is followed over a channel which the test plays. */
function followed(
  o: {
    direction?: 'inbound' | 'outbound'
    audio?: OptimaAudio
    soundAnswers?: boolean
    ringMs?: number
    version?: OptimaVersion
    over?: () => boolean
  } = {},
) {
  let asked = 0
  const clock = new TestClock()
  const told: LineEvent[] = []
  const hungUp: string[] = []
  const brought: AudioLeg[] = []
  const sent: Uint8Array[] = []
  let listener: Listener = () => undefined
  const nothing = () => undefined
  const channel: Channel = {
    writable: true,
    audio: (bytes) => void sent.push(bytes),
    checkPoint: nothing,
    dtmf: nothing,
    interruption: nothing,
    hangup: nothing,
    leave: nothing,
  }
  const call = { feed: { listen: () => nothing }, hangUp: (reason: string) => void hungUp.push(reason) }
  followCall(
    {
      clock,
      logger: createLogger({ level: 'silent' }),
      calls: { get: () => call } as never,
      lines: { tell: async (_: string, event: LineEvent) => void told.push(event) } as never,
      afterwards: async (act) => void (await act()),
      bringSound: (_, leg) => void brought.push(leg as AudioLeg),
    },
    {
      ...{ callId: 'c', sessionId: 's', direction: o.direction ?? 'outbound', frameMs: FRAME_MS },
      audio: o.audio ?? 'pcm16',
      version: o.version ?? '1.0.3',
      ringMs: o.ringMs,
      soundAnswers: o.soundAnswers ?? true,
      account: {
        async status() {
          asked += 1
          if (!o.over?.()) throw optimaFault('not_found')
          return { carrierCallId: 's', status: 'completed', said: {} }
        },
      },
      open(given) {
        listener = given
        return channel
      },
      onOver: nothing,
    },
  )
  return {
    clock,
    hungUp,
    asked: () => asked,
    statuses: () => told.map(({ status }) => status),
    talks: () => brought.length > 0,
    leg: () => brought[0],
    sent,
    brings: (bytes: Uint8Array, format?: OptimaAudio) => listener({ event: 'audio', bytes, format }),
    says: (status: DialStatus) => listener({ event: 'dialStatus', status }),
    is: (event: 'here' | 'away') => listener({ event }),
    hangsUp: () => listener({ event: 'hangup' }),
    presses: (digit: string) => listener({ event: 'dtmf', digit }),
    /** Sound of so long, a frame after the other. */
    async sounds(ms: number) {
      for (let atMs = 0; atMs < ms; atMs += FRAME_MS) {
        listener({ event: 'audio', bytes: new Uint8Array(320), format: undefined })
        await clock.advance(FRAME_MS)
      }
    },
  }
}

describe('a call that rings at Optima', () => {
  it('is not answered by sound, however long, while Optima says that it rings', async () => {
    for (const status of ['dialing', 'ringing'] as const) {
      const call = followed()
      call.is('here')
      call.says(status)
      await call.sounds(5000)
      expect(call.talks()).toBe(false)
      call.says('connected')
      expect(call.talks()).toBe(true)
    }
  })

  it.each([
    ['the line was away', (call: ReturnType<typeof followed>) => [call.is('here'), call.says('ringing'), call.is('away'), call.is('here')]],
    ['we came late', (call: ReturnType<typeof followed>) => [call.is('here')]],
  ])('answered while %s, is known by its sound', async (_, missed) => {
    const call = followed()
    missed(call)
    await call.sounds(300)
    expect(call.talks()).toBe(false)
    await call.sounds(20)
    expect(call.talks()).toBe(true)
    await call.clock.advance(0)
    expect(call.statuses().at(-1)).toBe('connected')
    // What it said meanwhile comes after all.
    call.says('connected')
    call.says('ringing')
    expect(call.talks()).toBe(true)
  })

  it('rings on after a break where Optima says so, and where there is no sound that goes on', async () => {
    const call = followed()
    call.is('here')
    call.says('ringing')
    call.is('away')
    call.is('here')
    for (let stray = 0; stray < 10; stray++) {
      await call.sounds(100)
      await call.clock.advance(200)
    }
    expect(call.talks()).toBe(false)
    await call.sounds(200)
    // Broken again: what came before counts no more.
    call.is('away')
    call.is('here')
    await call.sounds(200)
    expect(call.talks()).toBe(false)
    call.says('ringing')
    await call.sounds(1000)
    expect(call.talks()).toBe(false)
  })

  it('is never answered by sound where that is switched off', async () => {
    const call = followed({ soundAnswers: false })
    call.is('here')
    await call.sounds(1000)
    expect(call.talks()).toBe(false)
    call.presses('1')
    expect(call.talks()).toBe(true)
  })

  it('is given up in its time, also when the line broke meanwhile', async () => {
    const call = followed({ ringMs: 5000 })
    call.is('here')
    call.says('ringing')
    call.is('away')
    await call.clock.advance(5000)
    expect(call.hungUp).toEqual(['no-answer'])
    // Nobody says that it rings, or only after it waited.
    const untold = followed({ ringMs: 5000 })
    await untold.clock.advance(14_999)
    expect(untold.hungUp).toEqual([])
    await untold.clock.advance(1)
    expect(untold.hungUp).toEqual(['no-answer'])
    const waited = followed({ ringMs: 5000 })
    await waited.clock.advance(12_000)
    waited.says('ringing')
    await waited.clock.advance(4000)
    waited.says('ringing')
    expect(waited.hungUp).toEqual([])
    await waited.clock.advance(1000)
    expect(waited.hungUp).toEqual(['no-answer'])
    const answered = followed({ ringMs: 5000 })
    answered.says('ringing')
    answered.says('connected')
    await answered.clock.advance(10_000)
    expect(answered.hungUp).toEqual([])
  })

  it('and comes in, is answered as soon as we are there', () => {
    const call = followed({ direction: 'inbound' })
    expect(call.talks()).toBe(false)
    call.is('here')
    expect(call.talks()).toBe(true)
  })
})

describe('a call that talks at Optima', () => {
  it.each([
    ['1.0.3', 'outbound', { goes: 'ulaw', comes: 'pcm16' }],
    ['1.0.3', 'inbound', { goes: 'ulaw', comes: 'pcm16' }],
    ['1.0.5', 'outbound', { goes: 'ulaw', comes: 'ulaw' }],
    ['1.0.5', 'inbound', { goes: 'ulaw', comes: 'pcm16' }],
    ['1.0.5-ws', 'outbound', { goes: 'ulaw', comes: 'ulaw' }],
    ['1.0.5-ws', 'inbound', { goes: 'pcm16', comes: 'pcm16' }],
  ] as const)('with ulaw set, by %s and %s, goes and comes as %j', (version, direction, { goes, comes }) => {
    const call = followed({ version, direction, audio: 'ulaw' })
    call.is('here')
    call.says('connected')
    const heard: Uint8Array[] = []
    call.leg()?.listen((event) => event.type === 'audio' && heard.push(Uint8Array.from(event.bytes)))
    const pcm = new Uint8Array(Int16Array.from({ length: 160 }, (_, n) => (n - 80) * 100).buffer)
    const coded = new Uint8Array(160)
    encodeMulaw(pcm, coded)
    call.leg()?.send(pcm, 'u')
    expect(call.sent).toEqual([goes === 'ulaw' ? coded : pcm])
    call.brings(comes === 'ulaw' ? coded : pcm)
    // What says what it is, is taken for that.
    call.brings(coded, 'ulaw')
    const [untold, told] = heard
    expect([untold?.length, told?.length]).toEqual([320, 320])
    expect(untold).toEqual(comes === 'ulaw' ? told : pcm)
  })

  it('is looked for in the records where its sound stays away, and is over when it stands there', async () => {
    let over = false
    const call = followed({ version: '1.0.5', over: () => over })
    call.is('here')
    call.says('connected')
    await call.sounds(60_000)
    expect(call.asked()).toBe(0)
    await call.clock.advance(60_000)
    expect([call.asked() > 1, call.statuses().at(-1)]).toEqual([true, 'connected'])
    over = true
    await call.clock.advance(15_000)
    expect(call.statuses().at(-1)).toBe('completed')
    const asked = call.asked()
    await call.clock.advance(600_000)
    expect([call.asked(), call.clock.waiting]).toEqual([asked, 0])
  })

  it('is looked for no more once it is over', async () => {
    const call = followed({ version: '1.0.5' })
    call.is('here')
    call.says('connected')
    expect(call.clock.waiting).toBe(1)
    call.hangsUp()
    expect(call.clock.waiting).toBe(0)
  })

  it('is not, where there are no records', async () => {
    const call = followed({ version: '1.0.3', over: () => true })
    call.is('here')
    call.says('connected')
    await call.clock.advance(600_000)
    expect([call.asked(), call.statuses().at(-1), call.clock.waiting]).toEqual([0, 'connected', 0])
  })
})
