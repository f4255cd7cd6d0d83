import { expect } from '@esm-bundle/chai'
import type { FromRelay } from '@voice-agent/relay/protocol'
import fc from 'fast-check'
import { until } from '../testing/element-kit.test-kit.ts'
import { relayUrl, Steering } from '../testing/fake-relay-client.test-kit.ts'
import { type Gone, MediaSocket, type SocketListener } from './media-socket.ts'

/** A raw call of the fake relay and a socket to it, with everything that happens kept. */
async function connect(resumeMs?: number) {
  const response = await fetch(`${await relayUrl}/api/web-calls`, { method: 'POST', body: JSON.stringify({ agentId: 'raw-socket' }) })
  const { callId, mediaUrl } = (await response.json()) as { callId: string; mediaUrl: string }
  const seen: string[] = []
  const audio: ArrayBuffer[] = []
  const waiting = new Set<() => void>()
  const add = (what: string) => {
    seen.push(what)
    for (const look of waiting) look()
  }
  const on: SocketListener = {
    message: (message: FromRelay) => add(message.type === 'transcript' ? `transcript ${message.seq}` : message.type),
    audio: (pcm) => {
      audio.push(pcm)
      add('audio')
    },
    away: () => add('away'),
    gone: (why: Gone) => add(`gone ${why}`),
  }
  const socket = new MediaSocket({ url: mediaUrl, on, ...(resumeMs && { resumeMs }) })
  const saw = (what: string, times = 1) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (seen.filter((each) => each === what).length < times) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  await saw('ready')
  return { socket, seen, audio, saw, steer: new Steering(callId) }
}

describe('media socket', () => {
  it('comes back to the same call after the last entry it knows', async () => {
    const { socket, seen, saw, steer } = await connect()
    await steer.do(
      { entry: { id: 'e1', role: 'agent', text: 'one', final: true } },
      { entry: { id: 'e2', role: 'agent', text: 'two', final: false } },
    )
    await saw('transcript 2')
    await steer.do({ drop: true })
    await saw('ready', 2)
    expect(seen).to.include('away')
    expect((await steer.arrived()).connections).to.deep.equal([{ after: null }, { after: '2' }])
    socket.close()
  })

  it('keeps what is said while it is away and says it then', async () => {
    const { socket, saw, steer } = await connect()
    await steer.do({ unreachable: true }, { drop: true })
    await saw('away')
    socket.send({ type: 'text', text: 'still there?' })
    await steer.do({ unreachable: false })
    await saw('ready', 2)
    const { received } = await steer.wait('text')
    expect(received).to.deep.equal([{ type: 'text', text: 'still there?' }])
    socket.close()
  })

  it('keeps no more than the last 200 ms of the voice while it is away: no burst follows', async () => {
    const { socket, saw, steer } = await connect()
    const frame = () => new ArrayBuffer(640)
    for (let i = 0; i < 5; i += 1) socket.sound(frame())
    await until(async () => (await steer.arrived()).audioBytes === 5 * 640)
    await steer.do({ unreachable: true }, { drop: true })
    await saw('away')
    for (let i = 0; i < 300; i += 1) socket.sound(frame())
    await steer.do({ unreachable: false })
    await saw('ready', 2)
    socket.send({ type: 'text', text: 'after' })
    await steer.wait('text')
    expect((await steer.arrived()).audioBytes).to.equal((5 + 10) * 640)
    socket.close()
  })

  it('tries again until the call cannot come back any more', async () => {
    const { seen, saw, steer } = await connect(700)
    await steer.do({ unreachable: true }, { drop: true })
    await saw('gone lost')
    expect(seen.filter((each) => each.startsWith('gone'))).to.deep.equal(['gone lost'])
    const { connections } = await steer.arrived()
    expect(connections.length).to.be.within(2, 6)
  })

  for (const [code, why] of [
    [4401, 'refused'],
    [4404, 'over'],
    [4409, 'replaced'],
    [1008, 'refused'],
  ] as const) {
    it(`does not come back after ${code}`, async () => {
      const { seen, saw, steer } = await connect()
      await steer.do({ close: code })
      await saw(`gone ${why}`)
      expect(seen).to.not.include('away')
    })
  }

  it('comes back after an overload', async () => {
    const { socket, saw, steer } = await connect()
    await steer.do({ close: 1013 })
    await saw('ready', 2)
    socket.close()
  })

  it('is done when the relay says that the call is over', async () => {
    const { seen, saw, steer } = await connect()
    await steer.do({ end: 'agent' })
    await saw('ended')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(seen.at(-1)).to.equal('ended')
    expect((await steer.arrived()).connections).to.have.length(1)
  })

  it('hands audio over as it came', async () => {
    const { socket, audio, saw, steer } = await connect()
    await steer.do({ audio: { ms: 60 } })
    await saw('audio', 3)
    expect(audio.map((pcm) => pcm.byteLength)).to.deep.equal([960, 960, 960])
    socket.close()
  })

  it('leaves and comes back on its own wish', async () => {
    const { socket, saw, steer } = await connect()
    socket.renew()
    await saw('ready', 2)
    expect((await steer.arrived()).connections).to.have.length(2)
    socket.close()
  })

  it('survives whatever text arrives', async () => {
    const { socket, saw, steer } = await connect()
    const frames = fc.sample(fc.oneof(fc.json(), fc.record({ type: fc.string() })), 200)
    for (const frame of frames) {
      const message = typeof frame === 'string' ? JSON.parse(frame) : frame
      await steer.do({ send: message as FromRelay })
    }
    await steer.do({ send: { type: 'state', state: 'thinking' } })
    await saw('state')
    socket.close()
  })
})
