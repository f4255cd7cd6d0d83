import { expect } from '@esm-bundle/chai'
import { openSound, type Sound } from '../element/sound-door.ts'
import { gesture, until } from '../testing/element-kit.test-kit.ts'
import { Recorder } from '../testing/recorder.test-kit.ts'
import { decibels, fit, tone } from '../testing/signals.test-kit.ts'
import { Player, type PlayerListener } from './player.ts'

const HZ = 24_000
const frame = (from: number, ms = 20): ArrayBuffer =>
  tone({ hz: 500, sampleRate: HZ, samples: (HZ * ms) / 1000, from }).buffer as ArrayBuffer

const silentListener: PlayerListener = { reached() {}, level() {}, sounding() {}, blocked() {}, broken() {} }
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('player', () => {
  let sound: Sound
  let recorder: Recorder
  let player: Player

  const start = async (on: Partial<PlayerListener> = {}) => {
    recorder = await Recorder.on(sound.context)
    player = new Player({ sound, sourceHz: HZ, on: { ...silentListener, ...on } })
    await player.start({ volume: 1 })
  }
  const play = (utterance: string, ms: number, end = true) => {
    player.begin(utterance)
    for (let at = 0; at < ms; at += 20) player.play(frame((at * HZ) / 1000))
    if (end) player.mark(utterance, 'end')
  }

  before(gesture)
  beforeEach(() => {
    sound = openSound()
  })
  afterEach(() => {
    recorder?.stop()
    player?.close()
  })

  it('plays a whole utterance without a gap, and tells when it was heard', async () => {
    let ended = ''
    await start({
      reached: (utterance, name) => {
        ended = `${utterance} ${name}`
      },
    })
    play('u1', 600)
    await until(() => ended === 'u1 end')
    await pause(60)
    const { audible, sampleRate } = recorder
    expect((audible.length * 1000) / sampleRate).to.be.within(595, 602)
    const { tone: kept, rest } = fit(audible.slice(400, -400), 500, sampleRate)
    expect(decibels(rest / kept)).to.be.below(-60)
  })

  it('goes on sounding while the page is too busy for anything', async () => {
    let ended = false
    await start({ reached: () => (ended = true) })
    play('u1', 900)
    await until(() => recorder.audible.length > 0)
    const busyUntil = performance.now() + 500
    while (performance.now() < busyUntil);
    await until(() => ended)
    await pause(60)
    const { audible, sampleRate } = recorder
    expect((audible.length * 1000) / sampleRate).to.be.within(895, 902)
    expect(decibels(fit(audible.slice(400, -400), 500, sampleRate).rest)).to.be.below(-60)
  })

  it('flushes with a short fade, and the heard milliseconds are those of the graph', async () => {
    await start()
    play('u1', 3_000)
    await until(() => recorder.audible.length > sound.context.sampleRate * 0.4)
    const heardMs = await player.clear('u1')
    await pause(120)
    const { audible, sampleRate } = recorder
    expect(heardMs).to.be.closeTo((audible.length * 1000) / sampleRate, 1.5)
    const lastLoud = audible.findLastIndex((value) => Math.abs(value) > 0.35)
    expect(((audible.length - lastLoud) * 1000) / sampleRate).to.be.within(5, 30)
  })

  it('plays the next utterance right after a flush', async () => {
    const reached: string[] = []
    await start({ reached: (utterance, name) => reached.push(`${utterance} ${name}`) })
    play('u1', 3_000)
    await until(() => recorder.audible.length > sound.context.sampleRate * 0.2)
    await player.clear('u1')
    play('u2', 200)
    await until(() => reached.includes('u2 end'))
    expect(reached).to.deep.equal(['u2 end'])
    expect(await player.clear('u2')).to.equal(200)
  })

  it('tells when the first sample sounded, on the page’s clock', async () => {
    let at = 0
    await start({ sounding: (ms) => (at = ms) })
    // Both clocks stand while it is told: they run apart by the device's blocks, and by more on a busy machine.
    const nowS = 60
    const nowMs = 5_000_000
    const { now } = performance
    Object.defineProperty(sound.context, 'currentTime', { get: () => nowS })
    performance.now = () => nowMs
    try {
      play('u1', 200)
      await until(() => at > 0 && recorder.firstHeardAtS !== undefined)
    } finally {
      performance.now = now
    }
    const soundedAtS = nowS - (nowMs - at) / 1_000
    expect(soundedAtS).to.be.closeTo(recorder.firstHeardAtS as number, 0.002)
  })

  it('reports the level while there is sound and silence once', async () => {
    const levels: number[] = []
    await start({ level: (level) => levels.push(level) })
    play('u1', 400)
    await until(() => levels.length > 3 && levels.at(-1) === 0)
    expect(Math.max(...levels)).to.be.within(0.3, 0.4)
    expect(levels.filter((level) => level === 0)).to.have.length(1)
  })

  it('takes the volume into account', async () => {
    await start()
    player.setVolume(0.1)
    await pause(150)
    play('u1', 300)
    await until(() => recorder.audible.length > sound.context.sampleRate * 0.25)
    expect(Math.max(...recorder.audible)).to.be.within(0.045, 0.055)
  })

  it('carries what was heard over to the player that replaces it', async () => {
    await start()
    play('u1', 300)
    await until(() => recorder.audible.length > sound.context.sampleRate * 0.1)
    await player.clear('u1')
    const heard = player.heardSoFar().get('u1') ?? 0
    expect(heard).to.be.above(100)
    const second = new Player({ sound, sourceHz: HZ, on: silentListener, heardBefore: player.heardSoFar() })
    await second.start({ volume: 1 })
    second.begin('u1')
    second.play(frame(0))
    second.mark('u1', 'end')
    await pause(150)
    expect(await second.clear('u1')).to.equal(heard + 20)
    second.close()
  })

  it('says so when the graph stands still', async () => {
    let broken = false
    await start({ broken: () => (broken = true) })
    Object.defineProperty(sound.context, 'currentTime', { get: () => 1 })
    await player.check()
    expect(broken).to.equal(true)
  })
})
