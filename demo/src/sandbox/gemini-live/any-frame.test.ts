import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { withSandbox } from '../sandbox.test-kit.ts'
import { LIVE_MODEL, QUICK, sessionsOf, turnComplete, Visitor } from './live.test-kit.ts'
import { BareSocket } from './socket.test-kit.ts'

/** Whatever a client sends, the service goes on for everybody else. */

const sandbox = withSandbox()
beforeEach(async () => void (await sandbox.post('gemini-live/settings', { ...QUICK, clientContent: 'ignore' })))

const pcm = fc.record({
  data: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  mimeType: fc.constantFrom('audio/pcm', 'audio/pcm;rate=8000', 'audio/pcm;rate=44100', 'audio/pcm; rate=16000', 'audio/pcm;rate=4000'),
})
const words = fc.constantFrom('Hello', 'goodbye', 'What does the Monsoon lamp cost?', '', '(', '𝕳ello', '\u0000', 'नमस्ते', '-o x')
const content = fc.record({
  role: fc.constantFrom('user', 'model', 'system'),
  parts: fc.array(fc.record({ text: words }), { maxLength: 3 }),
})
const good = fc.oneof(
  pcm.map((audio) => ({ realtimeInput: { audio } })),
  words.map((text) => ({ realtimeInput: { text } })),
  fc.constant({ realtimeInput: { audioStreamEnd: true } }),
  fc.record({ turns: fc.array(content, { maxLength: 3 }), turnComplete: fc.boolean() }).map((clientContent) => ({ clientContent })),
  fc
    .array(fc.record({ id: fc.string(), name: fc.string(), response: fc.dictionary(fc.string(), fc.jsonValue()) }), { maxLength: 3 })
    .map((functionResponses) => ({ toolResponse: { functionResponses } })),
)
const bad = fc.oneof(
  fc.jsonValue().map((json) => JSON.stringify(json)),
  fc.string(),
  fc.record({ realtimeInput: fc.jsonValue() }),
  fc.record({ setup: fc.jsonValue() }),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
)
const MODELS = [LIVE_MODEL, 'gemini-2.5-flash-native-audio-latest']

test('good frames in any order are answered or ignored, never a fault of our own', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(good, { maxLength: 25 }), fc.constantFrom(...MODELS), async (frames, model) => {
      await sandbox.post('reset')
      await sandbox.post('gemini-live/settings', { ...QUICK, clientContent: 'ignore' })
      const socket = await new BareSocket(sandbox.url()).ready({
        model: `models/${model}`,
        sessionResumption: {},
        inputAudioTranscription: {},
        tools: [{ functionDeclarations: [{ name: 'end_call' }] }],
      })
      for (const [n, frame] of frames.entries()) socket.send(frame, n % 2 === 0)
      await expect.poll(async () => (await sessionsOf(sandbox))[0]?.framesIn).toBe(frames.length + 1)
      const [session] = await sessionsOf(sandbox)
      expect([session?.faults, session?.closed]).toEqual([[], undefined])
      for (const { json } of socket.frames) expect(Object.keys(JSON.parse(json)).length).toBeGreaterThan(0)
      socket.socket.close()
      await socket.closed
    }),
    { numRuns: 30 },
  )
})

test('bad frames close their own socket at most', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(bad, good), { minLength: 1, maxLength: 10 }), fc.boolean(), async (frames, setUp) => {
      const socket = new BareSocket(sandbox.url())
      await (setUp ? socket.ready() : socket.opened())
      for (const frame of frames) if (socket.socket.readyState === 1) socket.send(frame)
      socket.socket.close()
      const { code } = await socket.closed
      expect([1005, 1007, 1008]).toContain(code)
    }),
    { numRuns: 60 },
  )
  const visitor = await Visitor.connect(sandbox)
  visitor.session.sendRealtimeInput({ text: 'Hello' })
  await visitor.until(turnComplete)
})

test('a frame that is too large closes its own socket', async () => {
  const socket = await new BareSocket(sandbox.url()).ready()
  socket.send(Buffer.alloc(9 << 20).toString('latin1'))
  expect((await socket.closed).code).toBe(1009)
  await Visitor.connect(sandbox)
})
