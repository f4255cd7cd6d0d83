import { expect } from '@esm-bundle/chai'
import { gesture, until } from '../testing/element-kit.test-kit.ts'
import { Bench } from '../testing/microphone.test-kit.ts'
import { decibels, fit, rms } from '../testing/signals.test-kit.ts'

const session = () => (navigator as { audioSession?: { type: string } }).audioSession?.type
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('the microphone’s troubles', () => {
  let bench: Bench
  before(gesture)
  beforeEach(() => {
    bench = new Bench()
    Object.defineProperty(navigator, 'audioSession', { value: { type: 'playback' }, configurable: true })
  })
  afterEach(async () => {
    await bench.close()
    delete (navigator as { audioSession?: unknown }).audioSession
  })

  it('go on in a rebuilt context of another rate, as a headset brings it, muted or not as before', async () => {
    const { heard } = bench
    const { stream } = bench.voice({ hz: 1_000 })
    const first = bench.context(48_000)
    const microphone = await bench.open({ stream, context: first })
    await heard.more(20)
    microphone.setMuted(true)
    await microphone.use(bench.context(8_000))
    // The old one still runs, but is not heard any longer.
    await heard.more(5)
    const quiet = await heard.more(10)
    for (let i = quiet + 1; i < heard.frames.length; i += 1) {
      expect((heard.frames[i]?.atMs as number) - (heard.frames[i - 1]?.atMs as number)).to.be.closeTo(20, 0.001)
    }
    await first.close()
    expect(heard.signal(quiet).every((value) => value === 0)).to.equal(true)
    microphone.setMuted(false)
    await heard.more(20)
    const from = await heard.more(25)
    const { tone, rest } = fit(heard.signal(from), 1_000, 16_000)
    // A wrong rate would be another pitch; a stream between two contexts loses blocks of its own while the machine is busy.
    expect(decibels(tone / (0.5 / Math.SQRT2))).to.be.within(-2, 0.5)
    expect(decibels(rest / tone)).to.be.below(-12)
    expect(bench.track.readyState, 'nobody is asked again').to.equal('live')
    expect(bench.asked).to.have.length(0)
  })

  it('are muted in the new context when the visitor mutes while it is made', async () => {
    const { heard } = bench
    const { stream } = bench.voice({ hz: 1_000 })
    const microphone = await bench.open({ stream })
    await heard.more(20)
    const using = microphone.use(bench.context())
    microphone.setMuted(true)
    await using
    await heard.more(5)
    const from = await heard.more(10)
    expect(heard.signal(from).every((value) => value === 0)).to.equal(true)
  })

  it('take the context asked for last when two are asked for at once', async () => {
    const { heard } = bench
    const { stream } = bench.voice({ hz: 1_000 })
    const microphone = await bench.open({ stream })
    const [early, late] = [bench.context(), bench.context()]
    const { addModule } = early.audioWorklet
    early.audioWorklet.addModule = async (url) => {
      await addModule.call(early.audioWorklet, url)
      await used
    }
    const using = microphone.use(early)
    const used = microphone.use(late)
    await using
    await early.close()
    const from = await heard.more(30)
    expect(rms(heard.signal(from + 5))).to.be.above(0.3)
  })

  it('keep the graph they have when another cannot be built', async () => {
    const { heard } = bench
    const { stream } = bench.voice({ hz: 1_000 })
    const microphone = await bench.open({ stream })
    const other = bench.context()
    other.createMediaStreamSource = () => {
      throw new DOMException('', 'NotSupportedError')
    }
    expect(await microphone.use(other).catch((error: DOMException) => error.name)).to.equal('NotSupportedError')
    await heard.more(10)
    const from = await heard.more(20)
    expect(rms(heard.signal(from))).to.be.above(0.3)
    for (let i = from + 1; i < heard.frames.length; i += 1) {
      expect((heard.frames[i]?.atMs as number) - (heard.frames[i - 1]?.atMs as number), 'one graph alone').to.be.closeTo(20, 0.001)
    }
  })

  it('tell of a microphone that gives nothing but zeros, and of its first sound', async () => {
    const { heard } = bench
    const voice = bench.voice({ hz: 500, amplitude: 0 })
    await bench.open({ stream: voice.stream })
    await until(() => heard.troubles.length > 0)
    expect(heard.troubles).to.deep.equal(['silent'])
    expect(heard.frames.length, 'two seconds').to.be.above(95)
    voice.gain.gain.value = 0.5
    await until(() => heard.troubles.length > 1)
    expect(heard.troubles).to.deep.equal(['silent', 'back'])
  })

  it('tell when the system holds the microphone back, and when no longer', async () => {
    const { heard } = bench
    const { stream } = bench.voice({ hz: 500 })
    await bench.open({ stream })
    bench.track.dispatchEvent(new Event('mute'))
    bench.track.dispatchEvent(new Event('unmute'))
    expect(heard.troubles).to.deep.equal(['system-muted', 'back'])
  })

  it('tell of a track that was held back from the start', async () => {
    const { stream } = bench.voice({ hz: 500 })
    Object.defineProperty(stream.getAudioTracks()[0], 'muted', { value: true })
    await bench.open({ stream })
    expect(bench.heard.troubles).to.deep.equal(['system-muted'])
  })

  it('wake a suspended context', async () => {
    const context = bench.context()
    const { stream } = bench.voice({ hz: 500 })
    await bench.open({ stream, context })
    await bench.heard.more(5)
    await context.suspend()
    await until(() => context.state === 'running')
    await bench.heard.more(5)
    expect(bench.heard.troubles).to.deep.equal([])
  })

  it('leave an interrupted context alone', async () => {
    const context = bench.context()
    const { stream } = bench.voice({ hz: 500 })
    await bench.open({ stream, context })
    let resumed = 0
    context.resume = async () => {
      resumed += 1
    }
    Object.defineProperty(context, 'state', { value: 'interrupted', configurable: true })
    context.dispatchEvent(new Event('statechange'))
    await pause(600)
    expect(resumed).to.equal(0)
    expect(bench.heard.troubles).to.deep.equal([])
    delete (context as { state?: unknown }).state
  })

  it('tell of a context that says it runs and stands, until it is rebuilt', async () => {
    const { heard } = bench
    const context = bench.context()
    const { stream } = bench.voice({ hz: 500 })
    const microphone = await bench.open({ stream, context })
    Object.defineProperty(context, 'currentTime', { value: 1 })
    context.dispatchEvent(new Event('statechange'))
    await until(() => heard.troubles.length > 0)
    expect(heard.troubles).to.deep.equal(['frozen'])
    await microphone.use(bench.context())
    expect(heard.troubles).to.deep.equal(['frozen', 'back'])
  })

  it('look at the context again when the page is shown', async () => {
    const context = bench.context()
    const { stream } = bench.voice({ hz: 500 })
    await bench.open({ stream, context })
    Object.defineProperty(context, 'currentTime', { value: 1 })
    document.dispatchEvent(new Event('visibilitychange'))
    await until(() => bench.heard.troubles.includes('frozen'))
  })

  it('ask for a new context when the worklet dies, and when a browser cannot join a device’s rate with this one', async () => {
    const { stream } = bench.voice({ hz: 500 })
    const dying = `registerProcessor('va-capture', class extends AudioWorkletProcessor { process() { throw new Error('dead') } })`
    const workletUrl = URL.createObjectURL(new Blob([dying], { type: 'text/javascript' }))
    const microphone = await bench.open({ stream, workletUrl })
    await until(() => bench.heard.troubles.includes('frozen'))
    microphone.stop()

    const other = new Bench()
    const context = other.context()
    const second = await other.open({ stream: other.voice({ hz: 500 }).stream, context })
    context.createMediaStreamSource = () => {
      throw new DOMException('Connecting AudioNodes from AudioContexts with different sample-rate', 'NotSupportedError')
    }
    const [device] = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'audioinput')
    expect(await second.setDevice(device?.deviceId as string)).to.equal(true)
    expect(other.heard.troubles).to.deep.equal(['frozen'])
    await second.use(other.context())
    expect(other.heard.troubles).to.deep.equal(['frozen', 'back'])
    await other.heard.more(5)
    await other.close()
  })

  it('end with the call: nothing is heard, told or held any longer', async () => {
    const { heard } = bench
    const context = bench.context()
    const { stream } = bench.voice({ hz: 500 })
    const microphone = await bench.open({ stream, context })
    expect(session()).to.equal('play-and-record')
    await heard.more(5)
    await until(() => heard.devicesTold.length > 0)
    microphone.stop()
    microphone.stop()
    expect(session()).to.equal('auto')
    expect(bench.track.readyState).to.equal('ended')
    const said = () => [heard.frames.length, heard.levels.length, heard.troubles.length, heard.devicesTold.length]
    const before = said()
    bench.track.dispatchEvent(new Event('mute'))
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'))
    await pause(150)
    expect(said()).to.deep.equal(before)
    await microphone.use(context)
    microphone.setMuted(true)
    expect(await microphone.setDevice('default')).to.equal(false)
    expect(bench.asked).to.have.length(0)
  })
})
