import { beforeEach, describe, expect, test } from 'vitest'
import { withSandbox } from '../sandbox.test-kit.ts'
import { LIVE_MODEL, QUICK, turnComplete, Visitor } from './live.test-kit.ts'
import { BareSocket, refused } from './socket.test-kit.ts'

/** Who may come in, and what may be said. */

const sandbox = withSandbox()
beforeEach(async () => void (await sandbox.post('gemini-live/settings', QUICK)))
const SETUP = { setup: { model: `models/${LIVE_MODEL}` } }

describe('the address', () => {
  test.each(['v1', 'v1beta', 'v1alpha'])('is open in %s, by one leading slash and two', async (apiVersion) => {
    const visitor = await Visitor.connect(sandbox, { apiVersion })
    visitor.session.sendRealtimeInput({ text: 'Hello' })
    await visitor.until(turnComplete)
    const path = `ws/google.ai.generativelanguage.${apiVersion}.GenerativeService.BidiGenerateContent`
    for (const slashes of ['/', '//']) await new BareSocket(sandbox.url(), { path: `${slashes}${path}` }).ready()
  })

  test.each(['/', '/ws/', '///ws/google.ai.generativelanguage.v1.GenerativeService.BidiGenerateContent', '/sandbox/faults'])(
    '%s is 404',
    async (path) => {
      expect((await refused(sandbox.url(), path)).status).toBe(404)
    },
  )
})

describe('the key', () => {
  test('that is wrong closes as Google does', async () => {
    await expect(Visitor.connect(sandbox, { apiKey: 'wrong' })).rejects.toThrow('API key not valid')
    const socket = new BareSocket(sandbox.url(), { key: 'wrong' })
    expect(await socket.closed).toEqual({ code: 1007, reason: 'API key not valid. Please pass a valid API key.' })
    expect((await new BareSocket(sandbox.url(), { key: null }).closed).code).toBe(1008)
  })

  test('may come in a header', async () => {
    await new BareSocket(sandbox.url(), { key: null, headers: { 'x-goog-api-key': 'sandbox-key' } }).ready()
  })
})

describe('the setup', () => {
  test.each(['gemini-3.8-flash', 'gpt-realtime', 'gemini-live'])('of the model %s is refused', async (model) => {
    await expect(Visitor.connect(sandbox, { model })).rejects.toThrow('1008')
  })

  test('takes what the vendor’s client sends, and 64-bit numbers as strings', async () => {
    await Visitor.connect(sandbox, {
      config: { contextWindowCompression: { triggerTokens: '10000', slidingWindow: { targetTokens: '5000' } } },
    })
    const socket = await new BareSocket(sandbox.url()).ready({ contextWindowCompression: { triggerTokens: '10000' } })
    expect(JSON.parse(socket.frames[0]?.json ?? '')).toEqual({ setupComplete: {} })
  })
})

describe('closes with 1007', () => {
  const bytes = (mimeType: string, data = 'AAAA') => ({ realtimeInput: { audio: { mimeType, data } } })
  test.each([
    ['what is not JSON', ['{"setup":']],
    ['words before the setup', [{ realtimeInput: { text: 'hi' } }]],
    ['a second setup', [SETUP, SETUP]],
    ['an unknown field', [{ setup: { ...SETUP.setup, voice: 'Kore' } }]],
    ['two kinds at once', [{ ...SETUP, realtimeInput: { text: 'hi' } }]],
    ['no kind at all', [{}]],
    ['another modality', [{ setup: { ...SETUP.setup, generationConfig: { responseModalities: ['TEXT'] } } }]],
    ['audio that is no PCM', [SETUP, bytes('audio/opus')]],
    ['a rate that cannot be', [SETUP, bytes('audio/pcm;rate=0')]],
    ['audio that is not base64', [SETUP, bytes('audio/pcm;rate=16000', '?')]],
    ['explicit activity beside detection', [SETUP, { realtimeInput: { activityStart: {} } }]],
  ])('%s', async (_what, messages) => {
    const socket = await new BareSocket(sandbox.url()).opened()
    for (const message of messages) socket.send(message)
    const { code, reason } = await socket.closed
    expect(code).toBe(1007)
    expect(reason).not.toBe('')
  })
})

describe('frames', () => {
  const kinds = async (binary: string) => {
    await sandbox.post('gemini-live/settings', { binary })
    const socket = await new BareSocket(sandbox.url()).ready()
    socket.send({ realtimeInput: { text: 'Hello' } }, true)
    await expect.poll(() => socket.frames.some(({ json }) => json.includes('turnComplete'))).toBe(true)
    return new Set(socket.frames.map((frame) => frame.binary))
  }
  test('are binary, text, or both in turn, and are read either way', async () => {
    expect(await kinds('always')).toEqual(new Set([true]))
    expect(await kinds('never')).toEqual(new Set([false]))
    expect(await kinds('mixed')).toEqual(new Set([true, false]))
  })

  test('hold one kind or several', async () => {
    const visitor = await Visitor.connect(sandbox)
    visitor.session.sendRealtimeInput({ text: 'What does the Monsoon lamp cost?' })
    const last = await visitor.until(turnComplete)
    expect(last.usageMetadata).toBeDefined()
    const both = visitor.messages.filter((each) => each.serverContent?.modelTurn && each.serverContent.outputTranscription)
    const apart = visitor.messages.filter((each) => !each.serverContent?.modelTurn && each.serverContent?.outputTranscription)
    expect([both.length > 0, apart.length > 0]).toEqual([true, true])
  })
})
