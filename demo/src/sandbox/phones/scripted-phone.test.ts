import { expect, onTestFinished, test } from 'vitest'
import { voice } from '../gemini-live/live.test-kit.ts'
import { createSpeech } from '../speech/speech.ts'
import type { LineEnd, PhoneCall } from './call.ts'
import { FrameQueue } from './frames.ts'
import { Network } from './network.ts'
import { Script } from './script.ts'

/** The carrier's end of a line: hears, is told, and speaks what it is given. */
class Agent implements LineEnd {
  readonly queue = new FrameQueue()
  readonly heard: Int16Array[] = []
  readonly keys: string[] = []
  #waiting: (() => void)[] = []

  changed(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
  hears(_call: PhoneCall, frame: Int16Array): void {
    this.heard.push(frame)
  }
  says(): Int16Array | undefined {
    return this.queue.next()
  }
  key(_call: PhoneCall, digit: string): void {
    this.keys.push(digit)
  }
  async until(call: PhoneCall, state: PhoneCall['state']): Promise<void> {
    while (call.state !== state) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }
  samples(): Int16Array {
    return Int16Array.from(this.heard.flatMap((frame) => [...frame]))
  }
}

function dial(script: object): { call: PhoneCall; agent: Agent; network: Network } {
  const speech = createSpeech()
  const network = new Network(speech)
  onTestFinished(async () => {
    network.close()
    await speech.close()
  })
  network.scripts.add(Script.parse({ number: '+12025550101', ...script }))
  const agent = new Agent()
  const call = network.dial({ id: 'one', from: '+12025550199', to: '+12025550101', carrier: 'test' }, () => agent)
  return { call, agent, network }
}

const did = (call: PhoneCall) => call.record.marks.map(({ did: what }) => what)
const GREETING = 'Welcome to the shop. We have lamps and chairs and tables. How may I help you today?'

test('barges in: speaks while the agent speaks', async () => {
  const { call, agent } = dial({ says: [{ waitForSpeechMs: 500 }, { text: 'Stop please' }], hangsUpAfterMs: 0 })
  await agent.until(call, 'talking')
  const greeting = await voice.say(GREETING, 'slt', 8000)
  agent.queue.push(greeting)
  await agent.until(call, 'over')
  expect(did(call)).toEqual(['heard speech', 'says Stop please', 'said Stop please'])
  // The agent had not finished.
  expect(agent.queue.samples).toBeGreaterThan(0)
  const [begun, ended] = ['says Stop please', 'said Stop please'].map(
    (what) => call.record.marks.find((mark) => mark.did === what)?.atMs ?? 0,
  )
  const speaking = call.record.voice[0]?.fromMs ?? Number.POSITIVE_INFINITY
  expect(begun).toBeGreaterThanOrEqual(speaking + 400)
  expect(ended).toBeGreaterThan(begun ?? 0)
  const said = await voice.say('Stop please', 'slt', 8000)
  const heard = agent.samples()
  const begin = heard.findIndex((sample) => sample !== 0) - said.findIndex((sample) => sample !== 0)
  expect([...heard.slice(begin, begin + said.length)]).toEqual([...said])
})

test('lets the agent finish before it speaks', async () => {
  const { call, agent } = dial({ says: [{ waitForSilenceMs: 600 }, { digits: '12' }], hangsUpAfterMs: 0 })
  await agent.until(call, 'talking')
  agent.queue.push(await voice.say('Good morning, this is the shop.', 'slt', 8000))
  await agent.until(call, 'over')
  expect(did(call)).toEqual(['heard silence', 'pressed 12'])
  expect(agent.keys).toEqual(['1', '2'])
  expect(agent.queue.samples).toBe(0)
  expect(call.record.voice.at(-1)?.toMs).toBeDefined()
})

test('drops in the middle of the agent’s first words', async () => {
  const { call, agent } = dial({ does: 'drop' })
  await agent.until(call, 'talking')
  agent.queue.push(await voice.say(GREETING, 'slt', 8000))
  await agent.until(call, 'over')
  expect([call.end, call.record.endedBy]).toEqual(['dropped', 'network'])
  expect(agent.queue.samples).toBeGreaterThan(8000)
})

test('plays a recording of any rate', async () => {
  const samples = Int16Array.from({ length: 16_000 }, (_, n) => Math.round(9000 * Math.sin((n * 2 * Math.PI * 600) / 16_000)))
  const { call, agent } = dial({ says: [{ wavBase64: wav(samples, 16_000).toString('base64') }], hangsUpAfterMs: 0 })
  await agent.until(call, 'over')
  const sounding = agent.samples().filter((sample) => Math.abs(sample) > 300).length
  expect(sounding).toBeGreaterThan(7000)
  expect(sounding).toBeLessThan(8100)
})

test('a script that cannot be played breaks the line and says so', async () => {
  const { call, agent } = dial({ says: [{ wavBase64: 'bm8gd2F2' }] })
  await agent.until(call, 'over')
  expect(call.end).toBe('dropped')
  expect(did(call)[0]).toMatch(/^failed: RangeError: Not a WAV file/)
})

test('both directions are recorded, equally long', async () => {
  const { call, agent } = dial({ says: [{ text: 'Hello' }], hangsUpAfterMs: 100 })
  await agent.until(call, 'talking')
  agent.queue.push(new Int16Array(1600).fill(1000))
  await agent.until(call, 'over')
  expect(call.record.heard.total).toBe(call.record.said.total)
  const heard = new Int16Array(call.record.heard.wav().buffer, 44)
  expect(heard.filter((sample) => sample === 1000)).toHaveLength(1600)
  expect(call.record.states.map(({ state }) => state)).toEqual(['dialling', 'ringing', 'talking', 'over'])
})

test('scripts are taken in line, and one for every call stays', async () => {
  const { network } = dial({})
  const script = (does: string, every = false) => network.scripts.add(Script.parse({ number: '+12025550105', does, every }))
  script('no-answer', true)
  script('busy')
  script('decline')
  const taken = Array.from({ length: 4 }, () => network.scripts.take('+12025550105')?.does)
  expect(taken).toEqual(['busy', 'decline', 'no-answer', 'no-answer'])
  expect(network.scripts.take('+12025550106')).toBeUndefined()
})

function wav(samples: Int16Array, rateHz: number): Buffer {
  const header = Buffer.alloc(52)
  header.write('RIFF', 0)
  header.writeUInt32LE(44 + samples.byteLength, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(rateHz, 24)
  header.writeUInt32LE(rateHz * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  // A chunk that readers have to pass over.
  header.write('LIST', 36)
  header.write('data', 44)
  header.writeUInt32LE(samples.byteLength, 48)
  return Buffer.concat([header, Buffer.from(samples.buffer)])
}
