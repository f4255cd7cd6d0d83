import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Demo, startDemo } from './demo.ts'
import { createSpeech } from './sandbox/speech/speech.ts'
import { DEMO_AGENT } from './shop/agent.ts'

/** A visitor talks with the shop's agent, played by the sandbox's Gemini Live. */

const folder = mkdtempSync(join(tmpdir(), 'voice-agent-talk-'))
const speech = createSpeech()
let demo: Demo
beforeAll(async () => {
  demo = await startDemo({ PATH: process.env.PATH, SANDBOX_AI: '1', DATA_DIR: folder, PORT: String(await freePort()) })
})
afterAll(async () => {
  await demo?.close()
  await speech.close()
  rmSync(folder, { recursive: true, force: true })
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

interface FromRelay {
  type: string
  utterance: string
  name: string
  entry: { id: string; role: string; text: string; final: boolean }
}

const FRAME = 320

test('a key is all it takes: with one Gemini Live answers, without any the offline agent', () => {
  expect([DEMO_AGENT.persona.engine, ...DEMO_AGENT.persona.fallbacks]).toEqual(['gemini-live', 'gemini', 'openai', 'homeai', 'offline'])
})

test('a spoken question is heard, and answered in speech', async () => {
  const opened = await fetch(`${demo.url}/api/web-calls`, {
    method: 'POST',
    headers: { origin: demo.url, 'content-type': 'application/json' },
    body: JSON.stringify({ agentId: 'demo', modality: 'voice' }),
  })
  const { mediaUrl } = (await opened.json()) as { mediaUrl: string }
  const socket = new WebSocket(mediaUrl)
  const said = new Map<string, FromRelay['entry']>()
  let heardBytes = 0
  socket.on('message', (data: Buffer, binary) => {
    if (binary) {
      heardBytes += data.length
      return
    }
    const message = JSON.parse(data.toString()) as FromRelay
    if (message.type === 'transcript') said.set(message.entry.id, message.entry)
    if (message.type === 'mark') socket.send(JSON.stringify({ type: 'mark', utterance: message.utterance, name: message.name }))
    if (message.type === 'clear') socket.send(JSON.stringify({ type: 'played', utterance: message.utterance, ms: 0 }))
  })
  await new Promise((resolve) => socket.once('open', resolve))

  const question = 'What are your opening hours?'
  const spoken = await speech.say(question, 'slt', 16_000)
  const clip = new Int16Array(Math.ceil((spoken.length + 16_000) / FRAME) * FRAME)
  clip.set(spoken, 8000)
  const done = () => [...said.values()].some(({ role, text }) => role === 'visitor' && text === question) && answered()
  const answered = () => [...said.values()].some(({ role, text }) => role === 'agent' && text.includes('ten in the morning'))
  const beganMs = performance.now()
  for (let at = 0; !done() && socket.readyState === socket.OPEN; at += FRAME) {
    const frame = at < clip.length ? clip.slice(at, at + FRAME) : new Int16Array(FRAME)
    socket.send(Buffer.from(frame.buffer))
    // As a microphone does: 20 ms each.
    await wait(Math.max(0, beganMs + (at / FRAME + 1) * 20 - performance.now()))
  }
  expect(done()).toBe(true)
  expect(heardBytes).toBeGreaterThan(24_000)
  socket.close()
})
