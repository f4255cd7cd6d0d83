import { expect } from '@esm-bundle/chai'
import { gesture, until } from '../testing/element-kit.test-kit.ts'
import { Bench } from '../testing/microphone.test-kit.ts'
import { rms } from '../testing/signals.test-kit.ts'
import { constraintsFor } from './index.ts'

const audioinput = (deviceId: string, groupId: string) => ({ kind: 'audioinput', deviceId, groupId, label: deviceId }) as MediaDeviceInfo
const inUse = (stream: MediaStream | undefined) => stream?.getAudioTracks()[0]?.getSettings().deviceId

describe('the microphone’s devices', () => {
  let bench: Bench
  let others: string[]
  const { enumerateDevices } = navigator.mediaDevices
  before(gesture)
  beforeEach(async () => {
    bench = new Bench()
    const all = await navigator.mediaDevices.enumerateDevices()
    others = all.filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== 'default').map(({ deviceId }) => deviceId)
  })
  afterEach(async () => {
    await bench.close()
    navigator.mediaDevices.enumerateDevices = enumerateDevices
  })

  const own = () => navigator.mediaDevices.getUserMedia(constraintsFor())
  const plug = (devices: MediaDeviceInfo[]) => {
    navigator.mediaDevices.enumerateDevices = async () => devices
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'))
  }
  /** What happens when a device is pulled out: browsers end the track themselves, a page can only stop it. */
  const pullOut = (track: MediaStreamTrack) => {
    track.stop()
    track.dispatchEvent(new Event('ended'))
  }

  it('are told at the start and when one comes or goes', async () => {
    await bench.open({ stream: await own() })
    const [first] = await until(() => bench.heard.devicesTold.length > 0 && bench.heard.devicesTold)
    expect(first?.inputs.map(({ deviceId }) => deviceId)).to.include.members(others)
    expect(first?.inputs.every(({ kind }) => kind === 'audioinput')).to.equal(true)
    expect(first?.currentId).to.equal('default')
    plug([audioinput('new', 'g'), { ...audioinput('loud', 'g'), kind: 'audiooutput' } as MediaDeviceInfo])
    const again = await until(() => bench.heard.devicesTold[1])
    expect(again.inputs.map(({ deviceId }) => deviceId)).to.deep.equal(['new'])
  })

  it('change in a call: the new one is open before the old one goes, and frames go on', async () => {
    const { heard } = bench
    const microphone = await bench.open({ stream: await own() })
    await heard.more(10)
    const [, second] = others as [string, string]
    const old = bench.track
    expect(await microphone.setDevice(second)).to.equal(true)
    const change = bench.asked.at(-1)
    expect(change?.liveBefore).to.equal(true)
    expect(inUse(change?.stream)).to.equal(second)
    expect(old.readyState).to.equal('ended')
    await until(() => heard.devicesTold.at(-1)?.currentId === second)
    const from = await heard.more(100)
    expect(Math.max(...heard.signal(from)), 'it beeps, too').to.be.above(0.05)
    for (const [i, { atMs }] of heard.frames.slice(from).entries()) {
      if (i > 0) expect(atMs - (heard.frames[from + i - 1]?.atMs as number)).to.be.closeTo(20, 0.001)
    }
  })

  it('stay as they are when the wanted one cannot be had', async () => {
    const { heard } = bench
    const microphone = await bench.open({ stream: await own() })
    expect(await microphone.setDevice('gone since yesterday'), 'the browser gives another one').to.equal(false)
    expect(bench.asked.at(-1)?.stream?.getAudioTracks()[0]?.readyState, 'which nobody needs').to.equal('ended')
    bench.answer = async () => {
      throw new DOMException('', 'NotReadableError')
    }
    expect(await microphone.setDevice(others[0] as string)).to.equal(false)
    expect(bench.track.readyState).to.equal('live')
    await heard.more(10)
    expect(heard.troubles).to.deep.equal([])
  })

  it('are the one chosen before the call, whatever the click brought', async () => {
    const second = others[1] as string
    await bench.open({ stream: await own(), deviceId: second })
    await until(() => bench.heard.devicesTold.at(-1)?.currentId === second)
  })

  it('are asked for softly where the browser rejects an exact one, as iOS does; and a no is taken for a no', async () => {
    const microphone = await bench.open({ stream: await own() })
    const second = others[1] as string
    const exact = (constraints: MediaStreamConstraints) => JSON.stringify(constraints).includes('"exact"')
    const real = bench.answer
    bench.answer = async (constraints) => {
      if (exact(constraints)) throw new DOMException('', 'OverconstrainedError')
      bench.answer = real
      return navigator.mediaDevices.getUserMedia({ audio: { deviceId: { exact: second } } })
    }
    expect(await microphone.setDevice(second)).to.equal(true)
    const before = bench.asked.length
    bench.answer = async () => {
      throw new DOMException('', 'NotAllowedError')
    }
    expect(await microphone.setDevice(others[0] as string)).to.equal(false)
    expect(bench.asked.length - before).to.equal(1)
  })

  it('change one after another when asked at once: the last holds, no other stays open', async () => {
    const microphone = await bench.open({ stream: await own() })
    const [first, second] = others as [string, string]
    expect(await Promise.all([microphone.setDevice(second), microphone.setDevice(first), microphone.setDevice(second)])).to.deep.equal([
      true,
      true,
      true,
    ])
    const live = bench.asked.filter(({ stream }) => stream?.getAudioTracks()[0]?.readyState === 'live')
    expect(live.map(({ stream }) => inUse(stream))).to.deep.equal([second])
  })

  it('are let go when the call ends while one is being opened', async () => {
    const microphone = await bench.open({ stream: await own() })
    const change = microphone.setDevice(others[1] as string)
    microphone.stop()
    expect(await change).to.equal(false)
    await until(() => bench.asked.every(({ stream }) => !stream || stream.getAudioTracks()[0]?.readyState === 'ended'))
  })

  it('are replaced by the system’s choice when the one in use is pulled out', async () => {
    const { heard } = bench
    const microphone = await bench.open({ stream: await own() })
    await microphone.setDevice(others[1] as string)
    const before = bench.asked.length
    pullOut(bench.asked.at(-1)?.stream?.getAudioTracks()[0] as MediaStreamTrack)
    await until(() => heard.devicesTold.at(-1)?.currentId === 'default')
    expect(bench.asked.slice(before).map(({ constraints }) => constraints)).to.deep.equal([constraintsFor()])
    const from = await heard.more(100)
    expect(rms(heard.signal(from))).to.be.above(0)
    expect(heard.troubles).to.deep.equal([])
  })

  it('are not asked for again when the old one ends amid a change', async () => {
    const microphone = await bench.open({ stream: await own() })
    const { track } = bench
    const second = others[1] as string
    bench.answer = async () => {
      bench.answer = undefined
      pullOut(track)
      return navigator.mediaDevices.getUserMedia({ audio: { deviceId: { exact: second } } })
    }
    expect(await microphone.setDevice(second)).to.equal(true)
    const before = bench.asked.length
    // Refused in its turn, after whatever the ended track asked for.
    bench.answer = async () => {
      throw new DOMException('', 'NotAllowedError')
    }
    expect(await microphone.setDevice(others[0] as string)).to.equal(false)
    expect(bench.asked.length - before).to.equal(1)
    expect(bench.heard.troubles).to.deep.equal([])
  })

  it('are lost when no other works, and back when one is plugged in', async () => {
    const { heard } = bench
    const stream = await own()
    await bench.open({ stream })
    bench.answer = async () => {
      throw new DOMException('', 'NotFoundError')
    }
    const before = bench.asked.length
    pullOut(bench.track)
    await until(() => heard.troubles.length > 0)
    expect(heard.troubles).to.deep.equal(['lost'])
    expect(bench.asked.length - before, 'tried once').to.equal(1)
    await heard.more(120)
    expect(heard.troubles, 'the zeros since are nothing new').to.deep.equal(['lost'])
    bench.answer = undefined
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'))
    await until(() => heard.troubles.length > 1)
    expect(heard.troubles).to.deep.equal(['lost', 'back'])
    const from = await heard.more(100)
    expect(rms(heard.signal(from))).to.be.above(0)
  })

  it('take an unknown device rather than none where opening one ends the other, as on iOS', async () => {
    const microphone = await bench.open({ stream: await own() })
    const { track } = bench
    bench.answer = async () => {
      bench.answer = undefined
      pullOut(track)
      return navigator.mediaDevices.getUserMedia(constraintsFor())
    }
    expect(await microphone.setDevice('another')).to.equal(false)
    const live = () => bench.asked.filter(({ stream }) => stream?.getAudioTracks()[0]?.readyState === 'live')
    expect(new Set(live().map(({ stream }) => stream)).size).to.equal(1)
    expect(bench.heard.troubles).to.deep.equal([])
  })

  it('follow the system’s choice when that changes, unless the visitor chose', async () => {
    const microphone = await bench.open({ stream: await own() })
    await until(() => bench.heard.devicesTold.length > 0)
    const before = bench.asked.length
    plug([audioinput('default', 'built in'), audioinput('a', 'built in')])
    await until(() => bench.asked.length > before && bench.heard.devicesTold.at(-1)?.inputs.length === 2)
    expect(inUse(bench.asked.at(-1)?.stream)).to.equal('default')
    const followed = bench.asked.length
    plug([audioinput('default', 'built in'), audioinput('a', 'built in'), audioinput('b', 'b'), audioinput('c', 'c')])
    await until(() => bench.heard.devicesTold.at(-1)?.inputs.length === 4)
    expect(await microphone.setDevice(others[1] as string)).to.equal(true)
    expect(bench.asked, 'the choice was the same').to.have.length(followed + 1)
    const chosen = bench.asked.length
    plug([audioinput('default', 'headset'), audioinput('a', 'built in'), audioinput('b', 'headset')])
    await until(() => bench.heard.devicesTold.at(-1)?.inputs.length === 3)
    expect(bench.asked).to.have.length(chosen)
  })
})
